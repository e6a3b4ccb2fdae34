// Load: many connections driven by one thread, and what that did to a server.
//
// Closed: a connection says the next thing when it has an answer, and has `depth` under way. Open:
// `rate` things a second are said at their own times by whichever connection is free, and a latency
// counts from when it should have been said, so that a server that stalls cannot hide it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "engine/base/result.h"
#include "tools/bench_macro/connect.h"
#include "tools/bench_macro/histogram.h"
#include "tools/bench_macro/talker.h"

namespace playback::bench {

// A connected socket and who speaks there. Serves several loads, one after the other.
struct Line {
    Descriptor socket;
    std::unique_ptr<Talker> talker;
    bool is_counted = true;  // else it is the other end of what is measured: a runtime
    std::size_t depth = 1;   // to be under way at once; 0: only answers what it hears

    std::size_t under_way = 0;
    std::string unread;
    std::string unsent;
};

struct LoadPlan {
    double seconds = 1;
    double rate = 0;   // things said a second; 0: closed
    pid_t server = 0;  // whose CPU time counts
    std::function<bool()> is_interrupted;
    std::function<bool()> is_enough;  // ends it before its time, without a warm-up or a failure
};

struct LoadOutcome {
    std::uint64_t answers = 0;
    double seconds = 0;
    double server_cpu = 0;     // seconds
    double generator_cpu = 0;  // seconds
    bool is_open = false;      // the load was
    Histogram latency;

    [[nodiscard]] double rate() const;
    // Microseconds of the server for each answer.
    [[nodiscard]] double cpu_us() const;
    // Was it hardly anything, so that a figure would say little?
    [[nodiscard]] bool is_too_short() const;
    // Did the load itself take all of its core while the server had time left?
    [[nodiscard]] bool is_generator_full() const;
};

// Runs for a warm-up, then `seconds`, and then until what is under way has been answered (a second
// at most). Fails with what a talker found wrong, or closed; `timed_out` if nothing at all was
// answered, `unavailable` when interrupted.
Result<LoadOutcome> run_load(std::vector<Line>& lines, const LoadPlan& plan);

}  // namespace playback::bench
