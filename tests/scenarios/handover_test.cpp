// A graceful restart in the simulator: two nodes, one after the other, and nobody notices.
#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "scenarios/lobby/lobby_plan.h"
#include "scenarios/lobby/lobby_run.h"

namespace playback::scenarios {
namespace {

void add_handover(sim::Plan& plan, std::uint64_t id, Duration at) {
    plan.ops.push_back({id, Instant{} + at, "backend", "hand_over", {}});
    std::ranges::sort(plan.ops, {}, [](const sim::PlanOp& op) { return std::pair(op.at, op.id); });
}

// Two players who talk, by calls or over sockets, then in real time; nobody disturbs them. A call
// that is held when somebody wants to upgrade takes eight seconds at most.
sim::Plan plan_of_talk(std::int64_t socket_percent) {
    sim::Plan plan;
    plan.scenario = realtime_scenario;
    plan.profile = "small";
    plan.seed = 5;
    plan.length = seconds(32);
    plan.knobs["socket_percent"] = socket_percent;
    std::uint64_t id = 0;
    const auto add = [&](std::int64_t ms, std::string kind) {
        for (const char* const actor : {"player-0", "player-1"})
            plan.ops.push_back({++id, Instant{} + milliseconds(ms), actor, kind, {}});
    };
    add(4'000, "join");
    for (std::int64_t ms = 7'000; ms < 10'000; ms += 100) add(ms, "say");
    add(10'000, "upgrade");
    for (std::int64_t ms = 19'000; ms < 24'000; ms += 50) add(ms, "shout");
    return plan;
}

// Frames in real time are delivered at most once, so one that is missing was lost with a socket.
TEST(SimulatedHandover, InAQuietWorldNothingIsLostAndNoCallFails) {
    for (const std::int64_t socket_percent : {0, 100}) {
        sim::Plan plan = plan_of_talk(socket_percent);
        const RunReport without = run_lobby(plan, {});
        std::uint64_t id = 1'000;
        // What minds the containers takes up to two seconds to come to rest.
        for (const std::int64_t ms : {7'530, 10'110, 19'020, 21'570})
            add_handover(plan, ++id, milliseconds(ms));
        const RunReport with = run_lobby(plan, {});
        EXPECT_TRUE(with.passed) << with.fingerprint << ": " << with.message;
        EXPECT_EQ(with.effects.at("handovers"), 4U);
        EXPECT_EQ(with.effects.at("real-time messages"), without.effects.at("real-time messages"));
        EXPECT_EQ(with.effects.at("messages"), without.effects.at("messages"));
        EXPECT_EQ(with.failed_requests, without.failed_requests);
    }
}

// Among the faults of drawn plans, killed in the middle of it too.
TEST(SimulatedHandover, AmongFaultsEveryPromiseHolds) {
    std::uint64_t handovers = 0;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        sim::Plan plan = *draw_realtime_plan(seed, "small");
        for (std::int64_t i = 1; i <= 4; ++i)
            add_handover(plan, 100'000 + static_cast<std::uint64_t>(i), plan.length * i / 6);
        const RunReport report = run_lobby(plan, {});
        EXPECT_TRUE(report.passed)
            << "seed " << seed << ": " << report.fingerprint << ": " << report.message;
        handovers += report.effects.at("handovers");
    }
    EXPECT_GT(handovers, 0U);
}

TEST(SimulatedHandover, ARunPlayedTwiceIsTheSameRun) {
    sim::Plan plan = plan_of_talk(100);
    add_handover(plan, 1'000, milliseconds(8'500));
    EXPECT_EQ(run_lobby(plan, {}).trace_hash, run_lobby(plan, {}).trace_hash);
}

}  // namespace
}  // namespace playback::scenarios
