#include "sim/fault_catalogue.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace playback::sim {
namespace {

std::vector<FaultChoice> all_choices() {
    std::vector<FaultChoice> choices;
    for (const FaultKind& kind : fault_catalogue())
        choices.push_back({std::string(kind.name), {"one", "two"}});
    return choices;
}

const FaultWindow window{Instant{} + seconds(10), Instant{} + seconds(60)};

TEST(FaultCatalogue, NamesAreUniqueAndParametersHaveARange) {
    std::set<std::string_view> names;
    for (const FaultKind& kind : fault_catalogue()) {
        EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
        EXPECT_FALSE(kind.what.empty());
        for (const FaultParameter& parameter : kind.parameters)
            EXPECT_LT(parameter.low, parameter.high) << kind.name;
    }
    EXPECT_EQ(find_fault_kind("link_reset")->group, "stream");
    EXPECT_EQ(find_fault_kind("no_such"), nullptr);
}

TEST(FaultCatalogue, FaultsStayInsideTheWindowAndTheirRanges) {
    std::set<std::string> met;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Random random(seed);
        const std::vector<PlanFault> faults = draw_faults(random, all_choices(), window, 100);
        EXPECT_LE(faults.size(), window.faults_max);
        for (std::size_t i = 0; i < faults.size(); ++i) {
            const PlanFault& fault = faults[i];
            met.insert(fault.kind);
            EXPECT_EQ(fault.id, 100 + i);
            EXPECT_GE(fault.at, window.from);
            EXPECT_LE(fault.at + fault.duration, window.until);
            for (const FaultParameter& parameter : find_fault_kind(fault.kind)->parameters) {
                const std::int64_t value = number_of(fault.args, parameter.name, INT64_MIN);
                EXPECT_TRUE(parameter.low <= value && value <= parameter.high) << fault.kind;
            }
        }
        EXPECT_TRUE(std::ranges::is_sorted(faults, {}, &PlanFault::at));
    }
    EXPECT_EQ(met.size(), fault_catalogue().size());
}

TEST(FaultCatalogue, RunsDifferInHowManyKindsTheyHave) {
    std::size_t fewest = SIZE_MAX;
    std::size_t most = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        Random random(seed);
        std::set<std::string> met;
        for (const PlanFault& fault : draw_faults(random, all_choices(), window))
            met.insert(fault.kind);
        fewest = std::min(fewest, met.size());
        most = std::max(most, met.size());
    }
    EXPECT_LT(fewest, fault_catalogue().size() / 20);
    EXPECT_GT(most, fault_catalogue().size() / 3);
}

TEST(FaultCatalogue, AKindOfNoWeightNeverComesAndAHeavyOneOften) {
    std::size_t kills = 0;
    std::size_t stops = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Random random(seed);
        const std::vector<FaultChoice> choices{
            {"node_kill", {"one"}, 1'000}, {"node_stop", {"one"}}, {"node_pause", {"one"}, 0}};
        std::set<std::string> met;
        for (const PlanFault& fault : draw_faults(random, choices, window)) met.insert(fault.kind);
        EXPECT_FALSE(met.contains("node_pause"));
        kills += met.contains("node_kill") ? 1 : 0;
        stops += met.contains("node_stop") ? 1 : 0;
    }
    EXPECT_GT(kills, stops * 2);
}

TEST(FaultCatalogue, LeavingOutAKindLeavesTheOthersAlone) {
    Random first(7);
    Random second(7);
    std::vector<PlanFault> all = draw_faults(first, all_choices(), window);
    std::vector<FaultChoice> fewer = all_choices();
    std::erase_if(fewer, [](const FaultChoice& c) { return c.kind == "node_kill"; });
    std::vector<PlanFault> some = draw_faults(second, fewer, window);
    std::erase_if(all, [](const PlanFault& f) { return f.kind == "node_kill"; });
    for (auto* const list : {&all, &some})
        for (PlanFault& fault : *list) fault.id = 0;
    EXPECT_EQ(all, some);
}

TEST(FaultCatalogue, QuotasAreMetAndDoNotDependOnEachOther) {
    const FaultQuota kills{{"node_kill", {"one"}}, 3, seconds(2)};
    const FaultQuota resets{{"link_reset", {"a|b", "b|a"}}, 5, {}};
    Random first(7);
    Random second(7);
    std::vector<PlanFault> both = draw_quotas(first, {kills, resets}, window);
    std::vector<PlanFault> alone = draw_quotas(second, {resets}, window);
    ASSERT_EQ(both.size(), 8U);
    EXPECT_TRUE(std::ranges::is_sorted(both, {}, &PlanFault::at));
    for (const PlanFault& fault : both) {
        EXPECT_GE(fault.at, window.from);
        EXPECT_LE(fault.at + fault.duration, window.until);
        EXPECT_LE(fault.duration, seconds(2));
    }
    std::erase_if(both, [](const PlanFault& f) { return f.kind == "node_kill"; });
    for (auto* const list : {&both, &alone})
        for (PlanFault& fault : *list) fault.id = 0;
    EXPECT_EQ(both, alone);
}

}  // namespace
}  // namespace playback::sim
