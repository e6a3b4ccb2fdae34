#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class VersionsTest : public ApiTest {
protected:
    VersionsTest() : game(new_tenant()) { make_version(game); }

    HttpReply developer(const char* method, const Json& body) {
        return call("developer", method, body, game.developer.token);
    }
    std::string image(const char* text, const char* kind = "LOBBY", std::string version = "") {
        return developer("create-image",
                         {{"tenant", "t"},
                          {"project", "p"},
                          {"version", version.empty() ? game.version : version},
                          {"qualifier", kind},
                          {"image", text}})
            .outcome();
    }

    Game game;
};

TEST_F(VersionsTest, AreShownWithTheirImages) {
    const Json details =
        developer("get-version-details", {{"tenant", "t"}, {"version_id", game.version}})
            .json()["details"];
    EXPECT_EQ(details["version"]["id"], game.version);
    EXPECT_EQ(details["version"]["project_id"], game.project);
    EXPECT_EQ(details["version"]["tenant_id"], game.tenant);
    ASSERT_EQ(details["images"].size(), 1U);
    EXPECT_EQ(details["images"][0]["qualifier"], "UNIVERSAL");
    EXPECT_EQ(details["images"][0]["image_id"], "t/p:1");
    EXPECT_EQ(details["images"][0]["version_id"], game.version);
    EXPECT_EQ(developer("delete-version", {{"tenant", "t"}, {"id", game.version}}).json(),
              Json({{"deleted", true}}));
    EXPECT_EQ(
        developer("get-version-details", {{"tenant", "t"}, {"version_id", game.version}}).outcome(),
        "404 OBJECT_NOT_FOUND");
}

TEST_F(VersionsTest, ImagesBelongToTheRequestsTenantAndProject) {
    EXPECT_EQ(image("t/p:2"), "200");
    EXPECT_EQ(image("other/p:2", "MATCH"), "403 WRONG_IMAGE");
    EXPECT_EQ(image("t/other:2", "MATCH"), "403 WRONG_IMAGE");
    EXPECT_EQ(image("nonsense", "MATCH"), "400 WRONG_ARGUMENT");
    EXPECT_EQ(image("t/p:2", "HUGE"), "400 WRONG_REQUEST");
    EXPECT_EQ(image("t/p:2", "MATCH", "latest"), "400 WRONG_VERSION");
    EXPECT_EQ(image("t/p:2", "MATCH", "123"), "404 OBJECT_NOT_FOUND");
}

TEST_F(VersionsTest, OneImageOfAQualifier) {
    const Json body = {{"tenant", "t"},
                       {"project", "p"},
                       {"version", game.version},
                       {"qualifier", "UNIVERSAL"},
                       {"image", "t/p:2"}};
    EXPECT_EQ(developer("create-image", body).json(), Json({{"created", false}}));
}

TEST_F(VersionsTest, ConfigsAreChecked) {
    const auto outcome = [&](const Json& config) {
        return developer("create-version", {{"tenant", "t"}, {"project", "p"}, {"config", config}})
            .outcome();
    };
    EXPECT_EQ(outcome(version_config()), "200");
    Json config = version_config();
    config["modes"][0]["min_players"] = 0;
    EXPECT_EQ(outcome(config), "400 VALIDATION_CONSTRAINT_VIOLATED");
    config = version_config();
    config["modes"][0]["groups"] = Json::array();
    EXPECT_EQ(outcome(config), "400 VALIDATION_CONSTRAINT_VIOLATED");
    config = version_config();
    config["modes"][0]["name"] = std::string(65, 'x');
    EXPECT_EQ(outcome(config), "400 VALIDATION_CONSTRAINT_VIOLATED");
    config = version_config();
    config["modes"][0]["min_players"] = "many";
    EXPECT_EQ(outcome(config), "400 WRONG_REQUEST");
    config = version_config();
    config["user_data"] = std::string(70'000, 'x');
    EXPECT_EQ(outcome(config), "400 VALIDATION_CONSTRAINT_VIOLATED");
}

TEST_F(VersionsTest, NothingIsCheckedAcrossMembers) {
    const Game game = new_tenant();
    const Json group = {{"name", "g"}, {"min_players", 9}, {"max_players", 3}};
    const Json mode = {{"name", "m"},
                       {"min_players", 5},
                       {"max_players", 2},
                       {"groups", Json::array({group, group})}};
    Json config = {{"version", "V1"}, {"modes", Json::array({mode, mode})}};
    config["user_data"] = nullptr;
    const Json body = {{"tenant", "t"}, {"project", "p"}, {"config", config}};
    EXPECT_EQ(call("developer", "create-version", body, game.developer.token).outcome(), "200");
}

}  // namespace
}  // namespace playback::omgservers
