#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class PlayerTest : public ApiTest {
protected:
    HttpReply join(const Person& player, const Json& target) {
        return call("player", "create-client", target, player.token);
    }
    static Json target() { return {{"tenant", "t"}, {"project", "p"}, {"stage", "s"}}; }
};

TEST_F(PlayerTest, Ping) {
    EXPECT_EQ(call("player", "ping-service", {{"message", "ping"}}).body, R"({"message":"pong"})");
    std::string faces;
    for (int i = 0; i < 32; ++i) faces += "\xf0\x9f\x98\x80";
    EXPECT_EQ(call("player", "ping-service", {{"message", faces}}).status, 200);
    EXPECT_EQ(call("player", "ping-service", {{"message", faces + "x"}}).outcome(),
              "400 VALIDATION_CONSTRAINT_VIOLATED");
}

TEST_F(PlayerTest, AlwaysANewClientOfTheSamePlayer) {
    const Game game = new_game();
    const Person player = new_player();
    const std::string first = join(player, target()).text("client_id");
    const std::string second = join(player, target()).text("client_id");
    EXPECT_FALSE(first.empty());
    EXPECT_NE(first, second);
    const Json by_ids = {{"tenant", game.tenant}, {"project", game.project}, {"stage", game.stage}};
    EXPECT_EQ(join(player, by_ids).status, 200);
    const Json by_numbers = {{"tenant", std::stoll(game.tenant)},
                             {"project", std::stoll(game.project)},
                             {"stage", std::stoll(game.stage)}};
    EXPECT_EQ(join(player, by_numbers).status, 200);
}

TEST_F(PlayerTest, ThereMustBeAnOpenDeployment) {
    const Game game = new_tenant();
    const Person player = new_player();
    EXPECT_EQ(join(player, target()).outcome(), "409 DEPLOYMENT_NOT_FOUND");
    Json elsewhere = target();
    elsewhere["stage"] = "nowhere";
    EXPECT_EQ(join(player, elsewhere).outcome(), "404 OBJECT_NOT_FOUND");
    elsewhere = target();
    elsewhere["tenant"] = "nobody";
    EXPECT_EQ(join(player, elsewhere).outcome(), "404 OBJECT_NOT_FOUND");
}

}  // namespace
}  // namespace playback::omgservers
