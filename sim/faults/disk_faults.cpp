// Disks: what fails, what is slow, and what lies. DiskFaultHandler applies them.
#include "sim/faults/kinds.h"

namespace playback::sim {

namespace {

constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t second = 1'000 * ms;
constexpr std::int64_t all = 1'000'000;

FaultKind of_disk(FaultKind row) {
    row.group = "disk";
    return row;
}

std::vector<FaultKind> failures() {
    return {
        of_disk({.name = "disk_read_errors",
                 .what = "reads fail",
                 .probe = "read errors",
                 .parameters = {{"ppm", 100, all, "of the reads"}}}),
        of_disk({.name = "disk_write_errors",
                 .what = "writes fail, and may leave a part",
                 .probe = "write errors",
                 .parameters = {{"ppm", 100, all, "of the writes"}}}),
        of_disk({.name = "disk_sync_errors",
                 .what = "syncs fail",
                 .probe = "sync errors",
                 .parameters = {{"ppm", 1'000, all, "of the syncs"}}}),
        of_disk({.name = "disk_open_errors",
                 .what = "files cannot be opened or made",
                 .probe = "failed opens",
                 .parameters = {{"ppm", 1'000, all, "of the opens"}}}),
        of_disk({.name = "disk_full",
                 .what = "no room for more",
                 .probe = "full disk",
                 .parameters = {{"free_bytes", 0, 1 << 20, "that are left"}}}),
        of_disk({.name = "disk_read_only",
                 .what = "the file system can be read only, as after an error of the device",
                 .probe = "write errors"}),
        of_disk({.name = "disk_gone",
                 .what = "the device does not answer: every operation fails",
                 .probe = "failed opens"}),
    };
}

std::vector<FaultKind> slowness_and_lies() {
    return {
        of_disk({.name = "disk_stall",
                 .what = "nothing is done before the end",
                 .probe = "longest disk call"}),
        of_disk({.name = "disk_slow",
                 .what = "every operation takes longer",
                 .probe = "longest disk call",
                 .parameters = {{"factor", 2, 200, "times as long"}}}),
        of_disk({.name = "disk_sync_slow",
                 .what = "syncs take long",
                 .probe = "longest sync",
                 .parameters = {{"by_ns", 1 * ms, 2 * second, "added to each, at most"}}}),
        of_disk({.name = "disk_rot",
                 .lasts = false,
                 .what = "bytes change where they lie",
                 .probe = "changed sectors",
                 .breaks_promises = true}),
        of_disk({.name = "disk_misdirected_write",
                 .what = "writes go to another sector of their file",
                 .probe = "changed sectors",
                 .parameters = {{"ppm", 1'000, all, "of the writes"}},
                 .breaks_promises = true}),
        of_disk({.name = "disk_sync_lies",
                 .what = "syncs say that they are done and are not",
                 .probe = "lost writes",
                 .breaks_promises = true}),
    };
}

}  // namespace

std::vector<FaultKind> disk_faults() {
    std::vector<FaultKind> kinds = failures();
    const std::vector<FaultKind> more = slowness_and_lies();
    kinds.insert(kinds.end(), more.begin(), more.end());
    return kinds;
}

}  // namespace playback::sim
