// The whole town under random events and random order of delivery (see town.h).
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "tests/domain/lobby/town.h"

namespace playback::lobby {
namespace {

TEST(DeploymentSettle, WhateverHappensEverybodyIsSeatedAndHeard) {
    const bool holds = rc::check("a town that calms down", [] {
        const auto shape = *rc::gen::inRange<std::uint16_t>(0, 432);
        const auto steps = *rc::gen::resize(
            150, rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange(0U, 1U << 24)));
        Town town(shape);
        for (const std::uint32_t step : steps) {
            town.act(step);
            town.check_always();
        }
        town.calm_down();
        town.check_calm();
        town.tear_down();
        town.check_nothing_left();
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace playback::lobby
