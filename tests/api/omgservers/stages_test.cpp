#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class StagesTest : public ApiTest {};

TEST_F(StagesTest, AreMadeNamedShownAndDeleted) {
    const Game game = new_game();
    const std::string& token = game.developer.token;
    const HttpReply made =
        call("developer", "create-stage", {{"tenant", "t"}, {"project", "p"}}, token);
    const std::string stage = made.text("stage_id");
    EXPECT_EQ(made.json(), Json({{"stage_id", stage}}));
    EXPECT_EQ(call("developer",
                   "create-stage-alias",
                   {{"tenant", "t"}, {"stage_id", stage}, {"alias", "s"}},
                   token)
                  .outcome(),
              "400 DB_CONSTRAINT_VIOLATED");
    EXPECT_EQ(call("developer",
                   "create-stage-alias",
                   {{"tenant", "t"}, {"stage_id", stage}, {"alias", "beta"}},
                   token)
                  .json(),
              Json({{"created", true}}));
    const Json of_beta = {{"tenant", "t"}, {"project", "p"}, {"stage", "beta"}};
    const Json beta = call("developer", "get-stage-details", of_beta, token).json()["details"];
    EXPECT_EQ(beta["stage"]["id"], stage);
    EXPECT_EQ(beta["stage"]["aliases"][0]["value"], "beta");
    EXPECT_EQ(beta["permissions"].size(), 2U);
    EXPECT_EQ(beta["permissions"][0]["stage_id"], stage);
    EXPECT_EQ(beta["deployments"], Json::array());

    const Json of_s = {{"tenant", "t"}, {"project", "p"}, {"stage", "s"}};
    const Json deployments =
        call("developer", "get-stage-details", of_s, token).json()["details"]["deployments"];
    ASSERT_EQ(deployments.size(), 1U);
    EXPECT_EQ(deployments[0]["id"], game.deployment);
    EXPECT_EQ(deployments[0]["version_id"], game.version);
    EXPECT_EQ(deployments[0]["stage_id"], game.stage);
    EXPECT_EQ(deployments[0]["tenant_id"], game.tenant);

    EXPECT_EQ(call("developer", "delete-stage", of_beta, token).json(), Json({{"deleted", true}}));
    EXPECT_EQ(support("delete-stage", of_beta).outcome(), "404 OBJECT_NOT_FOUND");
}

}  // namespace
}  // namespace playback::omgservers
