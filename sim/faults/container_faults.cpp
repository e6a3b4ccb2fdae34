// Container hosts: the daemon, its registry, its containers. ContainerDaemon::fault applies them.
#include "sim/faults/kinds.h"

namespace playback::sim {

namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t second = 1'000 * ms;
constexpr std::int64_t all = 1'000'000;

FaultKind of_host(FaultKind row) {
    row.group = "container";
    return row;
}

std::vector<FaultKind> of_containers() {
    return {
        of_host({.name = "container_pull_slow",
                 .what = "images take long to come",
                 .probe = "longest pull"}),
        of_host({.name = "container_pull_fails",
                 .what = "the registry says no",
                 .probe = "failed pulls"}),
        of_host({.name = "container_pull_hangs",
                 .what = "pulls that begin now never end, and say nothing",
                 .probe = "hanging pulls"}),
        of_host({.name = "container_image_gone",
                 .lasts = false,
                 .what = "somebody removes the images: they must be pulled again",
                 .probe = "pulls"}),
        of_host({.name = "container_start_fails",
                 .what = "containers do not start",
                 .probe = "failed starts"}),
        of_host({.name = "container_start_slow",
                 .what = "containers take long to start",
                 .probe = "longest start",
                 .parameters = {{"by_ns", 100 * ms, 10 * second, "added to each"}}}),
        of_host({.name = "container_crash",
                 .lasts = false,
                 .what = "a container ends with an error",
                 .probe = "ended containers"}),
        of_host({.name = "container_exit",
                 .lasts = false,
                 .what = "a container ends as if its work were done",
                 .probe = "ended containers"}),
        of_host({.name = "container_vanishes",
                 .lasts = false,
                 .what = "somebody removes a container by force",
                 .probe = "ended containers"}),
        of_host({.name = "container_oom",
                 .lasts = false,
                 .what = "a container runs out of memory",
                 .probe = "ended containers"}),
        of_host({.name = "container_hang",
                 .what = "a container stands still",
                 .probe = "longest silence of a container",
                 .parameters = {{"for_good", 0, 1, "1: until somebody kills it"}}}),
    };
}

std::vector<FaultKind> of_daemons() {
    return {
        of_host({.name = "container_remove_fails",
                 .what = "containers cannot be removed",
                 .probe = "failed removals"}),
        of_host({.name = "container_list_stale",
                 .what = "the daemon tells of its containers as they were when it began",
                 .probe = "stale lists"}),
        of_host({.name = "container_events_lost",
                 .what = "the daemon tells nobody that something has changed",
                 .probe = "longest wait for a change"}),
        of_host({.name = "container_daemon_slow",
                 .what = "the daemon answers late",
                 .probe = "longest answer",
                 .parameters = {{"by_ns", 10 * ms, 5 * second, "added to each answer"}}}),
        of_host({.name = "container_daemon_errors",
                 .what = "the daemon answers with errors of its own",
                 .probe = "failed calls",
                 .parameters = {{"ppm", 10'000, all, "of the requests"}}}),
        of_host({.name = "container_daemon_unreachable",
                 .what = "the daemon is not heard",
                 .probe = "failed calls"}),
        of_host({.name = "container_daemon_restart",
                 .what = "the daemon goes away and comes again",
                 .probe = "failed calls",
                 .parameters = {{"live_restore", 0, 1, "1: containers survive it"}}}),
    };
}

}  // namespace

std::vector<FaultKind> container_faults() {
    std::vector<FaultKind> kinds = of_containers();
    const std::vector<FaultKind> more = of_daemons();
    kinds.insert(kinds.end(), more.begin(), more.end());
    return kinds;
}

}  // namespace playback::sim
