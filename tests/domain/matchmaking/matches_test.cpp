#include "engine/domain/matchmaking/matches.h"

#include <gtest/gtest.h>

namespace playback::matchmaking {
namespace {

void seat(Matches& matches, MatchId match, std::int32_t skill, std::uint32_t region) {
    const Matches::Seat one{.group = 0, .players = 1, .skill = skill};
    matches.seat(match, region, {&one, 1});
}

TEST(Matches, KnowWhichIsEmptyAndWhichHasRoom) {
    ModeRules rules;
    rules.max_players = 2;
    rules.groups = {{"all", 1, 2}};
    Matches matches(rules);
    EXPECT_EQ(matches.first_empty(), std::nullopt);
    matches.open(MatchId{2});
    matches.open(MatchId{1});
    EXPECT_EQ(matches.first_empty(), MatchId{1});
    seat(matches, MatchId{1}, 700, 3);
    EXPECT_EQ(matches.first_empty(), MatchId{2});
    const Matches::WithRoom one{{1, MatchId{1}}};
    EXPECT_EQ(matches.with_room(3), one);
    EXPECT_TRUE(matches.with_room(0).empty());
    seat(matches, MatchId{1}, 500, 3);
    EXPECT_TRUE(matches.with_room(3).empty());
    EXPECT_EQ(matches.find(MatchId{1})->skill_low, 500);
    EXPECT_EQ(matches.find(MatchId{1})->skill_high, 700);
    matches.leave(MatchId{1}, 0, 1);
    EXPECT_EQ(matches.with_room(3), one);
    EXPECT_EQ(matches.open_count(), 2U);

    matches.close(MatchId{1});
    EXPECT_TRUE(matches.with_room(3).empty());
    EXPECT_EQ(matches.open_count(), 1U);
    matches.leave(MatchId{1}, 0, 1);
    EXPECT_EQ(matches.empty_count(), 1U);
    matches.remove(MatchId{1});
    EXPECT_EQ(matches.find(MatchId{1}), nullptr);

    // Whoever comes first after all have left decides anew.
    seat(matches, MatchId{2}, 10, 1);
    matches.leave(MatchId{2}, 0, 1);
    seat(matches, MatchId{2}, 90, 2);
    EXPECT_EQ(matches.find(MatchId{2})->skill_low, 90);
    EXPECT_EQ(matches.find(MatchId{2})->region, 2U);
}

}  // namespace
}  // namespace playback::matchmaking
