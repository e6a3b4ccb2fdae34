// Outcome: what a worker process said about one run, and the lines between it and the farm.
//
// A request and an answer are one JSON object on one line each. A run that ended its worker has an
// outcome too, with a fingerprint of its own: "crash/SIGSEGV", "budget/worker".
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "engine/base/result.h"
#include "sim/plan.h"
#include "tools/report/deciding_swap.h"

namespace playback::tools {

// A plan that the worker draws itself: a short line, and nothing to read.
struct PlanToDraw {
    std::string scenario;
    std::string profile;
    std::uint64_t seed = 1;
    friend bool operator==(const PlanToDraw&, const PlanToDraw&) = default;
};

struct RunRequest {
    std::uint64_t id = 0;
    std::uint32_t seconds_max = 60;  // of wall time; more is the finding "budget.wall"
    std::uint64_t events_max = 50'000'000;
    std::variant<sim::Plan, PlanToDraw> plan;
    // Not empty: write a report of it here, which says that it is replayed by this command.
    std::string report;
    std::string replay_command;
    // Asked for apart, since both cost time: what was not FIFO, and the deciding swap.
    bool schedule_wanted = false;
    bool swap_wanted = false;
};

struct Outcome {
    std::uint64_t id = 0;
    bool passed = false;
    std::string fingerprint;  // "pass", or invariant and kind of entity
    std::string message;
    std::uint64_t trace_hash = 0;
    Duration virtual_time;
    std::uint64_t events = 0;
    std::uint64_t requests = 0;
    std::uint64_t checks = 0;
    std::map<std::string, std::uint64_t> faults;  // injected, by kind
    std::string died;                             // as in scenarios::RunReport
    std::string report_error;                     // why there is no report, if one was wanted
    sim::Schedule schedule;                       // if wanted
    DecidingSwap swap;                            // if wanted
    friend bool operator==(const Outcome&, const Outcome&) = default;

    // What tells failures apart: the fingerprint, and the message without its numbers.
    [[nodiscard]] std::string signature() const;
    // The worker cannot play anything: it is no worker, or was started wrongly.
    [[nodiscard]] bool is_refusal() const;
};

// "client 17 was told 0x1f of 3, 4" becomes "client N was told N of N".
std::string without_numbers(std::string_view message);

// With the newline at the end.
std::string to_line(const RunRequest& request);
std::string to_line(const Outcome& outcome);

// Fail with invalid_argument.
Result<RunRequest> parse_request(std::string_view line);
Result<Outcome> parse_outcome(std::string_view line);

}  // namespace playback::tools
