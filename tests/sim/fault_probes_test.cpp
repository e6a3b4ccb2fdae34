// Every fault of the simulator has an effect that is seen from outside: a fault that does nothing
// fails here. Those of the groups "client" and "load" are tests/scenarios/fault_probes_test.cpp's.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "sim/fault_catalogue.h"
#include "tests/sim/probe_rig.h"

namespace playback::sim {
namespace {

using test::Gauges;
using test::measure;

bool is_of_scenarios(const FaultKind& kind) {
    return kind.group == "client" || kind.group == "load";
}

std::string target_of(const FaultKind& kind) {
    if (kind.group == "disk" || kind.name == "node_kill_at_sync") return "store";
    if (kind.group == "container")
        return kind.name.starts_with("container_hang") || kind.name == "container_crash" ||
                       kind.name == "container_exit" || kind.name == "container_vanishes" ||
                       kind.name == "container_oom"
                   ? "docker/steady"
                   : "docker";
    if (kind.name.starts_with("names_") || kind.name == "descriptors_gone") return "client";
    if (kind.target == FaultTarget::link) return "server|client";
    return "server";
}

// Most arguments do more the larger they are. Of these the least does most, and some must not do so
// much that nothing is left to be measured.
std::int64_t worst(const FaultKind& kind, const FaultParameter& parameter) {
    static const std::set<std::string_view> least{"most",
                                                  "bytes",
                                                  "idle_ns",
                                                  "room",
                                                  "nth",
                                                  "every_ns",
                                                  "up_ns",
                                                  "half_open",
                                                  "free_bytes",
                                                  "for_good",
                                                  "live_restore",
                                                  "jitter_ns"};
    static const std::map<std::string_view, std::int64_t> exactly{
        {"extra_ns", milliseconds(500).ns},
        {"by_ns", seconds(1).ns},
        {"bytes_per_second", 50'000},
        {"loss ppm", 300'000},
        {"flap every_ns", milliseconds(1'000).ns},
    };
    if (kind.name == "link_flap") return exactly.at("flap every_ns");
    if (kind.name == "link_loss") return exactly.at("loss ppm");
    if (const auto found = exactly.find(parameter.name); found != exactly.end())
        return found->second;
    return least.contains(parameter.name) ? parameter.low : parameter.high;
}

PlanFault fault_of(const FaultKind& kind) {
    PlanFault fault{.id = 1,
                    .at = Instant{} + milliseconds(test::fault_begins_ms),
                    .duration = seconds(3),
                    .kind = std::string(kind.name),
                    .target = target_of(kind)};
    // Until the power goes.
    if (kind.name == "disk_sync_lies") fault.duration = seconds(5);
    // Those who talk must not lose their patience.
    static const std::set<std::string_view> passing{"machine_isolated",
                                                    "link_partition",
                                                    "link_partition_one_way",
                                                    "link_swizzle",
                                                    "link_stall"};
    if (passing.contains(kind.name)) fault.duration = milliseconds(1'500);
    for (const FaultParameter& parameter : kind.parameters)
        fault.args.emplace(parameter.name, worst(kind, parameter));
    return fault;
}

std::vector<PlanFault> faults_of(const FaultKind& kind) {
    std::vector<PlanFault> faults{fault_of(kind)};
    if (kind.name != "node_restart") return faults;
    // Something must be down that it can bring up.
    faults.front().at = Instant{} + milliseconds(6'000);
    faults.push_back({.id = 2,
                      .at = Instant{} + milliseconds(5'000),
                      .duration = seconds(60),
                      .kind = "node_kill",
                      .target = "server"});
    return faults;
}

const Gauges& undisturbed() {
    static const Gauges gauges = measure({});
    return gauges;
}

// Boots of the rig itself: the server's, the store's, and the store's after the power was gone.
std::int64_t value(const Gauges& gauges, std::string_view probe) {
    return gauges.of(probe) - (probe == "boots" ? 3 : 0);
}

bool has_effect(std::string_view probe, const Gauges& with) {
    const std::int64_t before = value(undisturbed(), probe);
    const std::int64_t after = value(with, probe);
    return after > 0 && after >= 2 * before;
}

TEST(FaultProbes, EveryFaultMovesItsGauge) {
    std::size_t kinds = 0;
    for (const FaultKind& kind : fault_catalogue()) {
        if (is_of_scenarios(kind)) continue;
        ++kinds;
        const Gauges with = measure(faults_of(kind));
        EXPECT_TRUE(has_effect(kind.probe, with))
            << kind.name << ": " << kind.probe << " was " << value(undisturbed(), kind.probe)
            << " and is " << value(with, kind.probe);
    }
    EXPECT_GE(kinds, 60U);
}

TEST(FaultProbes, AFaultWithoutEffectIsNoticed) {
    for (const FaultKind& kind : fault_catalogue()) {
        if (!is_of_scenarios(kind))
            EXPECT_FALSE(has_effect(kind.probe, undisturbed())) << kind.name;
    }
    PlanFault elsewhere = fault_of(*find_fault_kind("link_latency"));
    elsewhere.target = "user|store";
    EXPECT_FALSE(has_effect("longest round trip", measure({elsewhere})));
}

TEST(FaultProbes, ARunWithFaultsIsTheSameTwice) {
    const FaultKind& kind = *find_fault_kind("link_flap");
    EXPECT_EQ(measure(faults_of(kind)).of(kind.probe), measure(faults_of(kind)).of(kind.probe));
}

}  // namespace
}  // namespace playback::sim
