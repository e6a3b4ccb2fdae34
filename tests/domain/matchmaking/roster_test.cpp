#include "engine/domain/matchmaking/roster.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace playback::matchmaking {
namespace {

ModeRules drawn_rules() {
    ModeRules rules;
    rules.min_players = *rc::gen::inRange(1U, 8U);
    rules.max_players = *rc::gen::inRange(1U, 16U);
    const int groups = *rc::gen::inRange(1, 5);
    for (int i = 0; i < groups; ++i)
        rules.groups.push_back(
            {std::to_string(i), *rc::gen::inRange(0U, 4U), *rc::gen::inRange(1U, 6U)});
    return rules;
}

// One by one, whoever comes finds a seat until the match is full, and it may start exactly when the
// minima are there.
TEST(Roster, FillsUpWithoutGivingAwayWhatIsNeeded) {
    const bool holds = rc::check("roster", [] {
        const ModeRules rules = drawn_rules();
        RC_PRE(rules.is_playable());
        Roster roster(rules);
        for (std::uint32_t count = 0; count < rules.seats(); ++count) {
            RC_ASSERT(roster.players() == count);
            if (count >= rules.needed()) RC_ASSERT(roster.may_start(rules));
            if (count < rules.needed()) RC_ASSERT(!roster.may_start(rules));
            const auto group = roster.group_for(rules, 1);
            RC_ASSERT(group.has_value());
            roster.seat(*group, 1);
            RC_ASSERT(roster.players_of(*group) <= rules.groups[*group].max_players);
        }
        RC_ASSERT(!roster.group_for(rules, 1).has_value());
        RC_ASSERT(roster.may_start(rules));
    });
    EXPECT_TRUE(holds);
}

TEST(Roster, KeepsSeatsForGroupsThatLackTheirs) {
    ModeRules rules;
    rules.min_players = 1;
    rules.max_players = 4;
    rules.groups = {{"free", 0, 4}, {"judges", 2, 2}};
    Roster roster(rules);
    EXPECT_EQ(roster.group_for(rules, 3), std::nullopt);  // two seats are the judges'
    EXPECT_EQ(roster.group_for(rules, 2), 1);
    roster.seat(1, 2);
    EXPECT_EQ(roster.group_for(rules, 2), 0);
    roster.leave(1, 2);
    EXPECT_EQ(roster.players(), 0U);
}

}  // namespace
}  // namespace playback::matchmaking
