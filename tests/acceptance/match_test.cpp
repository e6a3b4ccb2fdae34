// Scenarios 10 to 22 of omgservers.md section 9: matches.
#include <algorithm>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/acceptance/scenario.h"

namespace playback::acceptance {
namespace {

class MatchScenarios : public Scenario {
protected:
    void deploy_mode(int min, int max, const Json& rules = Json::object()) {
        Game game;
        game.modes() = Json::array({mode("arcade", min, max)});
        game.rules() = rules;
        deploy(game);
    }
    // That many players, in one match.
    std::vector<Player*> play(int number) {
        const std::vector<Player*> those = enter(number);
        for (Player* const player : those) seek_match(*player, "arcade");
        until_in_match(those);
        return those;
    }
    bool until_heard(const std::vector<Player*>& those, const Json& message) {
        return until(message.dump().c_str(), [&] {
            return std::all_of(those.begin(), those.end(), [&](const Player* player) {
                return player->has_heard(message);
            });
        });
    }
    static Json answer(const Json& message) {
        return item("RESPOND_CLIENT", {{"client_id", "$client"}, {"message", message}});
    }
};

TEST_P(MatchScenarios, S10_BetweenLobbyAndMatchAndBackAgain) {
    deploy_mode(1, 16);
    Player& player = enter();
    const std::string lobby = player.runtime();
    for (std::size_t round = 1; round <= 2; ++round) {
        seek_match(player, "arcade");
        ASSERT_TRUE(until("in a match", [&] { return player.assignments() == 2 * round; }));
        EXPECT_EQ(player.kind(), "MATCH");
        EXPECT_NE(player.runtime(), lobby);
        tell(player, Json::array({item("KICK_CLIENT", {{"client_id", "$client"}})}));
        ASSERT_TRUE(until("back", [&] { return player.assignments() == 2 * round + 1; }));
        EXPECT_EQ(player.kind(), "LOBBY");
    }
}

TEST_P(MatchScenarios, S11_FiveOneAfterTheOther) {
    deploy_mode(5, 16);
    const std::vector<Player*> five = enter(5);
    for (Player* const player : five) {
        for (const Player* const other : five) EXPECT_EQ(other->kind(), "LOBBY");
        seek_match(*player, "arcade");
        const Json there = {{"asked", player->id()}};
        tell(*player, Json::array({answer(there)}));
        ASSERT_TRUE(until_heard({player}, there));
    }
    ASSERT_TRUE(until_in_match(five));
    for (const Player* const player : five) EXPECT_EQ(player->runtime(), five[0]->runtime());
}

TEST_P(MatchScenarios, S12_FiveAtOnce) {
    deploy_mode(5, 16);
    const std::vector<Player*> five = play(5);
    for (const Player* const player : five) EXPECT_EQ(player->runtime(), five[0]->runtime());
}

TEST_P(MatchScenarios, S13_TheSecondJoinsTheSameMatch) {
    deploy_mode(1, 16);
    const std::string first = play(1)[0]->runtime();
    EXPECT_EQ(play(1)[0]->runtime(), first);
}

TEST_P(MatchScenarios, S14_TheSecondGetsANewMatch) {
    deploy_mode(1, 1);
    const std::string first = play(1)[0]->runtime();
    EXPECT_NE(play(1)[0]->runtime(), first);
}

TEST_P(MatchScenarios, S15_TheMatchKnowsTheGroups) {
    const Json told = {{"kind", "$kind"}, {"group", "$group"}};
    deploy_mode(2, 16, {{"CLIENT_ASSIGNED", Json::array({answer(told)})}});
    const std::vector<Player*> two = play(2);
    EXPECT_TRUE(until_heard(two, {{"kind", "MATCH"}, {"group", "blue"}}));
    EXPECT_TRUE(until_heard(two, {{"kind", "LOBBY"}, {"group", nullptr}}));
}

TEST_P(MatchScenarios, S16_AMessageGoesRoundThroughTheMatch) {
    const Json told = {{"by", "$runtime"}, {"echo", "$message"}};
    deploy_mode(1, 16, {{"MESSAGE_RECEIVED", Json::array({answer(told)})}});
    Player& player = *play(1)[0];
    const Json said = {{"shoot", {1, 2}}};
    player.say(said);
    EXPECT_TRUE(until_heard({&player}, {{"by", player.runtime()}, {"echo", said}}));
}

TEST_P(MatchScenarios, S17_ABroadcastReachesEveryPlayer) {
    deploy_mode(3, 16);
    const std::vector<Player*> three = play(3);
    tell(*three[0], Json::array({item("BROADCAST_MESSAGE", {{"message", "to all"}})}));
    EXPECT_TRUE(until_heard(three, "to all"));
}

TEST_P(MatchScenarios, S18_AMulticastReachesThoseItLists) {
    deploy_mode(3, 16);
    const std::vector<Player*> three = play(3);
    const Json listed = {three[0]->id(), three[2]->id()};
    tell(*three[0],
         Json::array({item("MULTICAST_MESSAGE", {{"clients", listed}, {"message", "to two"}}),
                      item("BROADCAST_MESSAGE", {{"message", "and that was it"}})}));
    ASSERT_TRUE(until_heard(three, "and that was it"));
    EXPECT_TRUE(three[0]->has_heard("to two"));
    EXPECT_FALSE(three[1]->has_heard("to two"));
    EXPECT_TRUE(three[2]->has_heard("to two"));
}

TEST_P(MatchScenarios, S19_TheOthersHearOfWhoIsKicked) {
    const Json news = {{"message", {{"left", "$client"}}}};
    deploy_mode(2, 2, {{"CLIENT_REMOVED", Json::array({item("BROADCAST_MESSAGE", news)})}});
    const std::vector<Player*> two = play(2);
    const std::string match = two[1]->runtime();
    const Json kicked = {{"client_id", two[0]->id()}};
    tell(*two[1], Json::array({item("KICK_CLIENT", kicked)}));
    ASSERT_TRUE(until_heard({two[1]}, {{"left", two[0]->id()}}));
    ASSERT_TRUE(until("back", [&] { return two[0]->kind() == "LOBBY"; }));
    EXPECT_EQ(two[1]->runtime(), match);
}

TEST_P(MatchScenarios, S20_AfterAStopTheNextPlaysElsewhere) {
    deploy_mode(1, 16);
    Player& first = *play(1)[0];
    // The answer comes after the stop was taken.
    tell(first, Json::array({item("STOP_MATCHMAKING", Json::object()), answer("stopped")}));
    ASSERT_TRUE(until_heard({&first}, "stopped"));
    EXPECT_NE(play(1)[0]->runtime(), first.runtime());
}

TEST_P(MatchScenarios, S21_TheMatchUpgradesAConnection) {
    Game game;
    game.real_time = true;
    deploy(game);
    Player& player = *play(1)[0];
    const Json wish = {{"client_id", "$client"}, {"protocol", "DISPATCHER"}};
    tell(player, Json::array({item("UPGRADE_CONNECTION", wish)}));
    ASSERT_TRUE(until("invited", [&] { return !player.bodies("CONNECTION_UPGRADED").empty(); }));
    const auto socket = player.open_dispatcher();
    EXPECT_TRUE(socket->client.opened()) << socket->client.head;
    socket->client.ping("there?");
    ASSERT_TRUE(until("a pong", [&] {
        socket->pump();
        return !socket->client.lines.empty();
    }));
    EXPECT_EQ(socket->client.lines.front(), "pong:there?") << "it is in the match's room";
}

TEST_P(MatchScenarios, S22_WhenTheMatchExitsThePlayerIsInALobbyAgain) {
    deploy_mode(1, 16);
    Player& player = *play(1)[0];
    tell(player, Json::array({item("EXIT", Json::object())}));
    EXPECT_TRUE(until("in a lobby", [&] { return player.kind() == "LOBBY"; }));
    EXPECT_TRUE(player.bodies("CLIENT_DELETED").empty());
}

INSTANTIATE_TEST_SUITE_P(Ways,
                         MatchScenarios,
                         ::testing::Values(Way::p1, Way::p2, Way::connector),
                         [](const auto& info) { return name_of(info.param); });

}  // namespace
}  // namespace playback::acceptance
