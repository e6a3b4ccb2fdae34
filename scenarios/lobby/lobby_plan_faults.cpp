#include "scenarios/lobby/lobby_plan_faults.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/random.h"
#include "scenarios/lobby/lobby_plan.h"
#include "scenarios/lobby/lobby_scenes.h"
#include "sim/fault_catalogue.h"
#include "sim/picker.h"

namespace playback::scenarios {
namespace {

// What leaves a world of a few seconds time to settle.
bool is_brief(std::string_view fault) {
    return fault == "segment_bytes" || fault == "timer_late" || fault == "clock_offset_step" ||
           fault == "clock_drift" || fault == "link_reset";
}

std::vector<std::string> links_of_lobby() {
    std::vector<std::string> links{"backend|docker"};
    for (std::uint32_t i = 0; i < player_machines; ++i) {
        const std::string name = "players-" + std::to_string(i);
        links.push_back(name + "|backend");
        links.push_back("backend|" + name);
    }
    return links;
}

// What a backend must survive each day comes more often than what strangers do to it.
std::uint64_t weight_of(std::string_view group) {
    if (group == "process") return 300;
    if (group == "container" || group == "disk") return 200;
    if (group == "client" || group == "load") return 50;
    return 100;
}

std::vector<sim::FaultChoice> choices(bool is_fully_durable, bool is_short) {
    const std::vector<std::string> links = links_of_lobby();
    std::vector<std::string> machines{"backend", "docker"};
    for (std::uint32_t i = 0; i < player_machines; ++i)
        machines.push_back("players-" + std::to_string(i));
    std::vector<std::string> regions;
    regions.reserve(player_machines);
    for (std::uint32_t i = 0; i < player_machines; ++i)
        regions.push_back("players-" + std::to_string(i));
    const std::vector<std::string> backend{"backend"};
    const std::vector<std::string> docker{"docker"};
    std::vector<sim::FaultChoice> result;
    for (const sim::FaultKind& kind : sim::fault_catalogue()) {
        const std::string name(kind.name);
        // Durability `process` promises to survive the process, not the disk.
        const bool loses_writes = name == "node_power_loss" || name == "disk_sync_errors";
        if (loses_writes && !is_fully_durable) continue;
        if (is_short && !is_brief(name)) continue;
        if (kind.breaks_promises) continue;
        const bool is_of_players = kind.group == "client" || kind.group == "load";
        const std::uint64_t weight = weight_of(kind.group);
        if (is_of_players) {
            result.push_back({name, regions, weight});
            continue;
        }
        const bool is_container = kind.group == "container";
        switch (kind.target) {
            case sim::FaultTarget::link:
                result.push_back({name, links, weight});
                break;
            case sim::FaultTarget::machine:
                result.push_back({name, machines, weight});
                break;
            case sim::FaultTarget::node:
                result.push_back({name, backend, weight});
                break;
            case sim::FaultTarget::handler:
                result.push_back({name, is_container ? docker : backend, weight});
                break;
        }
    }
    return result;
}

// What is measured must stay what it is when kinds of faults are added: a fixed list, with kills
// and partitions in every run.
std::vector<sim::FaultQuota> quotas() {
    const std::vector<std::string> backend{"backend"};
    const std::vector<std::string> docker{"docker"};
    const std::vector<std::string> links = links_of_lobby();
    return {{{"node_kill", backend}, 6, seconds(5)},
            {{"container_crash", docker}, 6, {}},
            {{"link_partition", links}, 8, seconds(20)},
            {{"link_partition_one_way", links}, 6, seconds(20)},
            {{"link_latency", links}, 7, seconds(30)},
            {{"link_loss", links}, 7, seconds(30)}};
}

// One run in eight is calm, and one in four after its first half: some promises are owed only to a
// world in which nothing has been wrong for a while.
Duration draw_unrest(const sim::Plan& plan, Duration length) {
    Random random = Random::stream(plan.seed, "unrest");
    if (random.chance(1, 8)) return {};
    return random.chance(1, 4) ? length / 2 : length;
}

// One run in fifty loses what no program can keep: it must not crash, and is counted apart.
void draw_fatal_fault(const sim::Plan& plan,
                      const sim::FaultWindow& window,
                      std::vector<sim::PlanFault>& faults) {
    constexpr std::array kinds{"disk_rot", "disk_misdirected_write", "disk_sync_lies"};
    Random random = Random::stream(plan.seed, "fate");
    const bool is_fully_durable = plan.knob("durability", 0) == 0;
    if (!random.chance(1, 50) || !is_fully_durable) return;
    const Instant at = window.from + random.between(Duration{}, window.until - window.from);
    sim::PlanFault fault{.at = at, .kind = kinds[random.below(kinds.size())]};
    fault.target = "backend";
    fault.duration = nanoseconds(random.log_between(milliseconds(100).ns, seconds(20).ns));
    if (fault.kind == "disk_misdirected_write")
        fault.args["ppm"] = random.log_between(1'000, 1'000'000);
    // What was not written shows after it.
    sim::PlanFault loss{.at = fault.at + fault.duration / 2, .kind = "node_power_loss"};
    loss.target = "backend";
    loss.duration = milliseconds(100);
    faults.push_back(std::move(fault));
    faults.push_back(std::move(loss));
}

}  // namespace

void draw_faults_of_lobby(sim::Plan& plan, const FaultShape& shape) {
    Random random = Random::stream(plan.seed, "faults");
    const Instant begin = Instant{} + shape.ready;
    sim::FaultWindow window{begin, begin + shape.length, shape.faults_max};
    if (shape.by_quota) {
        plan.faults = sim::draw_quotas(random, quotas(), window);
        return;
    }
    const bool is_fully_durable = plan.knob("durability", 0) == 0;
    const bool is_short = plan.profile == "short";
    if (!is_short) window.until = begin + draw_unrest(plan, shape.length);
    if (window.until == begin) return;
    plan.faults = sim::draw_faults(random, choices(is_fully_durable, is_short), window);
    if (is_short) return;
    Random of_scenes = Random::stream(plan.seed, "scenes");
    std::uint64_t id = plan.faults.size();
    for (sim::PlanFault& fault : draw_scenes(of_scenes, window, player_machines)) {
        fault.id = ++id;
        plan.faults.push_back(std::move(fault));
    }
    draw_fatal_fault(plan, window, plan.faults);
    std::ranges::sort(
        plan.faults, {}, [](const sim::PlanFault& f) { return std::pair(f.at, f.id); });
    for (std::size_t i = 0; i < plan.faults.size(); ++i) plan.faults[i].id = i + 1;
}

}  // namespace playback::scenarios
