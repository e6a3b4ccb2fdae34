#include "sim/fault_catalogue.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/hash.h"

namespace playback::sim {
namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t second = 1'000 * ms;

std::vector<FaultKind> network_kinds() {
    using enum FaultTarget;
    return {
        {"link_latency",
         "network",
         link,
         true,
         "everything takes longer",
         {{"extra_ns", 1 * ms, 2 * second, "added to every segment"},
          {"jitter_ns", 1 * ms, 1 * second, "and up to this more, drawn"}}},
        {"link_partition", "network", link, true, "nothing passes, either way", {}},
        {"link_partition_one_way", "network", link, true, "nothing passes from the first", {}},
        {"slow_bandwidth",
         "network",
         link,
         true,
         "the wire is slow",
         {{"bytes_per_second", 1'000, 1'000'000, "of the wire"}}},
        {"connect_refused", "network", machine, true, "connects are refused", {}},
        {"connect_hang", "network", machine, true, "connects get no answer", {}},
        {"link_reset", "stream", link, false, "open connections are reset in mid-message", {}},
        {"link_stall", "stream", link, true, "open connections stand still, new ones open", {}},
        {"link_half_open", "stream", link, false, "open connections go silent for ever", {}},
        {"segment_bytes",
         "stream",
         link,
         true,
         "bytes arrive in small pieces",
         {{"most", 1, 512, "bytes in a piece"}}},
        {"accept_fails",
         "stream",
         machine,
         false,
         "accepts fail for want of descriptors",
         {{"count", 1, 20, "accepts that fail"}}},
    };
}

std::vector<FaultKind> node_kinds() {
    using enum FaultTarget;
    return {
        {"clock_offset_step",
         "time",
         machine,
         true,
         "wall time jumps, and back at the end",
         {{"by_ns", -3'600 * second, 3'600 * second, "forward, or back"}}},
        {"clock_drift",
         "time",
         machine,
         true,
         "clocks run fast or slow",
         {{"ppb", -50'000'000, 50'000'000, "parts per billion"}}},
        {"timer_late",
         "time",
         machine,
         true,
         "timers that are armed now fire late",
         {{"most_ns", 1 * ms, 500 * ms, "at most this late"}}},
        {"node_kill",
         "process",
         node,
         true,
         "the process ends, and starts again at the end",
         {{"half_open", 0, 1, "1: its peers hear nothing of it"}}},
        {"node_power_loss", "process", node, true, "the machine stops, and starts again", {}},
        {"node_pause", "process", node, true, "nothing runs, then everything that waited", {}},
        {"node_restart", "process", node, false, "a node that is down starts again", {}},
    };
}

std::vector<FaultKind> device_kinds() {
    using enum FaultTarget;
    constexpr std::int64_t all = 1'000'000;
    return {
        {"disk_read_errors",
         "disk",
         handler,
         true,
         "reads fail",
         {{"ppm", 100, all, "of the reads"}}},
        {"disk_write_errors",
         "disk",
         handler,
         true,
         "writes fail",
         {{"ppm", 100, all, "of the writes"}}},
        {"disk_sync_errors",
         "disk",
         handler,
         true,
         "syncs fail",
         {{"ppm", 1'000, all, "of the syncs"}}},
        {"disk_full",
         "disk",
         handler,
         true,
         "no room for more",
         {{"free_bytes", 0, 1 << 20, "that are left"}}},
        {"disk_stall", "disk", handler, true, "nothing is done before the end", {}},
        {"disk_rot", "disk", handler, false, "bytes change where they lie", {}},
        {"container_pull_slow", "container", handler, true, "images take long to come", {}},
        {"container_pull_fails", "container", handler, true, "the registry says no", {}},
        {"container_start_fails", "container", handler, true, "containers do not start", {}},
        {"container_crash", "container", handler, false, "a container ends with an error", {}},
        {"container_hang",
         "container",
         handler,
         true,
         "a container stands still",
         {{"for_good", 0, 1, "1: until somebody kills it"}}},
        {"container_oom", "container", handler, false, "a container runs out of memory", {}},
        {"container_daemon_unreachable", "container", handler, true, "the daemon is not heard", {}},
        {"container_daemon_restart",
         "container",
         handler,
         true,
         "the daemon goes away and comes again",
         {{"live_restore", 0, 1, "1: containers survive it"}}},
    };
}

std::vector<FaultKind> all_kinds() {
    std::vector<FaultKind> kinds = network_kinds();
    for (const auto& more : {node_kinds(), device_kinds()})
        kinds.insert(kinds.end(), more.begin(), more.end());
    return kinds;
}

std::int64_t draw_value(Random& random, const FaultParameter& parameter) {
    if (parameter.low > 0) return random.log_between(parameter.low, parameter.high);
    return random.between(parameter.low, parameter.high);
}

PlanFault draw_fault(Random& random,
                     const FaultKind& kind,
                     const std::vector<std::string>& targets,
                     Instant at,
                     Instant until) {
    PlanFault fault{.at = at, .kind = std::string(kind.name)};
    fault.target = targets[random.below(targets.size())];
    if (kind.lasts) {
        const std::int64_t room = (until - at).ns;
        const std::int64_t longest = std::max<std::int64_t>(room / 2, 1);
        fault.duration =
            nanoseconds(random.log_between(std::min<std::int64_t>(1 * ms, longest), longest));
    }
    for (const FaultParameter& parameter : kind.parameters)
        fault.args.emplace(parameter.name, draw_value(random, parameter));
    return fault;
}

}  // namespace

std::span<const FaultKind> fault_catalogue() {
    static const std::vector<FaultKind> kinds = all_kinds();
    return kinds;
}

const FaultKind* find_fault_kind(std::string_view name) {
    const auto kinds = fault_catalogue();
    const auto found = std::ranges::find(kinds, name, &FaultKind::name);
    return found == kinds.end() ? nullptr : &*found;
}

std::vector<PlanFault> draw_faults(Random& random,
                                   const std::vector<FaultChoice>& choices,
                                   const FaultWindow& window,
                                   std::uint64_t first_id) {
    const std::uint64_t swarm = random.next();
    const std::int64_t length = (window.until - window.from).ns;
    std::vector<PlanFault> faults;
    if (length <= 0) return faults;
    for (const FaultChoice& choice : choices) {
        const FaultKind* const kind = find_fault_kind(choice.kind);
        CHECK(kind != nullptr);
        Random own = Random::stream(swarm, choice.kind);
        if (!own.chance(1, 2) || choice.targets.empty()) continue;
        // From once in several runs to some dozens of times.
        const std::int64_t low = std::max<std::int64_t>(length / 40, 2);
        const Duration gap = nanoseconds(own.log_between(low, std::max(low, length * 2)));
        Instant at = window.from + own.between(nanoseconds(1), gap);
        while (at < window.until && faults.size() < window.faults_max) {
            faults.push_back(draw_fault(own, *kind, choice.targets, at, window.until));
            at = at + own.between(gap / 2, gap * 3 / 2);
        }
    }
    std::uint64_t drawn = 0;
    for (PlanFault& fault : faults) fault.id = drawn++;
    std::ranges::sort(faults, {}, [](const PlanFault& f) { return std::pair(f.at, f.id); });
    for (PlanFault& fault : faults) fault.id = first_id++;
    return faults;
}

}  // namespace playback::sim
