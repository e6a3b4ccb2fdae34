#include "engine/domain/lobby/match_runtimes.h"

#include <gtest/gtest.h>

namespace playback::lobby {
namespace {

struct TwoModes : ::testing::Test {
    MatchRuntimes matches;
    TwoModes() {
        matches.set_modes({{"duel", 2, 2, {{"red", 1, 1}, {"blue", 1, 1}}, 1, {}, {}},
                           {"duel", 9, 9, {{"all", 9, 9}}, 1, {}, {}}},
                          {{"duel", 1}, {"chess", 1}});
    }
    MatchRuntimes::Mode& duel() { return *matches.find_mode("duel"); }
    void add(MatchId id) {
        MatchRow row;
        row.mode = "duel";
        matches.add(id, row);
    }
};

TEST_F(TwoModes, OfOneNameTheFirstCounts) {
    EXPECT_EQ(matches.modes().size(), 1U);
    EXPECT_EQ(duel().matcher.rules().max_players, 2U);
    EXPECT_EQ(duel().warm, 1U);
}

TEST_F(TwoModes, AMatchCanBeJoinedFromReadyToClosed) {
    add(MatchId{1});
    EXPECT_EQ(duel().pending, 1U);
    EXPECT_EQ(duel().open(), 1U);
    EXPECT_EQ(duel().matcher.matches().find(MatchId{1}), nullptr);
    matches.set_ready(MatchId{1}, {});
    EXPECT_EQ(duel().pending, 0U);
    EXPECT_EQ(duel().waiting(), 1U);
    matches.set_stopped(MatchId{1});
    EXPECT_EQ(duel().open(), 0U);
    matches.set_closed(MatchId{1}, true);
    EXPECT_EQ(duel().matcher.matches().find(MatchId{1}), nullptr);
    EXPECT_TRUE(matches.gone().contains(MatchId{1}));
    EXPECT_TRUE(matches.idle().empty());
    matches.remove(MatchId{1});
    EXPECT_TRUE(matches.all().empty());
}

TEST_F(TwoModes, WhatWasReadBackIsWhatWas) {
    add(MatchId{1});
    MatchRow ready;
    ready.mode = "duel";
    ready.status = MatchStatus::ready;
    matches.add(MatchId{2}, ready);
    for (const MatchId id : {MatchId{1}, MatchId{2}}) matches.restore(id);
    matches.restore(MatchId{2}, ClientId{7}, {.group = 1, .skill = 3, .region = 0});
    const auto* match = duel().matcher.matches().find(MatchId{2});
    ASSERT_NE(match, nullptr);
    EXPECT_EQ(match->roster.players_of(1), 1U);
    EXPECT_EQ(matches.idle(), std::set{MatchId{1}});
    EXPECT_TRUE(matches.is_anybody_there());
    EXPECT_TRUE(matches.unseat(MatchId{2}, ClientId{7}, {.group = 1, .skill = 3, .region = 0}, {}));
    EXPECT_FALSE(matches.is_anybody_there());
    EXPECT_EQ(match->roster.players(), 0U);
    EXPECT_EQ(matches.group_name(MatchId{2}, 1), "blue");
}

}  // namespace
}  // namespace playback::lobby
