#include "engine/domain/matchmaking/mode_rules.h"

#include <gtest/gtest.h>

namespace playback::matchmaking {
namespace {

TEST(ModeRules, LimitsOfTheModeAndOfItsGroupsCountTogether) {
    ModeRules rules;
    rules.min_players = 3;
    rules.max_players = 10;
    rules.groups = {{"blue", 2, 4}, {"red", 2, 5}};
    EXPECT_EQ(rules.needed(), 4U);
    EXPECT_EQ(rules.seats(), 9U);
    EXPECT_TRUE(rules.is_playable());
}

TEST(ModeRules, WhatAnyConfigMaySayIsNoTrouble) {
    ModeRules rules;
    rules.min_players = rules.max_players = UINT32_MAX;
    rules.groups = {{"a", UINT32_MAX, UINT32_MAX}, {"b", UINT32_MAX, UINT32_MAX}};
    EXPECT_EQ(rules.needed(), UINT32_MAX);
    EXPECT_EQ(rules.seats(), UINT32_MAX);
    rules.max_players = 5;
    EXPECT_FALSE(rules.is_playable());
    rules.min_players = 1;
    rules.groups = {{"a", 3, 2}, {"b", 0, 9}};
    EXPECT_FALSE(rules.is_playable());
}

TEST(ModeRules, WindowsGrowUpToTheirMaximum) {
    const SkillRules skill{"rating", 10, 5, 100};
    EXPECT_EQ(skill.window_after(Duration{}), 10U);
    EXPECT_EQ(skill.window_after(milliseconds(1'999)), 19U);
    EXPECT_EQ(skill.window_after(seconds(2)), 20U);
    EXPECT_EQ(skill.window_after(minutes(60 * 24 * 365)), 100U);
    EXPECT_EQ(skill.window_after(seconds(-5)), 10U);
    const SkillRules fixed{"rating", 50, 0, 0};
    EXPECT_EQ(fixed.window_after(minutes(5)), 50U);
}

}  // namespace
}  // namespace playback::matchmaking
