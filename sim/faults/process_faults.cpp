// Processes: how they end, and how they stand still.
#include "sim/faults/kinds.h"

namespace playback::sim {

std::vector<FaultKind> process_faults() {
    constexpr std::int64_t ms = 1'000'000;
    constexpr std::int64_t second = 1'000 * ms;
    const auto kind = [](FaultKind row) {
        row.group = "process";
        row.target = FaultTarget::node;
        return row;
    };
    return {
        kind({.name = "node_kill",
              .what = "the process ends, and starts again at the end",
              .probe = "boots",
              .parameters = {{"half_open", 0, 1, "1: its peers hear nothing of it"}}}),
        kind({.name = "node_stop",
              .what = "the process is asked to end, and starts again at the end",
              .probe = "orderly stops"}),
        kind({.name = "node_crash_loop",
              .what = "the process is killed again and again, shortly after each start",
              .probe = "boots",
              .parameters = {{"up_ns", 100 * ms, 5 * second, "between two kills"}}}),
        kind({.name = "node_kill_at_sync",
              .what = "the process is killed around the moment at which a write becomes durable",
              .probe = "boots",
              .parameters = {{"nth", 1, 30, "sync from now on"},
                             {"offset_ns", -1, 1, "before it is done, at that moment, or after"}}}),
        kind({.name = "node_kill_at_send",
              .what = "the process is killed when it is about to send, in the middle of its work",
              .probe = "boots",
              .parameters = {{"nth", 1, 300, "write to a connection from now on"},
                             {"half_open", 0, 1, "1: its peers hear nothing of it"}}}),
        kind({.name = "node_power_loss",
              .what = "the machine stops, and starts again",
              .probe = "boots"}),
        kind({.name = "node_pause",
              .what = "nothing runs, then everything that waited",
              .probe = "longest standstill"}),
        kind({.name = "node_stutter",
              .what = "the process stands still for moments, as under a collector of garbage",
              .probe = "longest standstill",
              .parameters = {{"every_ns", 50 * ms, 2 * second, "between two moments"},
                             {"for_ns", 10 * ms, 500 * ms, "each"}}}),
        kind({.name = "node_restart",
              .lasts = false,
              .what = "a node that is down starts again",
              .probe = "boots"}),
        [] {
            return FaultKind{.name = "cpu_slow",
                             .group = "process",
                             .target = FaultTarget::machine,
                             .what = "everything that the machine's processes do takes long",
                             .probe = "longest work",
                             .parameters = {{"cost_ns", 1'000, 1 * ms, "of one operation"}}};
        }(),
    };
}

}  // namespace playback::sim
