// Every fault of the groups "client" and "load" has an effect on a lobby that is seen from outside.
#include <map>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

#include "scenarios/run.h"
#include "sim/fault_catalogue.h"

namespace playback::scenarios {
namespace {

bool is_of_scenarios(const sim::FaultKind& kind) {
    return kind.group == "client" || kind.group == "load";
}

// Four players, on one machine, of whom nobody says anything.
sim::Plan quiet_plan() {
    sim::Plan plan;
    plan.scenario = "lobby";
    plan.profile = "small";
    plan.seed = 3;
    plan.length = seconds(14);
    plan.topology["players"] = std::int64_t{16};
    for (std::uint64_t id = 1; id <= 4; ++id) {
        const std::string actor = "player-" + std::to_string(4 * id);
        plan.ops.push_back({id, Instant{} + seconds(4), actor, "join", {}});
    }
    return plan;
}

// The least pause does most; of the rest the most, but for what would take a run of minutes.
std::int64_t worst(const sim::FaultParameter& parameter) {
    static const std::map<std::string_view, std::int64_t> exactly{
        {"messages", 20}, {"players", 20}, {"connections", 8}, {"depth", 8}};
    const auto found = exactly.find(parameter.name);
    if (found != exactly.end()) return found->second;
    return parameter.name == "pause_ns" ? milliseconds(20).ns : parameter.high;
}

sim::PlanFault fault_of(const sim::FaultKind& kind) {
    sim::PlanFault fault{.id = 7,
                         .at = Instant{} + seconds(9),
                         .duration = seconds(3),
                         .kind = std::string(kind.name),
                         .target = "players-0"};
    for (const sim::FaultParameter& parameter : kind.parameters)
        fault.args.emplace(parameter.name, worst(parameter));
    return fault;
}

RunReport run(const std::vector<sim::PlanFault>& faults) {
    sim::Plan plan = quiet_plan();
    plan.faults = faults;
    return find_scenario("lobby")->run(plan, {});
}

std::uint64_t value(const RunReport& report, std::string_view probe) {
    const auto found = report.effects.find(probe);
    return found == report.effects.end() ? 0 : found->second;
}

TEST(LobbyFaultProbes, EveryFaultMovesItsGaugeAndThePromisesHold) {
    const RunReport without = run({});
    ASSERT_TRUE(without.passed) << without.message;
    std::size_t kinds = 0;
    for (const sim::FaultKind& kind : sim::fault_catalogue()) {
        if (!is_of_scenarios(kind)) continue;
        ++kinds;
        const RunReport with = run({fault_of(kind)});
        EXPECT_TRUE(with.passed) << kind.name << ": " << with.fingerprint << " " << with.message;
        const std::uint64_t before = value(without, kind.probe);
        const std::uint64_t after = value(with, kind.probe);
        EXPECT_TRUE(after > 0 && after >= 2 * before)
            << kind.name << ": " << kind.probe << " was " << before << " and is " << after;
    }
    EXPECT_GE(kinds, 20U);
}

TEST(LobbyFaultProbes, AFaultWithoutEffectIsNoticed) {
    const RunReport without = run({});
    sim::PlanFault nowhere = fault_of(*sim::find_fault_kind("chatter"));
    nowhere.target = "players-99";
    const RunReport with = run({nowhere});
    EXPECT_EQ(with.skipped.at("chatter"), 1U);
    EXPECT_EQ(value(with, "messages"), value(without, "messages"));
}

// The catalogue is what users are promised: kinds in groups, each with its probe.
TEST(LobbyFaultProbes, TheCatalogueHasItsGroups) {
    std::map<std::string_view, std::size_t> groups;
    for (const sim::FaultKind& kind : sim::fault_catalogue()) {
        ++groups[kind.group];
        EXPECT_FALSE(kind.probe.empty()) << kind.name;
    }
    EXPECT_EQ(groups.size(), 8U);
    for (const auto& [group, count] : groups) EXPECT_GE(count, 9U) << group;
    EXPECT_GE(sim::fault_catalogue().size(), 60U);
}

}  // namespace
}  // namespace playback::scenarios
