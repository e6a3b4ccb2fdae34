// Between machines: what is slow, lost or unreachable. TCP hides loss, order and repetition, so
// here they are time.
#include "sim/faults/kinds.h"

namespace playback::sim {

namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t second = 1'000 * ms;

std::vector<FaultKind> link_kinds() {
    const auto kind = [](FaultKind row) {
        row.group = "network";
        row.target = FaultTarget::link;
        return row;
    };
    return {
        kind({.name = "link_latency",
              .what = "everything takes longer",
              .probe = "longest round trip",
              .parameters = {{"extra_ns", 1 * ms, 2 * second, "added to every segment"},
                             {"jitter_ns", 1 * ms, 1 * second, "and up to this more, drawn"}}}),
        kind({.name = "link_latency_one_way",
              .what = "everything from the first takes longer",
              .probe = "longest round trip",
              .parameters = {{"extra_ns", 1 * ms, 2 * second, "added to every segment"},
                             {"jitter_ns", 1 * ms, 1 * second, "and up to this more, drawn"}}}),
        kind({.name = "link_partition",
              .what = "nothing passes, either way",
              .probe = "longest round trip"}),
        kind({.name = "link_partition_one_way",
              .what = "nothing passes from the first",
              .probe = "longest round trip"}),
        kind({.name = "link_loss",
              .what = "packets are lost and come when they are sent again",
              .probe = "longest round trip",
              .parameters = {{"ppm", 1'000, 500'000, "of the packets"}}}),
        kind({.name = "link_flap",
              .what = "the link goes down and up again and again",
              .probe = "longest round trip",
              .parameters = {{"every_ns", 100 * ms, 5 * second, "between two downs"}}}),
        kind({.name = "link_swizzle",
              .what = "links of the first are cut one after another and heal in another order",
              .probe = "longest round trip"}),
        kind({.name = "slow_bandwidth",
              .what = "the wire is slow",
              .probe = "longest transfer",
              .parameters = {{"bytes_per_second", 1'000, 1'000'000, "of the wire"}}}),
        kind({.name = "idle_cut",
              .what = "a NAT forgets idle connections, and tells nobody",
              .probe = "silent connections",
              .parameters = {{"idle_ns", 1 * second, 20 * second, "after this much silence"}}}),
        kind({.name = "link_corruption",
              .what = "bytes change on their way and no checksum notices",
              .probe = "changed bytes",
              .parameters = {{"ppm", 1'000, 1'000'000, "of the segments"}},
              .breaks_promises = true}),
    };
}

std::vector<FaultKind> machine_kinds() {
    const auto kind = [](FaultKind row) {
        row.group = "network";
        row.target = FaultTarget::machine;
        return row;
    };
    return {
        kind({.name = "machine_isolated",
              .what = "nothing passes between the machine and any other",
              .probe = "longest round trip"}),
        kind({.name = "connect_refused",
              .what = "connects are refused",
              .probe = "refused connects"}),
        kind({.name = "connect_hang",
              .what = "connects get no answer",
              .probe = "timed out connects"}),
        kind({.name = "backlog_full",
              .what = "few connections may wait to be accepted, others are not heard",
              .probe = "longest connect",
              .parameters = {{"room", 0, 2, "that may wait"}}}),
        kind({.name = "names_fail",
              .what = "the machine resolves no names",
              .probe = "unresolved names"}),
        kind({.name = "names_slow",
              .what = "the machine resolves names slowly",
              .probe = "longest connect",
              .parameters = {{"by_ns", 10 * ms, 4 * second, "added to each"}}}),
        kind({.name = "descriptors_gone",
              .what = "the machine's processes can open no connection, neither out nor in",
              .probe = "failed connects"}),
    };
}

}  // namespace

std::vector<FaultKind> network_faults() {
    std::vector<FaultKind> kinds = link_kinds();
    const std::vector<FaultKind> more = machine_kinds();
    kinds.insert(kinds.end(), more.begin(), more.end());
    return kinds;
}

}  // namespace playback::sim
