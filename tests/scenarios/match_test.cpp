// The scenario "match" through its plans.
#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "engine/base/plant.h"
#include "scenarios/lobby/lobby_plan.h"
#include "scenarios/lobby/lobby_run.h"

namespace playback::scenarios {
namespace {

TEST(MatchScenario, SmallRunsPassAndMatchesReallyHappen) {
    std::map<std::string, std::uint64_t> checks;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        const RunReport report = run_lobby(*draw_match_plan(seed, "small"), {});
        EXPECT_TRUE(report.passed)
            << "seed " << seed << ": " << report.fingerprint << ": " << report.message;
        for (const auto& [invariant, count] : report.checks) checks[invariant] += count;
    }
    for (const char* invariant : {"match-capacity",
                                  "match-group",
                                  "match-found",
                                  "one-runtime",
                                  "ticket-told-once",
                                  "ticket-cancelled",
                                  "ticket-reason"})
        EXPECT_GT(checks[invariant], 0U) << invariant << " was never checked";
}

TEST(MatchScenario, ARunPlayedTwiceIsTheSameRun) {
    const sim::Plan plan = *draw_match_plan(3, "small");
    EXPECT_EQ(run_lobby(plan, {}).trace_hash, run_lobby(plan, {}).trace_hash);
}

TEST(MatchScenario, HasThePlayersOfTheLobbyAndTheirWishes) {
    const sim::Plan lobby = *draw_lobby_plan(5, "small");
    sim::Plan match = *draw_match_plan(5, "small");
    const auto is_wish = [](const sim::PlanOp& op) {
        return op.kind.starts_with("seek_") || op.kind.ends_with("_match");
    };
    EXPECT_GT(std::erase_if(match.ops, is_wish), 0U);
    EXPECT_EQ(match.ops.size(), lobby.ops.size());
    EXPECT_EQ(match.scenario, "match");
}

// Two players look for a duel, play, leave, and are in the lobby again.
sim::Plan plan_of_a_duel() {
    sim::Plan plan;
    plan.scenario = match_scenario;
    plan.profile = "small";
    plan.seed = 11;
    plan.length = seconds(30);
    std::uint64_t id = 0;
    const auto add = [&](std::int64_t ms, std::string kind) {
        for (const char* const actor : {"player-0", "player-1"})
            plan.ops.push_back({++id, Instant{} + milliseconds(ms), actor, kind, {}});
    };
    add(4'000, "join");
    add(7'000, "seek_duel");
    for (std::int64_t ms = 7'500; ms < 14'000; ms += 100) add(ms, "say");
    for (std::int64_t ms = 15'000; ms < 27'000; ms += 1'500) add(ms, "leave_match");
    add(28'000, "say");
    std::ranges::sort(plan.ops, {}, [](const sim::PlanOp& op) { return std::pair(op.at, op.id); });
    return plan;
}

TEST(MatchScenario, ADuelIsPlayedAndNothingSaidOnTheWayIsLost) {
    const RunReport report = run_lobby(plan_of_a_duel(), {});
    EXPECT_TRUE(report.passed) << report.fingerprint << ": " << report.message;
    EXPECT_GE(report.checks.at("match-group"), 2U);
    EXPECT_EQ(report.checks.at("match-found"), 1U);
}

// The same two in a lobby that numbers its requests: one thinks better of it, one waits too long.
sim::Plan plan_of_a_search() {
    sim::Plan plan = plan_of_a_duel();
    plan.knobs["tickets"] = 1;
    plan.knobs["ticket_timeout_s"] = 4;
    std::erase_if(plan.ops, [](const sim::PlanOp& op) { return op.kind != "join"; });
    std::uint64_t id = 100;
    const auto add = [&](std::int64_t ms, const char* actor, std::string kind) {
        plan.ops.push_back({++id, Instant{} + milliseconds(ms), actor, std::move(kind), {}});
    };
    add(10'000, "player-0", "seek_chess");
    add(11'000, "player-0", "seek_duel");
    add(11'500, "player-0", "ask_match");
    add(12'000, "player-0", "cancel_match");
    add(13'000, "player-1", "seek_duel");
    return plan;
}

TEST(MatchScenario, ASearchIsRefusedCancelledAndTimesOut) {
    const RunReport report = run_lobby(plan_of_a_search(), {});
    EXPECT_TRUE(report.passed) << report.fingerprint << ": " << report.message;
    // Chess is refused; the first duel waits, still waits and is cancelled; the second times out.
    EXPECT_EQ(report.checks.at("ticket-told-once"), 6U);
    EXPECT_EQ(report.checks.at("ticket-in-time"), 1U);
    EXPECT_FALSE(report.checks.contains("match-group")) << "nobody plays";
}

TEST(MatchScenario, APlanOfOldHasNoTickets) {
    sim::Plan plan = plan_of_a_search();
    plan.knobs.erase("tickets");
    const RunReport report = run_lobby(plan, {});
    EXPECT_TRUE(report.passed) << report.fingerprint << ": " << report.message;
    EXPECT_FALSE(report.checks.contains("ticket-reason"));
}

#ifdef PLAYBACK_PLANTS
TEST(MatchScenario, ATimeThatARestartForgotIsFound) {
    sim::Plan plan = plan_of_a_search();
    plan.knobs["long_poll"] = 0;  // what a player wishes is not held back by a call that waits
    plan.knobs["poll_interval_ms"] = 200;
    sim::PlanFault kill{.at = Instant{} + milliseconds(14'500), .kind = "node_kill"};
    kill.id = 1;
    kill.target = "backend";
    kill.duration = milliseconds(500);
    plan.faults.push_back(std::move(kill));
    EXPECT_TRUE(run_lobby(plan, {}).passed);
    plant("timeouts_forgotten");
    const RunReport report = run_lobby(plan, {});
    plant("");
    EXPECT_EQ(report.fingerprint, "ticket-answered/request");
}

TEST(MatchScenario, AStrandedPlayerIsFound) {
    plant("leaver_not_queued");
    const RunReport report = run_lobby(plan_of_a_duel(), {});
    plant("");
    EXPECT_FALSE(report.passed);
}
#endif

}  // namespace
}  // namespace playback::scenarios
