// Scenarios 1 to 9 of omgservers.md section 9: players and their lobby.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/acceptance/scenario.h"

namespace playback::acceptance {
namespace {

class LobbyScenarios : public Scenario {};

TEST_P(LobbyScenarios, S01_UserTokenAndClient) {
    deploy();
    Player& player = *players.emplace_back(std::make_unique<Player>(at().address, way()));
    player.sign_up();  // checks id, password and token
    const Json made = player.join({{"tenant", tenant}, {"project", project}, {"stage", stage}});
    EXPECT_GT(std::stoll(made["client_id"].get<std::string>()), 0);
    const Json place = made["connector_config"];
    EXPECT_EQ(place["connection_url"],
              "ws://" + at().address + "/connector/v1/entrypoint/websocket/endpoint");
    EXPECT_TRUE(
        place["sec_web_socket_protocol"].get<std::string>().starts_with("bearer-token-carrier,"));
}

TEST_P(LobbyScenarios, S02_TheGreetingComesFirst) {
    deploy();
    const Player& player = join();
    ASSERT_TRUE(until("greeted", [&] { return !player.mail().empty(); }));
    const Message& first = player.mail().front();
    EXPECT_EQ(first.qualifier, "CLIENT_GREETED");
    EXPECT_EQ(first.body()["tenant_id"], tenant);
    EXPECT_EQ(images_of(first.body()["version_id"]).size(), 1U) << "it is the version's id";
    EXPECT_EQ(first.body()["version_created"].get<std::string>().size(), 24U);
    EXPECT_EQ(first.body().size(), 3U) << first.body();
}

TEST_P(LobbyScenarios, S03_ALobbyIsAssigned) {
    deploy();
    const Player& player = enter();
    const std::size_t expected = is_old() ? 3 : 2;
    ASSERT_TRUE(until("all three", [&] { return player.mail().size() == expected; }));
    EXPECT_EQ(player.mail()[0].qualifier, "CLIENT_GREETED");
    const Message& assigned = player.mail()[1];
    ASSERT_EQ(assigned.qualifier, "RUNTIME_ASSIGNED");
    EXPECT_EQ(assigned.body()["runtime_qualifier"], "LOBBY");
    const Json its_config = assigned.body()["runtime_config"];
    const char* const lobby = is_old() ? "lobby_config" : "lobby";
    EXPECT_EQ(its_config[is_old() ? "version_config" : "config"], Json::parse(config));
    EXPECT_FALSE(its_config[lobby]["lobby_id"].get<std::string>().empty());
    EXPECT_EQ(its_config[is_old() ? "match_config" : "match"], nullptr);
    if (!is_old()) return;
    EXPECT_EQ(player.mail()[2].qualifier, "MATCHMAKER_ASSIGNMENT_MESSAGE");
    EXPECT_TRUE(player.mail()[2].body().contains("matchmaker_id"));
}

TEST_P(LobbyScenarios, S04_TheLobbyAnswersWhoJoins) {
    Game game;
    const Json answer = {{"client_id", "$client"}, {"message", "welcome in"}};
    game.rules()["CLIENT_ASSIGNED"] = Json::array({item("RESPOND_CLIENT", answer)});
    deploy(game);
    const Player& player = enter();
    ASSERT_TRUE(until("answered", [&] { return !player.heard().empty(); }));
    EXPECT_EQ(player.heard(), std::vector<Json>{"welcome in"});
}

TEST_P(LobbyScenarios, S05_AMessageArrivesIntact) {
    Game game;
    const Json answer = {{"client_id", "$client"}, {"message", {{"echo", "$message"}}}};
    game.rules()["MESSAGE_RECEIVED"] = Json::array({item("RESPOND_CLIENT", answer)});
    deploy(game);
    Player& player = enter();
    const Json said = {{"a", {1, 2.5, "x \"y\" \u00e4", true, nullptr}},
                       {"b", {{"c", Json::object()}, {"d", Json::array()}}}};
    player.say(said);
    ASSERT_TRUE(until("answered", [&] { return !player.heard().empty(); }));
    EXPECT_EQ(player.heard().front(), Json({{"echo", said}}));
}

TEST_P(LobbyScenarios, S06_TheProfileIsKeptForTheUser) {
    Game game;
    const Json answer = {{"client_id", "$client"}, {"message", {{"profile", "$profile"}}}};
    game.rules()["CLIENT_ASSIGNED"] = Json::array({item("RESPOND_CLIENT", answer)});
    deploy(game);
    Player& player = enter();
    const Json none = {{"profile", Json::object()}};
    ASSERT_TRUE(until("the first profile", [&] { return player.has_heard(none); }));
    const Json profile = {{"number", 7}, {"text", "x"}, {"float", 1.25}, {"flag", true}};
    tell(player,
         Json::array({item("SET_PROFILE", {{"client_id", "$client"}, {"profile", profile}}),
                      item("RESPOND_CLIENT", {{"client_id", "$client"}, {"message", "saved"}})}));
    ASSERT_TRUE(until("saved", [&] { return player.has_heard("saved"); }));
    const Player& again = join_again(player);
    ASSERT_TRUE(until("the second profile", [&] { return !again.heard().empty(); }));
    EXPECT_EQ(again.heard().front(), Json({{"profile", profile}}));
}

TEST_P(LobbyScenarios, S07_TheLobbyUpgradesAConnection) {
    deploy();
    Player& player = enter();
    const Json wish = {{"client_id", "$client"}, {"protocol", "DISPATCHER"}};
    tell(player, Json::array({item("UPGRADE_CONNECTION", wish)}));
    const auto invitations = [&] { return player.bodies("CONNECTION_UPGRADED"); };
    ASSERT_TRUE(until("invited", [&] { return !invitations().empty(); }));
    const Json body = invitations().front();
    EXPECT_EQ(body["protocol"], "DISPATCHER");
    if (is_old()) {
        EXPECT_EQ(body["client_id"], player.id());
        EXPECT_FALSE(body["web_socket_config"]["ws_token"].get<std::string>().empty());
    } else {
        const std::string protocol = body["dispatcher_config"]["sec_web_socket_protocol"];
        EXPECT_TRUE(protocol.starts_with("bearer-token-carrier,")) << protocol;
    }
}

TEST_P(LobbyScenarios, S08_WhoIsSilentIsToldThatItIsGone) {
    Game game;
    const Json news = {{"message", {{"gone", "$client"}}}};
    game.rules()["CLIENT_REMOVED"] = Json::array({item("BROADCAST_MESSAGE", news)});
    deploy(game);
    const std::vector<Player*> both = enter(2);
    both[0]->fall_silent();
    const Json gone = {{"gone", both[0]->id()}};
    ASSERT_TRUE(until("the lobby hears of it", [&] { return both[1]->has_heard(gone); }));
    both[0]->return_over_http();
    const auto reasons = [&] { return both[0]->bodies("CLIENT_DELETED"); };
    ASSERT_TRUE(until("it is told", [&] { return !reasons().empty(); }));
    EXPECT_EQ(reasons().front(), Json({{"reason", "CLIENT_INACTIVITY"}}));
    EXPECT_TRUE(both[1]->bodies("CLIENT_DELETED").empty());
}

// The reference ends the clients; here they go on in the next lobby.
TEST_P(LobbyScenarios, S09_WhenTheLobbyExitsThereIsAnother) {
    deploy();
    Player& player = enter();
    const std::string first = player.runtime();
    tell(player, Json::array({item("EXIT", Json::object())}));
    ASSERT_TRUE(until("in another lobby", [&] { return player.runtime() != first; }));
    EXPECT_EQ(player.kind(), "LOBBY");
    const Player& other = enter();
    EXPECT_NE(other.runtime(), first);
}

INSTANTIATE_TEST_SUITE_P(Ways,
                         LobbyScenarios,
                         ::testing::Values(Way::p1, Way::p2, Way::connector),
                         [](const auto& info) { return name_of(info.param); });

}  // namespace
}  // namespace playback::acceptance
