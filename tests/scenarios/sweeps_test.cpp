// Exhaustive sweeps on a short plan, besides the random search: every moment of a kind is tried.
//
// * The backend is killed at each commit: just before a sync is done, at that moment, just after.
// * It is killed at each write to a connection, in the middle of its work. That is also what a
//   failed allocation comes to: the process ends, and of all that it did only what has crossed the
//   seam is left. Between two crossings nothing can be told apart from outside, so a sweep over the
//   crossings is the sweep over the allocations, without those that are the same.
// * Four requests that leave at once arrive in each of the 24 orders.
#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "scenarios/lobby/lobby_run.h"
#include "scenarios/run.h"

namespace playback::scenarios {
namespace {

// Two players who join, talk, save a profile, and one of whom comes back as a new client.
sim::Plan short_plan() {
    sim::Plan plan;
    plan.scenario = "lobby";
    plan.profile = "small";
    plan.seed = 5;
    plan.length = seconds(22);
    plan.knobs["slots"] = 4;
    plan.knobs["long_poll"] = 0;
    plan.knobs["poll_interval_ms"] = 300;
    std::uint64_t id = 0;
    const auto add = [&](std::int64_t ms, std::string actor, std::string kind) {
        plan.ops.push_back(
            {++id, Instant{} + milliseconds(ms), std::move(actor), std::move(kind), {}});
    };
    add(4'000, "player-0", "join");
    add(4'010, "player-1", "join");
    add(16'000, "player-0", "say");
    add(16'000, "player-1", "set_profile");
    add(17'000, "player-1", "come_back");
    add(19'000, "player-0", "say");
    return plan;
}

sim::PlanFault kill(std::string kind, std::int64_t nth, sim::PlanArgs args) {
    args["nth"] = nth;
    return {.id = 100,
            .at = Instant{} + milliseconds(3'900),
            .duration = milliseconds(18'000),
            .kind = std::move(kind),
            .target = "backend",
            .args = std::move(args)};
}

// Plays it with the nth moment of that kind until there is none; returns how many there were.
std::int64_t sweep(const std::string& kind, const sim::PlanArgs& args) {
    constexpr std::int64_t most = 3'000;
    sim::Plan plan = short_plan();
    plan.faults = {kill(kind, most * most, args)};
    const std::uint64_t undisturbed = run_lobby(plan, {}).trace_hash;
    for (std::int64_t nth = 1; nth <= most; ++nth) {
        plan.faults = {kill(kind, nth, args)};
        const RunReport report = run_lobby(plan, {});
        EXPECT_TRUE(report.passed)
            << kind << " " << nth << ": " << report.fingerprint << " " << report.message;
        if (report.trace_hash == undisturbed) return nth - 1;
    }
    return most;
}

TEST(Sweeps, AKillAtEachCommitLosesNothing) {
    for (const std::int64_t offset : {-1, 0, 1}) {
        const std::int64_t moments = sweep("node_kill_at_sync", {{"offset_ns", offset}});
        EXPECT_GE(moments, 20) << offset;
        EXPECT_LT(moments, 3'000);
    }
}

TEST(Sweeps, AKillAtEachSendLosesNothing) {
    const std::int64_t moments = sweep("node_kill_at_send", {{"half_open", std::int64_t{0}}});
    EXPECT_GE(moments, 20);
    EXPECT_LT(moments, 3'000);
}

TEST(Sweeps, FourRequestsArriveInEachOrder) {
    // One player on each machine: one comes back, one joins, one talks, one saves a profile.
    sim::Plan plan;
    plan.scenario = "lobby";
    plan.profile = "small";
    plan.seed = 6;
    plan.length = seconds(22);
    plan.knobs["long_poll"] = 0;  // what is said leaves at once
    plan.knobs["poll_interval_ms"] = 50;
    plan.knobs["max_assignments"] = 2;
    std::uint64_t id = 0;
    const auto add = [&](std::int64_t ms, std::string actor, std::string kind) {
        plan.ops.push_back(
            {++id, Instant{} + milliseconds(ms), std::move(actor), std::move(kind), {}});
    };
    for (const char* const early : {"player-0", "player-2", "player-3"}) add(4'000, early, "join");
    add(16'000, "player-0", "come_back");
    add(16'000, "player-1", "join");
    add(16'000, "player-2", "say");
    add(16'000, "player-3", "set_profile");
    std::array<std::int64_t, 4> order{0, 1, 2, 3};
    std::set<std::uint64_t> hashes;
    do {
        plan.faults.clear();
        for (std::size_t machine = 0; machine < order.size(); ++machine) {
            plan.faults.push_back({.id = 50 + machine,
                                   .at = Instant{} + milliseconds(15'900),
                                   .duration = milliseconds(1'500),
                                   .kind = "link_latency_one_way",
                                   .target = "players-" + std::to_string(machine) + "|backend",
                                   .args = {{"extra_ns", milliseconds(60 * order[machine]).ns}}});
        }
        const RunReport report = run_lobby(plan, {});
        EXPECT_TRUE(report.passed) << report.fingerprint << " " << report.message;
        hashes.insert(report.trace_hash);
    } while (std::ranges::next_permutation(order).found);
    EXPECT_EQ(hashes.size(), 24U);
}

}  // namespace
}  // namespace playback::scenarios
