// The lobby scenario: many small runs, each a function of its plan and nothing else.
#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "engine/base/plant.h"
#include "engine/base/random.h"
#include "scenarios/lobby/lobby_plan.h"
#include "scenarios/lobby/lobby_run.h"
#include "scenarios/run.h"

namespace playback::scenarios {
namespace {

sim::Plan small(std::uint64_t seed) {
    return *draw_lobby_plan(seed, "small");
}

// The runs of seeds 1 to 20, played once: several tests look at them.
const std::vector<RunReport>& small_runs() {
    static const std::vector<RunReport> reports = [] {
        std::vector<RunReport> played;
        for (std::uint64_t seed = 1; seed <= 20; ++seed)
            played.push_back(run_lobby(small(seed), {}));
        return played;
    }();
    return reports;
}

TEST(LobbyScenario, SmallRunsPass) {
    std::uint64_t seed = 0;
    for (const RunReport& report : small_runs()) {
        ++seed;
        EXPECT_TRUE(report.passed)
            << "seed " << seed << ": " << report.fingerprint << ": " << report.message;
    }
}

TEST(LobbyScenario, ARunPlayedTwiceIsTheSameRun) {
    // Leftovers of other runs must not matter: first it came after its predecessor, now it comes
    // after all of them and its successor.
    for (std::uint64_t seed = 20; seed > 5; --seed) {
        const RunReport& first = small_runs().at(seed - 1);
        const RunReport second = run_lobby(small(seed), {});
        EXPECT_EQ(first.trace_hash, second.trace_hash) << "seed " << seed;
        EXPECT_EQ(first.events, second.events);
        EXPECT_EQ(first.fingerprint, second.fingerprint);
    }
}

TEST(LobbyScenario, APlanFromItsFileIsTheSameRun) {
    const sim::Plan plan = small(7);
    const Result<sim::Plan> read = sim::parse_plan(sim::to_json(plan));
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(*read, plan);
    EXPECT_EQ(run_lobby(*read, {}).trace_hash, small_runs().at(6).trace_hash);
}

TEST(LobbyScenario, EverySubPlanIsValid) {
    for (std::uint64_t seed = 1; seed <= 15; ++seed) {
        const RunReport report = run_lobby(sim::half_of(small(seed)), {});
        EXPECT_TRUE(report.passed) << "seed " << seed << ": " << report.message;
    }
}

TEST(LobbyScenario, WhoReadsTheLogOrTheTraceChangesNothing) {
    std::size_t lines = 0;
    std::uint64_t events = 0;
    RunOptions curious;
    curious.log = [&](std::string_view) { ++lines; };
    curious.recorder = [&](const sim::TraceEvent& event) { events = event.index; };
    // The second never settles, since nobody finds a seat: then the log tells much more.
    sim::Plan stuck = small(7);
    stuck.knobs["max_assignments"] = 0;
    for (const sim::Plan& plan : {small(7), stuck}) {
        lines = events = 0;
        const RunReport plain = run_lobby(plan, {});
        const RunReport read = run_lobby(plan, curious);
        EXPECT_EQ(plain.trace_hash, read.trace_hash);
        EXPECT_EQ(plain.checkpoints, read.checkpoints);
        EXPECT_EQ(plain.fingerprint, read.fingerprint);
        EXPECT_GT(lines, 0U);
        EXPECT_GE(events, plain.checkpoints.back().events);
    }
    EXPECT_FALSE(run_lobby(stuck, {}).passed);
}

// Of every strategy: what it did, written down, is the same run.
TEST(LobbyScenario, AScheduleThatIsPlayedIsTheRunItWasWrittenDownFrom) {
    std::size_t longest = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        sim::Plan plan = *draw_lobby_plan(seed, "short");
        plan.knobs["strategy"] = static_cast<std::int64_t>(seed % 5);
        sim::Schedule schedule;
        RunOptions options;
        options.schedule_recorded = &schedule;
        const RunReport drawn = run_lobby(plan, options);
        ASSERT_LE(schedule.size(), sim::schedule_choices_max);
        longest = std::max(longest, schedule.size());
        plan.schedule = schedule;
        schedule.clear();
        const RunReport played = run_lobby(plan, options);
        EXPECT_EQ(played.trace_hash, drawn.trace_hash) << "seed " << seed;
        EXPECT_EQ(schedule, *plan.schedule) << "seed " << seed;
        if (plan.schedule->empty()) continue;
        plan.schedule->clear();
        EXPECT_NE(run_lobby(plan, {}).trace_hash, drawn.trace_hash) << "seed " << seed;
    }
    EXPECT_GT(longest, 100U);
}

TEST(LobbyScenario, RunsDiffer) {
    EXPECT_NE(small_runs().at(0).trace_hash, small_runs().at(1).trace_hash);
}

TEST(LobbyScenario, ABudgetThatIsExceededIsAFinding) {
    RunOptions few;
    few.events_max = 500;
    const RunReport by_events = run_lobby(small(3), few);
    EXPECT_FALSE(by_events.passed);
    EXPECT_NE(by_events.fingerprint.find("budget"), std::string::npos) << by_events.fingerprint;

    RunOptions no_time;
    no_time.out_of_time = [] { return true; };
    const RunReport by_time = run_lobby(small(3), no_time);
    EXPECT_FALSE(by_time.passed);
    EXPECT_NE(by_time.fingerprint.find("budget"), std::string::npos) << by_time.fingerprint;
}

TEST(LobbyScenario, FaultsAndChecksReallyHappen) {
    std::uint64_t faults = 0;
    std::map<std::string, std::uint64_t> kinds;
    std::map<std::string, std::uint64_t> checks;
    for (const RunReport& report : small_runs()) {
        faults += report.faults_total();
        for (const auto& [kind, count] : report.faults) kinds[kind] += count;
        for (const auto& [invariant, count] : report.checks) checks[invariant] += count;
    }
    EXPECT_GT(faults, 200U);
    EXPECT_GT(kinds.size(), 15U);
    for (const char* invariant : {"no-duplicate",
                                  "message-order",
                                  "greeting-first",
                                  "one-runtime",
                                  "profile-never-older",
                                  "no-foreign-role",
                                  "account-kept",
                                  "profile-linearizable",
                                  "name-linearizable",
                                  "deployment-linearizable",
                                  "all-assigned",
                                  "containers-as-wanted"}) {
        EXPECT_GT(checks[invariant], 0U) << invariant << " was never checked";
    }
}

// Two clerks deploy three times, look at what they deployed, and withdraw the newest.
sim::Plan plan_of_clerks() {
    sim::Plan plan;
    plan.scenario = "lobby";
    plan.profile = "small";
    plan.seed = 7;
    plan.length = seconds(12);
    std::uint64_t id = 0;
    const auto add = [&](std::int64_t ms, std::string actor, std::string kind, std::int64_t nth) {
        sim::PlanOp op{++id, Instant{} + milliseconds(ms), std::move(actor), std::move(kind), {}};
        op.args["nth"] = nth;
        plan.ops.push_back(std::move(op));
    };
    add(4'000, "clerk-0", "inspect", 0);  // nothing is deployed yet
    add(4'500, "clerk-0", "deploy", 0);
    add(6'000, "clerk-1", "inspect", 0);
    add(6'500, "clerk-1", "deploy", 0);
    add(6'500, "clerk-0", "deploy", 0);
    add(8'000, "clerk-0", "inspect", 0);
    add(8'000, "clerk-1", "inspect", 1);
    add(8'500, "clerk-1", "inspect", 2);  // the first one, closed long ago
    add(9'000, "clerk-0", "withdraw", 0);
    add(9'000, "clerk-1", "withdraw", 0);
    add(10'000, "clerk-1", "inspect", 0);
    return plan;
}

TEST(LobbyScenario, ClerksDeployAndTheirDeploymentsAreJudged) {
    const RunReport report = run_lobby(plan_of_clerks(), {});
    EXPECT_TRUE(report.passed) << report.fingerprint << ": " << report.message;
    EXPECT_EQ(report.checks.at("deployment-linearizable"), 3U);
    EXPECT_TRUE(report.skipped.empty());
    // Nobody plays, so nothing runs: the stage of the clerks opens no lobby.
    EXPECT_EQ(report.messages, 0U);
}

TEST(LobbyScenario, WithoutAGameForThemClerksDeployNothing) {
    sim::Plan plan = plan_of_clerks();
    std::erase_if(plan.ops, [](const sim::PlanOp& op) { return op.kind == "deploy"; });
    const RunReport report = run_lobby(plan, {});
    EXPECT_TRUE(report.passed) << report.fingerprint << ": " << report.message;
    EXPECT_FALSE(report.checks.contains("deployment-linearizable"));
}

#ifdef PLAYBACK_PLANTS
TEST(LobbyScenario, ADeploymentThatStaysOpenIsFound) {
    plant("older_deployment_open");
    const RunReport report = run_lobby(plan_of_clerks(), {});
    plant("");
    EXPECT_EQ(report.fingerprint.substr(0, 23), "deployment-linearizable");
}
#endif

TEST(LobbyScenario, ARunThatLostWhatNobodyCanKeepIsCountedApart) {
    sim::Plan plan = *draw_lobby_plan(1, "small");
    plan.faults.clear();
    sim::PlanFault rot{.id = 1, .at = Instant{} + plan.length / 2, .kind = "disk_rot"};
    rot.target = "backend";
    plan.faults = {rot, rot, rot};
    sim::PlanFault loss{.id = 2, .at = rot.at + seconds(1), .kind = "node_power_loss"};
    loss.target = "backend";
    loss.duration = milliseconds(100);
    plan.faults.push_back(loss);
    const RunReport report = run_lobby(plan, {});
    EXPECT_TRUE(report.passed) << report.message;
    EXPECT_EQ(report.died, "disk_rot");
    plan.faults = {loss};
    EXPECT_EQ(run_lobby(plan, {}).died, "");
}

// Figures are compared over months: what is measured must not change with the catalogue.
TEST(LobbyScenario, TheReferenceRunHasKillsAndPartitionsFromAFixedList) {
    for (const char* const profile : {"reference", "polling"}) {
        const sim::Plan plan = *draw_lobby_plan(1, profile);
        std::map<std::string, int> kinds;
        for (const sim::PlanFault& fault : plan.faults) ++kinds[fault.kind];
        const std::map<std::string, int> expected{{"container_crash", 6},
                                                  {"link_latency", 7},
                                                  {"link_loss", 7},
                                                  {"link_partition", 8},
                                                  {"link_partition_one_way", 6},
                                                  {"node_kill", 6}};
        EXPECT_EQ(kinds, expected) << profile;
    }
}

TEST(LobbyScenario, WhatIsDrawnIsWithinTheLimitsOfItsKnobs) {
    for (const char* const profile : {"small", "short", "reference", "polling"}) {
        for (std::uint64_t seed = 1; seed <= 100; ++seed) {
            const sim::Plan plan = *draw_lobby_plan(seed, profile);
            const std::vector<KnobLimit> limits = lobby_knobs();
            for (const auto& [name, value] : plan.knobs) {
                const auto limit = std::ranges::find(limits, name, &KnobLimit::name);
                ASSERT_NE(limit, limits.end()) << name;
                EXPECT_LE(value, limit->most) << name;
            }
        }
    }
}

TEST(LobbyScenario, UnknownProfileIsRefused) {
    const Result<sim::Plan> plan = draw_lobby_plan(1, "large");
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace playback::scenarios
