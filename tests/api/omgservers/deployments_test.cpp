#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class DeploymentsTest : public ApiTest {
protected:
    HttpReply developer(const Game& game, const char* method, const Json& body) {
        return call("developer", method, body, game.developer.token);
    }
    static Json target(const Game& game) {
        return {{"tenant", "t"}, {"project", "p"}, {"stage", "s"}, {"version_id", game.version}};
    }
};

TEST_F(DeploymentsTest, DetailsInBothGenerations) {
    const Game game = new_game();
    const HttpReply p2 =
        developer(game, "get-deployment-details", {{"deployment_id", game.deployment}});
    ASSERT_EQ(p2.status, 200) << p2.body;
    EXPECT_EQ(p2.json()["deployment"]["id"], game.deployment);
    EXPECT_EQ(p2.json()["deployment"]["version_id"], game.version);
    ASSERT_EQ(p2.json()["lobby_resources"].size(), 1U);
    EXPECT_EQ(p2.json()["lobby_resources"][0]["status"], "PENDING");
    ASSERT_EQ(p2.json()["matchmaker_resources"].size(), 1U);
    EXPECT_EQ(p2.json()["matchmaker_resources"][0]["matchmaker_id"], game.deployment);
    EXPECT_EQ(p2.json()["match_resources"], Json::array());
    const HttpReply p1 = developer(
        game, "get-deployment-details", {{"tenant", "t"}, {"deployment_id", game.deployment}});
    EXPECT_EQ(p1.json()["lobby_refs"].size(), 1U);
    EXPECT_EQ(p1.json()["matchmaker_refs"].size(), 1U);
    EXPECT_FALSE(p1.json().contains("lobby_resources"));
}

TEST_F(DeploymentsTest, WhatCannotBeDeployed) {
    Game game = new_tenant();
    const std::string bare =
        developer(game,
                  "create-version",
                  {{"tenant", "t"}, {"project", "p"}, {"config", version_config()}})
            .text("version_id");
    game.version = bare;
    EXPECT_EQ(developer(game, "create-deployment", target(game)).outcome(),
              "409 WRONG_VERSION_STATE");
    game.version = "123";
    EXPECT_EQ(developer(game, "create-deployment", target(game)).outcome(), "404 OBJECT_NOT_FOUND");

    make_version(game);
    const std::string other =
        developer(game, "create-project", {{"tenant", "t"}}).text("project_id");
    const std::string elsewhere =
        developer(game, "create-stage", {{"tenant", "t"}, {"project", other}}).text("stage_id");
    EXPECT_EQ(developer(game,
                        "create-deployment",
                        {{"tenant", "t"},
                         {"project", other},
                         {"stage", elsewhere},
                         {"version_id", game.version}})
                  .outcome(),
              "400 WRONG_ARGUMENT");
    Json body = target(game);
    body["config"] = {{"max_lobbies", 0}};
    EXPECT_EQ(developer(game, "create-deployment", body).outcome(),
              "400 VALIDATION_CONSTRAINT_VIOLATED");
    body["config"] = {{"min_lobbies", "many"}};
    EXPECT_EQ(developer(game, "create-deployment", body).outcome(), "400 WRONG_REQUEST");
}

TEST_F(DeploymentsTest, TheNewestTakesNewClients) {
    Game game = new_game();
    const std::string first = game.deployment;
    const Person player = new_player();
    const std::string before = new_client(player);
    EXPECT_EQ(developer(game, "deploy-version", target(game)).status, 200) << "as P1 calls it";
    const Json deployments =
        developer(game, "get-stage-details", {{"tenant", "t"}, {"project", "p"}, {"stage", "s"}})
            .json()["details"]["deployments"];
    ASSERT_EQ(deployments.size(), 2U);
    EXPECT_EQ(deployments[0]["id"], first);
    EXPECT_EQ(deployments[0]["status"], "CLOSED");
    EXPECT_EQ(deployments[1]["status"], "CREATED");
    EXPECT_FALSE(new_client(player).empty());
    EXPECT_EQ(call("player", "interchange-messages", poll(before), player.token).status, 200);
}

TEST_F(DeploymentsTest, EndAtOnceWhenDeleted) {
    const Game game = new_game();
    EXPECT_EQ(developer(game, "delete-deployment", {{"deployment_id", game.deployment}}).json(),
              Json({{"deleted", true}}));
    EXPECT_EQ(call("player",
                   "create-client",
                   {{"tenant", "t"}, {"project", "p"}, {"stage", "s"}},
                   new_player().token)
                  .outcome(),
              "409 DEPLOYMENT_NOT_FOUND");
    EXPECT_EQ(
        developer(game, "delete-deployment", {{"tenant", "t"}, {"id", game.deployment}}).outcome(),
        "404 OBJECT_NOT_FOUND");
}

TEST_F(DeploymentsTest, StrangersMayNot) {
    const Game game = new_game();
    const Person stranger = new_developer();
    const std::string lobby =
        developer(game, "get-deployment-details", {{"deployment_id", game.deployment}})
            .json()["lobby_resources"][0]["lobby_id"];
    const Json deployment = {{"deployment_id", game.deployment}};
    for (const char* method :
         {"get-deployment-details", "delete-deployment", "create-lobby-request"})
        EXPECT_EQ(call("developer", method, deployment, stranger.token).outcome(),
                  "403 PERMISSION_NOT_FOUND")
            << method;
    EXPECT_EQ(call("developer", "delete-lobby", {{"lobby_id", lobby}}, stranger.token).outcome(),
              "403 PERMISSION_NOT_FOUND");
    EXPECT_EQ(call("developer", "create-deployment", target(game), stranger.token).outcome(),
              "403 PERMISSION_NOT_FOUND");
}

TEST_F(DeploymentsTest, ThereIsOneMatchmaker) {
    const Game game = new_game();
    const Json request = {{"tenant", "t"}, {"deployment_id", game.deployment}};
    EXPECT_EQ(developer(game, "create-matchmaker-request", request).json(), Json::object());
    EXPECT_EQ(developer(game, "delete-matchmaker", {{"matchmaker_id", game.deployment}}).json(),
              Json({{"deleted", false}}));
    const Person stranger = new_developer();
    EXPECT_EQ(
        call("developer", "delete-matchmaker", {{"matchmaker_id", game.deployment}}, stranger.token)
            .outcome(),
        "403 PERMISSION_NOT_FOUND");
}

TEST_F(DeploymentsTest, LobbiesOnRequest) {
    const Game game = new_game();
    const Json deployment = {{"deployment_id", game.deployment}};
    const auto lobbies = [&] {
        return developer(game, "get-deployment-details", deployment).json()["lobby_resources"];
    };
    const Json request = {{"tenant", "t"}, {"deployment_id", game.deployment}};
    EXPECT_EQ(developer(game, "create-lobby-request", request).json(), Json::object());
    ASSERT_EQ(lobbies().size(), 2U);
    const std::string second = lobbies()[1]["lobby_id"];
    EXPECT_EQ(developer(game, "delete-lobby", {{"lobby_id", second}}).json(),
              Json({{"deleted", true}}));
    for (const Json& lobby : lobbies()) EXPECT_NE(lobby["lobby_id"], second);
    EXPECT_EQ(developer(game, "delete-lobby", {{"lobby_id", second}}).outcome(),
              "404 OBJECT_NOT_FOUND");
}

}  // namespace
}  // namespace playback::omgservers
