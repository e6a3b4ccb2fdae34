// Clocks: each machine's own, never those of all at once.
#include "sim/faults/kinds.h"

namespace playback::sim {

std::vector<FaultKind> time_faults() {
    constexpr std::int64_t ms = 1'000'000;
    constexpr std::int64_t second = 1'000 * ms;
    const auto kind = [](FaultKind row) {
        row.group = "time";
        row.target = FaultTarget::machine;
        return row;
    };
    return {
        kind({.name = "clock_offset_step",
              .what = "wall time jumps, and back at the end",
              .probe = "wall jump",
              .parameters = {{"by_ns", -3'600 * second, 3'600 * second, "forward, or back"}}}),
        kind({.name = "clock_far_off",
              .what = "wall time is years off, as with a dead battery, and right at the end",
              .probe = "wall jump",
              .parameters = {{"by_days", -10'000, 10'000, "forward, or back"}}}),
        kind({.name = "clock_freeze",
              .what = "wall time stands still, and jumps at the end",
              .probe = "wall standstill"}),
        kind({.name = "clock_strobe",
              .what = "wall time jumps forth and back again and again",
              .probe = "wall jumps",
              .parameters = {{"by_ns", 1 * second, 600 * second, "how far"},
                             {"every_ns", 50 * ms, 2 * second, "how often"}}}),
        kind({.name = "clock_slew",
              .what = "wall time runs at another pace than timers, in small steps",
              .probe = "wall jumps",
              .parameters = {{"ppm", -200'000, 200'000, "faster, or slower"}}}),
        kind({.name = "clock_drift",
              .what = "clocks run fast or slow",
              .probe = "clock error",
              .parameters = {{"ppb", -50'000'000, 50'000'000, "parts per billion"}}}),
        kind({.name = "timer_late",
              .what = "timers that are armed now fire late",
              .probe = "timer lateness",
              .parameters = {{"most_ns", 1 * ms, 500 * ms, "at most this late"}}}),
        kind({.name = "timer_coalesced",
              .what = "timers that are armed now fire together at multiples of a pause",
              .probe = "timer lateness",
              .parameters = {{"pause_ns", 1 * ms, 1 * second, "between two moments"}}}),
        kind({.name = "machine_suspend",
              .what = "the machine sleeps: monotonic time stands still, wall time goes on",
              .probe = "clock error"}),
    };
}

}  // namespace playback::sim
