#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class ProjectsTest : public ApiTest {};

TEST_F(ProjectsTest, ADeveloperGetsTheRightsOfWhatItMakes) {
    const Game game = new_tenant();
    const std::string& token = game.developer.token;
    const HttpReply made = call("developer", "create-project", {{"tenant", "t"}}, token);
    ASSERT_EQ(made.status, 200) << made.body;
    const std::string project = made.text("project_id");
    const std::string stage = made.text("stage_id");
    const Json details =
        call("developer", "get-project-details", {{"tenant", "t"}, {"project", project}}, token)
            .json()["details"];
    EXPECT_EQ(details["project"]["id"], project);
    EXPECT_EQ(details["permissions"].size(), 3U);
    EXPECT_EQ(details["permissions"][0]["project_id"], project);
    ASSERT_EQ(details["stages"].size(), 1U);
    EXPECT_EQ(details["stages"][0]["id"], stage);
    EXPECT_EQ(details["versions"], Json::array());
    const Json in_stage = call("developer",
                               "get-stage-details",
                               {{"tenant", "t"}, {"project", project}, {"stage", stage}},
                               token)
                              .json()["details"];
    ASSERT_EQ(in_stage["permissions"].size(), 1U);
    EXPECT_EQ(in_stage["permissions"][0]["permission"], "DEPLOYMENT_MANAGER");
}

TEST_F(ProjectsTest, SupportGrantsNothing) {
    const Game game = new_tenant();
    const std::string project = support("create-project", {{"tenant", "t"}}).text("project_id");
    EXPECT_EQ(call("developer",
                   "get-project-details",
                   {{"tenant", "t"}, {"project", project}},
                   game.developer.token)
                  .outcome(),
              "403 PERMISSION_NOT_FOUND");
}

TEST_F(ProjectsTest, AliasesAreUniqueInTheTenant) {
    const Game game = new_tenant();
    const std::string other = support("create-project", {{"tenant", "t"}}).text("project_id");
    const auto name = [&](const std::string& project, const char* alias) {
        return call("developer",
                    "create-project-alias",
                    {{"tenant", "t"}, {"project_id", project}, {"alias", alias}},
                    game.developer.token)
            .outcome();
    };
    EXPECT_EQ(name(other, "p"), "400 DB_CONSTRAINT_VIOLATED");
    EXPECT_EQ(name(other, "q"), "200");
    EXPECT_EQ(name("999", "r"), "404 OBJECT_NOT_FOUND");
    EXPECT_EQ(call("developer",
                   "delete-project",
                   {{"tenant", "t"}, {"project", "q"}},
                   game.developer.token)
                  .json(),
              Json({{"deleted", true}}));
    EXPECT_EQ(support("delete-project", {{"tenant", "t"}, {"project", "q"}}).outcome(),
              "404 OBJECT_NOT_FOUND");
    EXPECT_EQ(name(game.project, "q"), "200") << "the name is free again";
}

}  // namespace
}  // namespace playback::omgservers
