#include "engine/domain/matchmaking/party_sizes.h"

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace playback::matchmaking {
namespace {

ModeRules mode(std::uint32_t min, std::uint32_t max, std::vector<GroupRules> groups) {
    ModeRules rules;
    rules.min_players = min;
    rules.max_players = max;
    rules.groups = std::move(groups);
    return rules;
}

TEST(PartySizes, KnowWhoIsThere) {
    PartySizes sizes;
    EXPECT_EQ(sizes.mask(), 0U);
    sizes.add(1);
    sizes.add(4);
    sizes.add(4);
    sizes.add(100);
    EXPECT_EQ(sizes.mask(), size_bit(1) | size_bit(4) | size_bit(64));
    sizes.remove(4);
    EXPECT_EQ(sizes.mask(), size_bit(1) | size_bit(4) | size_bit(64));
    sizes.remove(4);
    sizes.remove(100);
    EXPECT_EQ(sizes.mask(), size_bit(1));
}

TEST(SetSizes, PartiesOfFourMakeNoTeamOfFive) {
    const ModeRules rules = mode(10, 10, {{"red", 5, 5}, {"blue", 5, 5}});
    SetSizes sets(rules);
    EXPECT_EQ(sets.startable(size_bit(4)), 0U);
    EXPECT_EQ(sets.startable(size_bit(4) | size_bit(1)), size_bit(4) | size_bit(1));
    EXPECT_EQ(sets.startable(size_bit(4) | size_bit(5)), size_bit(5));
    EXPECT_EQ(sets.startable(size_bit(2) | size_bit(3)), size_bit(2) | size_bit(3));
}

TEST(SetSizes, LargeMatchesAreNotReckoned) {
    const ModeRules rules = mode(300, 300, {{"all", 300, 300}});
    SetSizes sets(rules);
    EXPECT_EQ(sets.startable(size_bit(7)), size_bit(7));
}

// Puts parties of these sizes into the groups in every way.
bool can_start(const ModeRules& rules, SizeMask present, std::uint32_t with) {
    std::vector<std::uint32_t> sizes(rules.groups.size());
    std::function<bool(std::size_t, bool)> fill = [&](std::size_t group, bool is_in) {
        if (group == sizes.size()) {
            std::uint32_t players = 0;
            for (const std::uint32_t size : sizes) players += size;
            return is_in && players >= rules.min_players && players <= rules.max_players;
        }
        if (sizes[group] >= rules.groups[group].min_players && fill(group + 1, is_in)) return true;
        for (std::uint32_t size = 1; size <= 6; ++size) {
            if ((present & size_bit(size)) == 0) continue;
            if (sizes[group] + size > rules.groups[group].max_players) continue;
            sizes[group] += size;
            const bool found = fill(group, is_in || size == with);
            sizes[group] -= size;
            if (found) return true;
        }
        return false;
    };
    return fill(0, false);
}

TEST(SetSizes, AreThoseOfEverySetThatThereIs) {
    const bool holds = rc::check("sets", [] {
        ModeRules rules = mode(*rc::gen::inRange(0U, 9U), *rc::gen::inRange(1U, 9U), {});
        const auto groups = *rc::gen::inRange(1, 4);
        for (int i = 0; i < groups; ++i)
            rules.groups.push_back({"", *rc::gen::inRange(0U, 4U), *rc::gen::inRange(1U, 6U)});
        SetSizes sets(rules);
        const SizeMask present = *rc::gen::inRange(0U, 64U);
        SizeMask expected = 0;
        for (std::uint32_t size = 1; size <= 6; ++size)
            if ((present & size_bit(size)) != 0 && can_start(rules, present, size))
                expected |= size_bit(size);
        RC_ASSERT(sets.startable(present) == expected);
        RC_ASSERT(sets.startable(present) == expected);  // known by now
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace playback::matchmaking
