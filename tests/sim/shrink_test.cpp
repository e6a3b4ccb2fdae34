#include "sim/shrink/shrink.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace playback::sim {
namespace {

constexpr const char* wanted = "lost/message";

Plan plan_of(std::size_t ops, std::size_t faults) {
    Plan plan{.scenario = "lobby", .profile = "small", .length = minutes(20)};
    plan.topology["players"] = std::int64_t{30};
    plan.knobs = {{"slots", 16}, {"draw_ties", 1}, {"fault_points", 1}};
    for (std::uint64_t id = 1; id <= ops; ++id) {
        const Instant at{static_cast<std::int64_t>(id) * 1'234'567'891};
        plan.ops.push_back({id, at, "player-" + std::to_string(id % 20), "say", {}});
    }
    constexpr std::array kinds{"link_partition", "link_latency", "disk_stall", "node_kill"};
    for (std::uint64_t id = 1; id <= faults; ++id) {
        const Instant at{static_cast<std::int64_t>(id) * 7'777'777'777};
        plan.faults.push_back({id, at, seconds(9), kinds[id % kinds.size()], "backend", {}});
    }
    return plan;
}

std::set<std::uint64_t> op_ids(const Plan& plan) {
    std::set<std::uint64_t> ids;
    for (const PlanOp& op : plan.ops) ids.insert(op.id);
    return ids;
}

std::set<std::uint64_t> fault_ids(const Plan& plan) {
    std::set<std::uint64_t> ids;
    for (const PlanFault& fault : plan.faults) ids.insert(fault.id);
    return ids;
}

// Fails exactly if all the culprits are there.
struct Culprits {
    std::set<std::uint64_t> ops;
    std::set<std::uint64_t> faults;

    [[nodiscard]] bool are_in(const Plan& plan) const {
        const std::set<std::uint64_t> its_ops = op_ids(plan);
        const std::set<std::uint64_t> its_faults = fault_ids(plan);
        return std::ranges::includes(its_ops, ops) && std::ranges::includes(its_faults, faults);
    }
    [[nodiscard]] JudgePlans judge() const {
        return [this](const std::vector<Plan>& plans) {
            std::vector<std::string> fingerprints;
            for (const Plan& plan : plans) fingerprints.push_back(are_in(plan) ? wanted : "pass");
            return fingerprints;
        };
    }
};

TEST(Shrink, LeavesTheTwoEventsThatMatterOfSixHundred) {
    const Culprits culprits{{211}, {37}};
    const Shrunk shrunk = shrink(plan_of(540, 60), wanted, culprits.judge());
    EXPECT_EQ(shrunk.events_before, 600U);
    EXPECT_EQ(op_ids(shrunk.plan), culprits.ops);
    EXPECT_EQ(fault_ids(shrunk.plan), culprits.faults);
    EXPECT_TRUE(shrunk.finished);
    EXPECT_LE(shrunk.structure_simulations, 150U);
    EXPECT_LE(shrunk.value_simulations, 150U);
}

TEST(Shrink, FindsCulpritsThatAreFarApartWithinABudget) {
    const Culprits culprits{{3, 250, 499}, {}};
    const Shrunk shrunk = shrink(plan_of(500, 0), wanted, culprits.judge());
    EXPECT_EQ(op_ids(shrunk.plan), culprits.ops);
    EXPECT_LE(shrunk.structure_simulations, 150U);
}

TEST(Shrink, MakesValuesSmallAndUsual) {
    const auto judge = [](const std::vector<Plan>& plans) {
        std::vector<std::string> fingerprints;
        for (const Plan& plan : plans) {
            const bool fails = plan.faults.size() == 1 && plan.faults[0].duration >= seconds(2) &&
                               plan.faults[0].at >= Instant{} + seconds(5) &&
                               plan.knob("slots", 16) >= 2;
            fingerprints.emplace_back(fails ? wanted : "pass");
        }
        return fingerprints;
    };
    Plan plan = plan_of(0, 1);
    plan.knobs["slots"] = 7;
    const Shrunk shrunk = shrink(plan, wanted, judge);
    ASSERT_EQ(shrunk.plan.faults.size(), 1U);
    EXPECT_LE(shrunk.plan.faults[0].duration, seconds(3));
    EXPECT_LE(shrunk.plan.faults[0].at, Instant{} + seconds(7));
    EXPECT_LE(shrunk.plan.length, seconds(8));
    EXPECT_TRUE(shrunk.plan.knobs.empty()) << to_json(shrunk.plan);
    EXPECT_EQ(number_of(shrunk.plan.topology, "players"), 1);
}

TEST(Shrink, KeepsTheScheduleKnobThatMatters) {
    const auto judge = [](const std::vector<Plan>& plans) {
        std::vector<std::string> fingerprints;
        for (const Plan& plan : plans)
            fingerprints.emplace_back(plan.knob("draw_ties", 0) != 0 ? wanted : "pass");
        return fingerprints;
    };
    const Shrunk shrunk = shrink(plan_of(30, 5), wanted, judge);
    EXPECT_EQ(shrunk.plan.knobs, (decltype(shrunk.plan.knobs){{"draw_ties", 1}}));
    EXPECT_LE(shrunk.events_after, 0U);
}

// A run whose strategy swaps at each third pick; it fails if operation 40 goes before its
// neighbour.
Schedule swaps() {
    Schedule schedule;
    for (std::uint64_t i = 1; i <= 700; ++i)
        schedule.push_back({.id = i, .core = "b/1/0", .pick = 3 * i, .from = 5});
    return schedule;
}

bool has_culprit(const Schedule& schedule) {
    return std::ranges::any_of(schedule, [](const Choice& choice) {
        return choice.pick == 120 && choice.from == 5 && choice.to < choice.from;
    });
}

TEST(Shrink, LeavesTheSwapThatMattersOfSevenHundred) {
    const auto judge = [](const std::vector<Plan>& plans) {
        std::vector<std::string> fingerprints;
        for (const Plan& plan : plans) {
            const bool fails =
                plan.schedule ? has_culprit(*plan.schedule) : plan.knob("strategy", 1) != 0;
            fingerprints.emplace_back(fails ? wanted : "pass");
        }
        return fingerprints;
    };
    Plan plan = plan_of(300, 0);
    plan.knobs["strategy"] = 2;
    ShrinkOptions options;
    options.record = [](const Plan&) { return swaps(); };
    const Shrunk shrunk = shrink(plan, wanted, judge, options);
    ASSERT_TRUE(shrunk.plan.schedule);
    const Schedule left{{.id = 40, .core = "b/1/0", .pick = 120, .from = 5, .to = 4}};
    EXPECT_EQ(*shrunk.plan.schedule, left);
    EXPECT_EQ(shrunk.choices_before, 700U);
    EXPECT_FALSE(shrunk.plan.knobs.contains("strategy"));
    EXPECT_LE(shrunk.value_simulations, 150U);
    EXPECT_TRUE(shrunk.finished);
}

TEST(Shrink, PrefersFifoAndKeepsTheStrategyIfNothingWasWrittenDown) {
    const auto always = [](const std::vector<Plan>& plans) {
        return std::vector<std::string>(plans.size(), wanted);
    };
    ShrinkOptions options;
    options.record = [](const Plan&) { return swaps(); };
    Plan plan = plan_of(1, 0);
    plan.knobs["strategy"] = 2;
    const Shrunk fifo = shrink(plan, wanted, always, options);
    ASSERT_TRUE(fifo.plan.schedule);
    EXPECT_TRUE(fifo.plan.schedule->empty());

    const auto by_strategy = [](const std::vector<Plan>& plans) {
        std::vector<std::string> fingerprints;
        for (const Plan& each : plans)
            fingerprints.emplace_back(each.knob("strategy", 0) == 2 && !each.schedule ? wanted
                                                                                      : "pass");
        return fingerprints;
    };
    for (const std::size_t choices : {std::size_t{0}, schedule_choices_max + 1}) {
        options.record = [choices](const Plan&) { return Schedule(choices); };
        const Shrunk kept = shrink(plan, wanted, by_strategy, options);
        EXPECT_FALSE(kept.plan.schedule);
        EXPECT_EQ(kept.plan.knob("strategy", 0), 2);
    }
}

TEST(Shrink, DoesNotSlipToAnotherFindingAndKeepsIt) {
    const auto judge = [](const std::vector<Plan>& plans) {
        std::vector<std::string> fingerprints;
        for (const Plan& plan : plans) {
            const bool has_culprit = op_ids(plan).contains(77);
            fingerprints.emplace_back(has_culprit && plan.ops.size() > 4 ? wanted
                                      : plan.ops.size() < 4              ? "other/finding"
                                                                         : "pass");
        }
        return fingerprints;
    };
    const Shrunk shrunk = shrink(plan_of(200, 0), wanted, judge);
    EXPECT_EQ(shrunk.events_after, 5U);
    ASSERT_TRUE(shrunk.others.contains("other/finding"));
    EXPECT_LT(shrunk.others.at("other/finding").ops.size(), 4U);
}

TEST(Shrink, EndsWithItsBudgetAndWithTheBestSoFar) {
    const Culprits culprits{{10, 490}, {}};
    std::uint64_t judged = 0;
    const JudgePlans counted = [&](const std::vector<Plan>& plans) {
        judged += plans.size();
        return culprits.judge()(plans);
    };
    const Shrunk shrunk =
        shrink(plan_of(500, 0), wanted, counted, {.simulations_max = 12, .width = 2});
    EXPECT_EQ(judged, 12U);
    EXPECT_EQ(shrunk.simulations, 12U);
    EXPECT_FALSE(shrunk.finished);
    EXPECT_TRUE(culprits.are_in(shrunk.plan));
    EXPECT_LT(shrunk.events_after, 500U);

    bool stop = false;
    const JudgePlans once = [&](const std::vector<Plan>& plans) {
        stop = true;
        return culprits.judge()(plans);
    };
    const Shrunk stopped =
        shrink(plan_of(500, 0), wanted, once, {.stop = [&] { return stop; }, .progress = {}});
    EXPECT_EQ(stopped.simulations, 1U);
}

RC_GTEST_PROP(Shrink, TheResultStillFailsAndNothingInItIsNeedless, ()) {
    const auto ops = *rc::gen::inRange<std::size_t>(1, 120);
    const auto faults = *rc::gen::inRange<std::size_t>(1, 40);
    // Any one of several sets of culprits will do: removing is not monotone in what it leaves.
    const auto some = [](std::size_t most) {
        return rc::gen::container<std::set<std::uint64_t>>(
            rc::gen::inRange<std::uint64_t>(1, most + 1));
    };
    std::vector<Culprits> sets;
    for (auto n = *rc::gen::inRange(1, 4); n > 0; --n)
        sets.push_back({*rc::gen::resize(4, some(ops)), *rc::gen::resize(3, some(faults))});
    const auto fails = [&](const Plan& plan) {
        return std::ranges::any_of(sets, [&](const Culprits& c) { return c.are_in(plan); });
    };
    const JudgePlans judge = [&](const std::vector<Plan>& plans) {
        std::vector<std::string> fingerprints;
        for (const Plan& plan : plans) fingerprints.emplace_back(fails(plan) ? wanted : "pass");
        return fingerprints;
    };
    const Plan plan = plan_of(ops, faults);
    const Shrunk one = shrink(plan, wanted, judge, {.simulations_max = 5000});
    RC_ASSERT(one.finished);
    RC_ASSERT(fails(one.plan));
    for (std::size_t i = 0; i < one.plan.ops.size(); ++i) {
        Plan smaller = one.plan;
        smaller.ops.erase(smaller.ops.begin() + static_cast<std::ptrdiff_t>(i));
        RC_ASSERT(!fails(smaller));
    }
    for (std::size_t i = 0; i < one.plan.faults.size(); ++i) {
        Plan smaller = one.plan;
        smaller.faults.erase(smaller.faults.begin() + static_cast<std::ptrdiff_t>(i));
        RC_ASSERT(!fails(smaller));
    }
    // Judging likely candidates early decides nothing.
    RC_ASSERT(shrink(plan, wanted, judge, {.simulations_max = 5000, .width = 3}).plan == one.plan);
    RC_ASSERT(parse_plan(to_json(one.plan)).has_value());
}

}  // namespace
}  // namespace playback::sim
