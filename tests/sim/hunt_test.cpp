#include "sim/hunt.h"

#include <gtest/gtest.h>

#include "sim/world.h"

namespace playback::sim {
namespace {

Plan plan_of(std::uint64_t seed) {
    Plan plan{.scenario = "test", .seed = seed, .length = seconds(1)};
    for (std::uint64_t id = 1; id <= 50; ++id)
        plan.ops.push_back({id, Instant{static_cast<std::int64_t>(id)}, "a", "say", {}});
    return plan;
}

// From seed 3 on, plans with operation 17 fail.
Verdict verdict_of(const Plan& plan) {
    Verdict verdict;
    for (const PlanOp& op : plan.ops)
        if (op.id == 17 && plan.seed >= 3) verdict.findings.push_back({"seventeen", "op", "x", {}});
    verdict.trace_hash = plan_hash(plan);
    return verdict;
}

TEST(Hunt, CatchesTheFirstSeedThatFailsAndShrinksIt) {
    const auto caught = hunt(10, plan_of, verdict_of);
    ASSERT_TRUE(caught);
    EXPECT_EQ(caught->seed, 3U);
    EXPECT_EQ(caught->verdict.fingerprint(), "seventeen/op");
    ASSERT_EQ(caught->shrunk.plan.ops.size(), 1U);
    EXPECT_EQ(caught->shrunk.plan.ops.front().id, 17U);
    EXPECT_TRUE(caught->shrunk.finished);
}

TEST(Hunt, CatchesNothingWhereNothingFails) {
    EXPECT_FALSE(hunt(2, plan_of, verdict_of));
    EXPECT_FALSE(hunt(0, plan_of, verdict_of));
}

TEST(Hunt, ARunThatDiffersFromItselfIsNotShrunk) {
    std::uint64_t runs = 0;
    const auto unstable = [&runs](const Plan& plan) {
        Verdict verdict = verdict_of(plan);
        verdict.trace_hash = ++runs;
        return verdict;
    };
    const auto caught = hunt(10, plan_of, unstable);
    ASSERT_TRUE(caught);
    EXPECT_EQ(caught->verdict.fingerprint(), "determinism/run");
    EXPECT_EQ(caught->shrunk.plan, plan_of(3));
}

}  // namespace
}  // namespace playback::sim
