// Reports of real runs of the lobby: the recorder must not change them.
#include <gtest/gtest.h>

#include "scenarios/run.h"
#include "sim/report/recorder.h"
#include "tools/report/make_report.h"

namespace playback::tools {
namespace {

const scenarios::Scenario& lobby() {
    return scenarios::scenarios().front();
}

sim::Plan plan_of(std::uint64_t seed) {
    return *lobby().draw(seed, "small");
}

// Of runs of up to 20,000 events: at each step all entities are asked what they know.
TEST(Report, RecordingChangesNoRun) {
    for (std::uint64_t seed = 2; seed <= 8; ++seed) {
        const sim::Plan plan = plan_of(seed);
        const scenarios::RunReport alone = lobby().run(plan, {});
        sim::Recorder recorder;
        scenarios::RunOptions options;
        options.watch = &recorder;
        const scenarios::RunReport recorded = lobby().run(plan, options);
        EXPECT_EQ(recorded.trace_hash, alone.trace_hash) << "seed " << seed;
        EXPECT_EQ(recorder.take().trace_hash, alone.trace_hash) << "seed " << seed;
    }
}

TEST(Report, ShowsEveryPartOfARun) {
    const sim::Plan plan = plan_of(7);
    sim::Recorder recorder;
    scenarios::RunOptions options;
    options.watch = &recorder;
    (void)lobby().run(plan, options);
    const sim::Recording recording = recorder.take();
    std::set<sim::ItemKind> kinds;
    for (const sim::Item& item : recording.items) kinds.insert(item.kind);
    for (const sim::ItemKind kind : {sim::ItemKind::message,
                                     sim::ItemKind::connection,
                                     sim::ItemKind::process,
                                     sim::ItemKind::container,
                                     sim::ItemKind::commit,
                                     sim::ItemKind::disk,
                                     sim::ItemKind::state,
                                     sim::ItemKind::op})
        EXPECT_TRUE(kinds.contains(kind)) << sim::name_of(kind);
    std::set<std::string> entities;
    for (const sim::Entity& entity : recording.entities) entities.insert(entity.kind);
    for (const char* const kind : {"client", "user", "runtime", "container", "player", "node"})
        EXPECT_TRUE(entities.contains(kind)) << kind;
}

TEST(Report, HasNoSecretOfTheRun) {
    const Result<Report> report = make_report(plan_of(7), lobby(), {});
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(report->page.find("support-password"), std::string::npos);
    EXPECT_NE(report->page.find("[masked]"), std::string::npos);
    EXPECT_LT(report->page.size(), 5'000'000U);
}

TEST(Report, LeavesOutTheLatestFirst) {
    sim::Plan plan;
    plan.ops.push_back({1, Instant{10}, "player-0", "join", {}});
    plan.ops.push_back({2, Instant{20}, "player-0", "say", {}});
    plan.faults.push_back({3, Instant{20}, {}, "node_kill", "backend", {}});
    Culprit culprit;
    ASSERT_TRUE(leave_out(plan, 0, culprit));
    EXPECT_TRUE(culprit.is_fault);
    EXPECT_EQ(culprit.id, 3U);
    EXPECT_TRUE(culprit.rest.faults.empty());
    EXPECT_EQ(culprit.rest.ops.size(), 2U);
    ASSERT_TRUE(leave_out(plan, 1, culprit));
    EXPECT_EQ(culprit.id, 2U);
    ASSERT_TRUE(leave_out(plan, 2, culprit));
    EXPECT_EQ(culprit.id, 1U);
    EXPECT_FALSE(leave_out(plan, 3, culprit));
}

TEST(Report, SaysThatThereWasNoTime) {
    ReportOptions options;
    options.out_of_time = [] { return true; };
    const Result<Report> report = make_report(plan_of(7), lobby(), options);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, Errc::timed_out);
}

// Every word of the plan generator has its words for people.
TEST(Report, SpeaksEnglish) {
    for (const sim::PlanOp& op : plan_of(3).ops) EXPECT_NE(lobby().words_of_op(op), "") << op.kind;
    EXPECT_NE(lobby().promise_of("no-lost-message"), "");
}

}  // namespace
}  // namespace playback::tools
