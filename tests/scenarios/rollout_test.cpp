// The scenario "rollout" through its plans.
#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "engine/base/plant.h"
#include "scenarios/lobby/lobby_plan.h"
#include "scenarios/lobby/lobby_run.h"

namespace playback::scenarios {
namespace {

TEST(RolloutScenario, SmallRunsPassAndRolloutsReallyHappen) {
    std::map<std::string, std::uint64_t> checks;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        const RunReport report = run_lobby(*draw_rollout_plan(seed, "small"), {});
        EXPECT_TRUE(report.passed)
            << "seed " << seed << ": " << report.fingerprint << ": " << report.message;
        for (const auto& [invariant, count] : report.checks) checks[invariant] += count;
    }
    for (const char* invariant :
         {"rollout-newest", "rollout-undisturbed", "rollout-served", "rollout-drained"})
        EXPECT_GT(checks[invariant], 0U) << invariant << " was never checked";
}

TEST(RolloutScenario, ARunPlayedTwiceIsTheSameRun) {
    const sim::Plan plan = *draw_rollout_plan(3, "small");
    EXPECT_EQ(run_lobby(plan, {}).trace_hash, run_lobby(plan, {}).trace_hash);
}

TEST(RolloutScenario, HasThePlayersOfTheLobby) {
    const sim::Plan lobby = *draw_lobby_plan(5, "small");
    sim::Plan rollout = *draw_rollout_plan(5, "small");
    const auto is_rollout = [](const sim::PlanOp& op) {
        return op.kind == "publish" || op.kind == "roll_back";
    };
    EXPECT_GT(std::erase_if(rollout.ops, is_rollout), 0U);
    EXPECT_GE(rollout.ops.size(), lobby.ops.size());
    EXPECT_EQ(rollout.scenario, "rollout");
}

// Of three players one comes back after a new version was published, and one is silent then.
sim::Plan plan_of_a_rollout() {
    sim::Plan plan;
    plan.scenario = rollout_scenario;
    plan.profile = "small";
    plan.seed = 11;
    plan.length = seconds(40);
    plan.knobs["client_inactive_ms"] = 5'000;
    std::uint64_t id = 0;
    const auto add = [&](std::int64_t ms, std::string actor, std::string kind) {
        plan.ops.push_back({++id, Instant{} + milliseconds(ms), actor, std::move(kind), {}});
    };
    for (const char* const player : {"player-0", "player-1", "player-2"})
        add(4'000, player, "join");
    add(8'000, "clerk-3", "publish");
    add(12'000, "player-0", "come_back");
    add(13'000, "player-1", "go_silent");
    for (std::int64_t ms = 5'000; ms < 39'000; ms += 1'000) add(ms, "player-2", "say");
    add(38'000, "player-1", "come_back");
    std::ranges::sort(plan.ops, {}, [](const sim::PlanOp& op) { return std::pair(op.at, op.id); });
    return plan;
}

TEST(RolloutScenario, OneWhoPlaysIsNotDisturbedAndOthersComeIntoTheNewVersion) {
    const RunReport report = run_lobby(plan_of_a_rollout(), {});
    EXPECT_TRUE(report.passed) << report.fingerprint << ": " << report.message;
    EXPECT_EQ(report.checks.at("rollout-newest"), 5U);
    EXPECT_GT(report.checks.at("rollout-undisturbed"), 5U);
    EXPECT_EQ(report.checks.at("rollout-drained"), 1U);
    EXPECT_FALSE(report.checks.contains("no-early-end")) << "nobody was ended";
}

TEST(RolloutScenario, AStatedLimitEndsTheOldVersion) {
    sim::Plan plan = plan_of_a_rollout();
    plan.knobs["drain_seconds"] = 10;
    const RunReport report = run_lobby(plan, {});
    EXPECT_TRUE(report.passed) << report.fingerprint << ": " << report.message;
    EXPECT_GE(report.checks.at("no-early-end"), 1U) << "player 2 was ended";
    EXPECT_GE(report.checks.at("rollout-newest"), 6U) << "and came back";
}

// The new version's lobby comes while the second host drains; then the first one drains, too, and
// the second is opened and removed with all that it has.
sim::Plan plan_with_hosts() {
    sim::Plan plan = plan_of_a_rollout();
    plan.knobs["pool_hosts"] = 1;
    std::uint64_t id = plan.ops.size();
    const auto add = [&](std::int64_t ms, std::string kind, std::int64_t nth, std::int64_t force) {
        const Instant at = Instant{} + milliseconds(ms);
        plan.ops.push_back({++id, at, "operator-0", std::move(kind), {}});
        plan.ops.back().args = {{"nth", nth}, {"force", force}};
    };
    add(5'000, "add_host", 1, 0);
    add(6'000, "drain_host", 1, 0);
    add(15'000, "resume_host", 1, 0);
    add(16'000, "drain_host", 0, 0);
    plan.ops.push_back({++id, Instant{} + seconds(18), "clerk-3", "publish", {}});
    plan.ops.push_back({++id, Instant{} + seconds(20), "player-0", "come_back", {}});
    add(25'000, "resume_host", 0, 0);
    add(28'000, "remove_host", 1, 1);
    std::ranges::sort(plan.ops, {}, [](const sim::PlanOp& op) { return std::pair(op.at, op.id); });
    return plan;
}

TEST(RolloutScenario, HostsDrainAndGoWhileItIsPlayed) {
    const RunReport report = run_lobby(plan_with_hosts(), {});
    EXPECT_TRUE(report.passed) << report.fingerprint << ": " << report.message;
    EXPECT_GT(report.checks.at("drained-left-alone"), 1U);
    EXPECT_EQ(report.checks.at("all-assigned"), 1U);
    EXPECT_EQ(report.checks.at("containers-as-wanted"), 1U);
    EXPECT_TRUE(report.skipped.empty());
}

TEST(RolloutScenario, EveryThirdPlanHasAnOperator) {
    std::size_t with = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        const sim::Plan plan = *draw_rollout_plan(seed, "small");
        const bool has_hosts = plan.knob("pool_hosts", 0) != 0;
        const bool has_operator = std::ranges::any_of(
            plan.ops, [](const sim::PlanOp& op) { return op.actor == "operator-0"; });
        EXPECT_EQ(has_hosts, has_operator) << seed;
        with += has_hosts ? 1 : 0;
    }
    EXPECT_GT(with, 8U);
    EXPECT_LT(with, 40U);
}

#ifdef PLAYBACK_PLANTS
TEST(RolloutScenario, ADrainedHostThatIsStillChosenIsFound) {
    sim::Plan plan = plan_with_hosts();
    // A third version while the host that drains is the emptier one.
    plan.ops.push_back({1'000, Instant{} + seconds(14), "clerk-3", "publish", {}});
    std::ranges::sort(plan.ops, {}, [](const sim::PlanOp& op) { return std::pair(op.at, op.id); });
    plant("drained_still_chosen");
    const RunReport report = run_lobby(plan, {});
    plant("");
    EXPECT_EQ(report.fingerprint.substr(0, 18), "drained-left-alone");
}

TEST(RolloutScenario, AnEvictionIsFound) {
    sim::Plan plan = plan_of_a_rollout();
    plan.knobs["long_poll"] = 0;  // a held call may pass for silence
    plant("redeploy_evicts");
    const RunReport report = run_lobby(plan, {});
    plant("");
    EXPECT_EQ(report.fingerprint.substr(0, 19), "rollout-undisturbed");
}

TEST(RolloutScenario, ALimitThatIsNotKeptIsFound) {
    sim::Plan plan = plan_of_a_rollout();
    plan.knobs["drain_seconds"] = 10;
    plant("drain_unlimited");
    const RunReport report = run_lobby(plan, {});
    plant("");
    EXPECT_FALSE(report.passed);
}
#endif

}  // namespace
}  // namespace playback::scenarios
