#include "sim/faults/in_force.h"

#include <algorithm>

namespace playback::sim {
namespace {

Duration longest(const FaultSet& in_force, std::string_view kind, std::string_view argument) {
    return nanoseconds(std::max<std::int64_t>(in_force.most(kind, argument), 0));
}

// The least of a limit that is at least one; 0 if nothing limits.
std::int64_t limit(const FaultSet& in_force, std::string_view kind, std::string_view argument) {
    if (!in_force.has(kind)) return 0;
    return std::max<std::int64_t>(in_force.least(kind, argument), 1);
}

std::uint32_t rate(const FaultSet& in_force, std::string_view kind, std::string_view argument) {
    constexpr std::int64_t all = 1'000'000;
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(in_force.most(kind, argument), 0, all));
}

}  // namespace

LinkFaults link_faults(const FaultSet& in_force) {
    LinkFaults faults;
    faults.blocked = in_force.has("link_partition") || in_force.has("link_partition_one_way");
    faults.stalled = in_force.has("link_stall");
    faults.cuts_new = in_force.has("connect_then_reset");
    for (const std::string_view kind : {"link_latency", "link_latency_one_way"}) {
        faults.extra = std::max(faults.extra, longest(in_force, kind, "extra_ns"));
        faults.extra_jitter = std::max(faults.extra_jitter, longest(in_force, kind, "jitter_ns"));
    }
    faults.slow = limit(in_force, "slow_bandwidth", "bytes_per_second");
    faults.segment = static_cast<std::size_t>(limit(in_force, "segment_bytes", "most"));
    faults.window = static_cast<std::size_t>(limit(in_force, "small_windows", "bytes"));
    faults.idle_max = nanoseconds(limit(in_force, "idle_cut", "idle_ns"));
    faults.loss_ppm = rate(in_force, "link_loss", "ppm");
    faults.reset_ppm = rate(in_force, "random_resets", "ppm");
    faults.corrupt_ppm = rate(in_force, "link_corruption", "ppm");
    faults.short_read_permille = rate(in_force, "short_reads", "permille");
    return faults;
}

MachineFaults machine_faults(const FaultSet& in_force) {
    MachineFaults faults;
    faults.asleep = in_force.has("machine_suspend");
    faults.wall_frozen = in_force.has("clock_freeze");
    faults.refusing = in_force.has("connect_refused");
    faults.hanging = in_force.has("connect_hang");
    faults.names_fail = in_force.has("names_fail");
    faults.no_descriptors = in_force.has("descriptors_gone");
    faults.names_delay = longest(in_force, "names_slow", "by_ns");
    if (in_force.has("backlog_full")) {
        const std::int64_t room = in_force.least("backlog_full", "room");
        faults.backlog_max = static_cast<std::size_t>(std::max<std::int64_t>(room, 0));
    }
    faults.timer_lateness = longest(in_force, "timer_late", "most_ns");
    faults.timer_pause = longest(in_force, "timer_coalesced", "pause_ns");
    faults.operation_cost = longest(in_force, "cpu_slow", "cost_ns");
    return faults;
}

}  // namespace playback::sim
