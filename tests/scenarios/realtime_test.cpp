// The scenario "realtime" through its plans.
#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "engine/base/plant.h"
#include "scenarios/lobby/lobby_plan.h"
#include "scenarios/lobby/lobby_run.h"

namespace playback::scenarios {
namespace {

TEST(RealtimeScenario, SmallRunsPassAndSocketsAreReallyUsed) {
    std::map<std::string, std::uint64_t> checks;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        const RunReport report = run_lobby(*draw_realtime_plan(seed, "small"), {});
        EXPECT_TRUE(report.passed)
            << "seed " << seed << ": " << report.fingerprint << ": " << report.message;
        for (const auto& [invariant, count] : report.checks) checks[invariant] += count;
    }
    for (const char* invariant :
         {"socket-order", "room-sender", "room-order", "room-closed", "no-lost-message"})
        EXPECT_GT(checks[invariant], 0U) << invariant << " was never checked";
}

TEST(RealtimeScenario, ARunPlayedTwiceIsTheSameRun) {
    const sim::Plan plan = *draw_realtime_plan(3, "small");
    EXPECT_EQ(run_lobby(plan, {}).trace_hash, run_lobby(plan, {}).trace_hash);
}

// Two players in one lobby, who talk over sockets, and then in real time.
sim::Plan plan_of_talk() {
    sim::Plan plan;
    plan.scenario = realtime_scenario;
    plan.profile = "small";
    plan.seed = 5;
    plan.length = seconds(25);
    plan.knobs["socket_percent"] = 100;
    std::uint64_t id = 0;
    const auto add = [&](std::int64_t ms, std::string kind) {
        for (const char* const actor : {"player-0", "player-1"})
            plan.ops.push_back({++id, Instant{} + milliseconds(ms), actor, kind, {}});
    };
    add(4'000, "join");
    for (std::int64_t ms = 7'000; ms < 10'000; ms += 100) add(ms, "say");
    add(10'000, "upgrade");
    for (std::int64_t ms = 12'000; ms < 16'000; ms += 50) add(ms, "shout");
    std::ranges::sort(plan.ops, {}, [](const sim::PlanOp& op) { return std::pair(op.at, op.id); });
    return plan;
}

TEST(RealtimeScenario, EverythingSaidInAQuietWorldIsHeard) {
    const RunReport report = run_lobby(plan_of_talk(), {});
    EXPECT_TRUE(report.passed) << report.fingerprint << ": " << report.message;
    // Each of two players says 80 things; each comes back, and every fifth to both.
    EXPECT_EQ(report.checks.at("room-sender"), 160U);
    EXPECT_EQ(report.effects.at("real-time messages"), 160U + 160U + 64U);
}

// While it talks, the backend dies and comes back: its runtime opens the room again.
TEST(RealtimeScenario, OverARestartNothingThatWasAcknowledgedIsLost) {
    sim::Plan plan = plan_of_talk();
    sim::PlanFault kill;
    kill.id = 1;
    kill.at = Instant{} + milliseconds(8'500);
    kill.kind = "node_kill";
    kill.target = "backend";
    plan.faults.push_back(kill);
    const RunReport report = run_lobby(plan, {});
    EXPECT_TRUE(report.passed) << report.fingerprint << ": " << report.message;
    EXPECT_GT(report.effects.at("real-time messages"), 300U);
}

#ifdef PLAYBACK_PLANTS
TEST(RealtimeScenario, WordsForAnotherAreFound) {
    plant("listed_is_everybody");
    const RunReport report = run_lobby(plan_of_talk(), {});
    plant("");
    EXPECT_TRUE(report.fingerprint.starts_with("room-closed")) << report.fingerprint;
}
#endif

}  // namespace
}  // namespace playback::scenarios
