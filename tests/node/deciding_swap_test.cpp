// The two events whose order decides, of a program of two operations.
#include "tools/report/deciding_swap.h"

#include <algorithm>
#include <memory>

#include <gtest/gtest.h>

#include "engine/io/executor.h"
#include "engine/io/io.h"
#include "sim/node.h"
#include "sim/world.h"
#include "tools/farm/outcome.h"

namespace playback::tools {
namespace {

constexpr int operations = 6;
constexpr int culprit = 4;

// Posts its operations in turn; it is wrong if the culprit runs before the one that precedes it.
class Program final : public sim::Program {
public:
    explicit Program(sim::SimNode& node) {
        for (int i = 0; i < operations; ++i)
            io::post_function(node.io().executor.scheduler(), [this, i, &node] { run(i, node); });
    }

private:
    void run(int which, sim::SimNode& node) {
        if (which == culprit - 1) is_ready_ = true;
        if (which == culprit && !is_ready_) node.world().report("order", "operation", "too early");
    }

    bool is_ready_ = false;
};

scenarios::RunReport play(const sim::Plan& plan, const scenarios::RunOptions& options) {
    sim::WorldOptions world_options{.seed = plan.seed};
    world_options.schedule = plan.schedule ? &*plan.schedule : nullptr;
    sim::World world(world_options);
    world.trace().set_recorder(options.recorder);
    sim::SimNode& node = world.add_node({.name = "server"});
    node.start([](sim::SimNode& self) { return std::make_unique<Program>(self); });
    const sim::Verdict verdict = world.run_until(Instant{} + seconds(5));
    scenarios::RunReport report;
    report.passed = verdict.passed();
    report.fingerprint = verdict.fingerprint();
    return report;
}

const scenarios::Scenario
    scenario{"order", "six operations", {}, nullptr, play, nullptr, nullptr, {}};

sim::Plan plan_with(sim::Choice choice) {
    sim::Plan plan{.scenario = "order"};
    choice.id = 1;
    choice.core = "server/1/0";
    plan.schedule = sim::Schedule{std::move(choice)};
    return plan;
}

TEST(DecidingSwap, IsTheOperationThatGoesFirstAndTheOneThatShould) {
    const sim::Plan plan = plan_with({.pick = 1, .from = 4, .to = 3});
    ASSERT_FALSE(play(plan, {}).passed);
    const DecidingSwap swap = deciding_swap(plan, scenario, {});
    ASSERT_FALSE(swap.empty());
    // Both are picks of one core, and have one cause: the step that booted the program.
    EXPECT_TRUE(swap.first.front().contains("schedule")) << swap.first.front();
    EXPECT_TRUE(swap.second.front().contains("schedule")) << swap.second.front();
    ASSERT_GT(swap.first.size(), 1U);
    ASSERT_GT(swap.second.size(), 1U);
    EXPECT_EQ(swap.first[1], swap.second[1]);
}

TEST(DecidingSwap, OfWhatIsHeldBackIsWhatOvertookItLast) {
    const sim::Plan plan = plan_with({.pick = 4, .hold = milliseconds(1)});
    ASSERT_FALSE(play(plan, {}).passed);
    const DecidingSwap swap = deciding_swap(plan, scenario, {});
    ASSERT_FALSE(swap.empty());
    EXPECT_TRUE(swap.first.front().contains("schedule")) << swap.first.front();
    EXPECT_TRUE(swap.second.front().contains("schedule")) << swap.second.front();
    EXPECT_NE(swap.first.front(), swap.second.front());
}

TEST(DecidingSwap, IsNothingIfTheOrderDecidesNothing) {
    EXPECT_TRUE(deciding_swap(plan_with({.pick = 1, .from = 1}), scenario, {}).empty());
    EXPECT_TRUE(deciding_swap(plan_with({.pick = 900, .from = 1}), scenario, {}).empty());
    EXPECT_TRUE(deciding_swap({.scenario = "order"}, scenario, {}).empty());
}

TEST(DecidingSwap, CrossesTheLineBetweenFarmAndWorkerWithItsSchedule) {
    Outcome outcome{.id = 7, .fingerprint = "order/operation"};
    outcome.schedule = {{.id = 1, .core = "server/1/0", .pick = 3, .from = 4, .to = 2},
                        {.id = 2, .core = "b/2/1", .pick = 9, .hold = milliseconds(3)}};
    outcome.swap = {{"a", "because"}, {"b"}};
    const Result<Outcome> read = parse_outcome(to_line(outcome));
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(*read, outcome);
}

}  // namespace
}  // namespace playback::tools
