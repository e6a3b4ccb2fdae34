// Matchmaking as section 6 of omgservers.md has it, where the scenarios do not show it already.
#include <algorithm>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/acceptance/scenario.h"

namespace playback::acceptance {
namespace {

class MatchmakingRows : public Scenario {
protected:
    void deploy_modes(const Json& modes, const Json& matchmaker = nullptr) {
        Game game;
        game.modes() = modes;
        const Json told = {{"client_id", "$client"}, {"message", {{"group", "$group"}}}};
        game.rules()["CLIENT_ASSIGNED"] = Json::array({item("RESPOND_CLIENT", told)});
        if (!matchmaker.is_null())
            game.deployment() = {{"version", "V1"}, {"matchmaker", matchmaker}};
        deploy(game);
    }
    // The lobby has taken all that the player told it.
    bool until_taken(Player& player, const char* word) {
        const Json answer = {{"client_id", "$client"}, {"message", word}};
        tell(player, Json::array({item("RESPOND_CLIENT", answer)}));
        return until("taken", [&] { return player.has_heard(word); });
    }
};

TEST_P(MatchmakingRows, AMatchIsMadeOnTheFirstRequest) {
    deploy_modes(Json::array({mode("duel", 2, 2)}));
    Player& player = enter();
    seek_match(player, "duel");
    EXPECT_TRUE(until("its container", [&] { return inspect("MATCH").size() == 1; }));
    EXPECT_EQ(player.kind(), "LOBBY") << "it is not ready";
}

TEST_P(MatchmakingRows, WarmMatchesAreThereBeforeAnybodyAsks) {
    const Json warm = {{"modes", {{"arcade", {{"min_matches", 1}}}}}};
    deploy_modes(Json::array({mode("arcade", 1, 16)}), warm);
    enter();
    EXPECT_TRUE(until("its container", [&] { return inspect("MATCH").size() == 1; }));
}

TEST_P(MatchmakingRows, NoMoreMatchesThanMayBe) {
    deploy_modes(Json::array({mode("solo", 1, 1)}), {{"max_matches", 1}});
    const std::vector<Player*> two = enter(2);
    seek_match(*two[0], "solo");
    ASSERT_TRUE(until_in_match({two[0]}));
    seek_match(*two[1], "solo");
    ASSERT_TRUE(until_taken(*two[1], "asked"));
    EXPECT_EQ(two[1]->kind(), "LOBBY");
    // The seat that is given up is the next one's.
    tell(*two[0], Json::array({item("KICK_CLIENT", {{"client_id", "$client"}})}));
    EXPECT_TRUE(until_in_match({two[1]}));
}

TEST_P(MatchmakingRows, UnknownModesAreDroppedAndTheLastWishCounts) {
    deploy_modes(Json::array({mode("arcade", 1, 16), mode("duel", 2, 2)}));
    Player& player = enter();
    seek_match(player, "no-such-mode");
    seek_match(player, "duel");
    seek_match(player, "duel");
    ASSERT_TRUE(until_taken(player, "asked twice"));
    EXPECT_EQ(player.kind(), "LOBBY") << "it is not two players";
    seek_match(player, "arcade");
    EXPECT_TRUE(until_in_match({&player}));
    EXPECT_EQ(player.assignments(), 2U);
}

TEST_P(MatchmakingRows, GroupsAreBalanced) {
    Json teams = mode("teams", 2, 10);
    teams["groups"] = Json::array({{{"name", "blue"}, {"min_players", 1}, {"max_players", 5}},
                                   {{"name", "red"}, {"min_players", 1}, {"max_players", 5}}});
    deploy_modes(Json::array({teams}));
    const std::vector<Player*> two = enter(2);
    for (Player* const player : two) seek_match(*player, "teams");
    ASSERT_TRUE(until_in_match(two));
    EXPECT_EQ(two[0]->runtime(), two[1]->runtime());
    const Json blue = {{"group", "blue"}};
    const Json red = {{"group", "red"}};
    ASSERT_TRUE(until("told", [&] {
        return (two[0]->has_heard(blue) && two[1]->has_heard(red)) ||
               (two[0]->has_heard(red) && two[1]->has_heard(blue));
    }));
}

TEST_P(MatchmakingRows, PartiesStayTogether) {
    Json duel = mode("duel", 2, 2);
    duel["parties"] = {{"max_size", 2}};
    deploy_modes(Json::array({duel}));
    const std::vector<Player*> three = enter(3);
    seek_match(*three[0], "duel");
    ASSERT_TRUE(until_taken(*three[0], "asked alone"));
    const Json both = {three[1]->id(), three[2]->id()};
    const Json wish = {{"client_id", three[1]->id()}, {"mode", "duel"}, {"clients", both}};
    tell(*three[1], Json::array({item("REQUEST_MATCHMAKING", wish)}));
    ASSERT_TRUE(until_in_match({three[1], three[2]}));
    EXPECT_EQ(three[1]->runtime(), three[2]->runtime());
    EXPECT_EQ(three[0]->kind(), "LOBBY");
}

TEST_P(MatchmakingRows, AStoppedMatchEndsWhenItIsEmpty) {
    deploy_modes(Json::array({mode("arcade", 1, 16)}));
    Player& player = enter();
    seek_match(player, "arcade");
    ASSERT_TRUE(until_in_match({&player}));
    tell(player,
         Json::array({item("STOP_MATCHMAKING", Json::object()),
                      item("KICK_CLIENT", {{"client_id", "$client"}})}));
    ASSERT_TRUE(until("back", [&] { return player.kind() == "LOBBY"; }));
    EXPECT_TRUE(until("no match", [&] { return inspect("MATCH").empty(); }));
}

TEST_P(MatchmakingRows, AnIdleMatchEnds) {
    deploy_modes(Json::array({mode("arcade", 1, 16)}));
    Player& player = enter();
    seek_match(player, "arcade");
    ASSERT_TRUE(until_in_match({&player}));
    tell(player, Json::array({item("KICK_CLIENT", {{"client_id", "$client"}})}));
    ASSERT_TRUE(until("back", [&] { return player.kind() == "LOBBY"; }));
    EXPECT_EQ(inspect("MATCH").size(), 1U) << "somebody may want it";
    EXPECT_TRUE(until("no match", [&] { return inspect("MATCH").empty(); }));
}

TEST_P(MatchmakingRows, AMatchThatHangsSendsItsPlayersBack) {
    deploy_modes(Json::array({mode("arcade", 1, 16)}));
    Player& player = enter();
    seek_match(player, "arcade");
    ASSERT_TRUE(until_in_match({&player}));
    tell(player, Json::array({item("HANG", Json::object())}));
    EXPECT_TRUE(until("back", [&] { return player.kind() == "LOBBY"; }));
}

INSTANTIATE_TEST_SUITE_P(Ways, MatchmakingRows, ::testing::Values(Way::p2), [](const auto& info) {
    return name_of(info.param);
});

}  // namespace
}  // namespace playback::acceptance
