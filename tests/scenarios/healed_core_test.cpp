// The healed core: some players stay cut off for good, the others must be served all the same.
#include <gtest/gtest.h>

#include "scenarios/lobby/lobby_run.h"
#include "scenarios/run.h"

namespace playback::scenarios {
namespace {

// A player on each machine; "players-0" is cut off for good before they are told anything.
sim::Plan plan_with(std::int64_t core, std::string_view cut) {
    sim::Plan plan;
    plan.scenario = "lobby";
    plan.profile = "small";
    plan.seed = 11;
    plan.length = seconds(9);
    plan.knobs["healed_core"] = core;
    for (std::uint64_t player = 0; player < 4; ++player) {
        const std::string actor = "player-" + std::to_string(player);
        plan.ops.push_back({player + 1, Instant{} + seconds(5), actor, "join", {}});
        plan.ops.push_back({player + 11, Instant{} + seconds(6), actor, "say", {}});
    }
    plan.faults.push_back({.id = 21,
                           .at = Instant{} + milliseconds(4'500),
                           .duration = seconds(60),
                           .kind = "machine_isolated",
                           .target = std::string(cut)});
    return plan;
}

TEST(HealedCore, PlayersOutsideOfItMayStayUnserved) {
    const RunReport report = run_lobby(plan_with(0b1110, "players-0"), {});
    EXPECT_TRUE(report.passed) << report.fingerprint << ": " << report.message;
    // They never got through, so it was their machine that stayed broken.
    EXPECT_EQ(report.checks.at("account-kept"), 3U);
}

TEST(HealedCore, WithoutItEverybodyIsServedInTheEnd) {
    const RunReport report = run_lobby(plan_with(0, "players-0"), {});
    EXPECT_TRUE(report.passed) << report.fingerprint << ": " << report.message;
    EXPECT_EQ(report.checks.at("account-kept"), 4U);
}

TEST(HealedCore, WhoIsInItIsHealed) {
    const RunReport report = run_lobby(plan_with(0b0001, "players-0"), {});
    EXPECT_TRUE(report.passed) << report.fingerprint << ": " << report.message;
    EXPECT_GE(report.checks.at("account-kept"), 1U);
}

}  // namespace
}  // namespace playback::scenarios
