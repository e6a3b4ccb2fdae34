// Shrinking: from a plan that fails to a small plan that fails in the same way.
//
// Structure first (kinds of faults, actors, halves, runs of events from the end, single events),
// then values (durations, times, parameters, knobs, length), then the knobs of the schedule; what
// values made possible is removed at the end. If the order of events matters, what the run did
// otherwise than FIFO is written down (sim/schedule.h), and all choices that do not matter go; the
// others become swaps of neighbours and short delays, as far as they can. A candidate counts only
// if its fingerprint is the wanted one, so the search cannot slip to another bug; other
// fingerprints that it meets are kept. Pure: whoever calls judges candidates, several at once if it
// likes. Decisions are a function of verdicts alone: `width` only judges likely next candidates
// early. A finished result is 1-minimal: without any one of its events it does not fail so. Spec:
// simulation.md section 6.3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/plan.h"

namespace playback::sim {

// The fingerprint of each plan, in their order. Empty: not judged (interrupted).
using JudgePlans = std::function<std::vector<std::string>(const std::vector<Plan>& plans)>;

inline constexpr std::string_view passing_fingerprint = "pass";

struct ShrinkProgress {
    std::string_view pass;  // "structure", "values", "schedule"
    std::uint64_t simulations = 0;
    std::size_t events = 0;  // of the best plan so far
};

// What the run of a plan did otherwise than FIFO; nothing if it could not be had.
using RecordSchedule = std::function<std::optional<Schedule>(const Plan& plan)>;

struct ShrinkOptions {
    std::uint64_t simulations_max = 400;
    std::size_t width = 1;       // candidates judged at once
    RecordSchedule record;       // none: the schedule stays what its knobs say
    std::function<bool()> stop;  // asked before each batch: a budget of seconds, Ctrl-C
    std::function<void(const ShrinkProgress&)> progress;  // after each batch
};

struct Shrunk {
    Plan plan;  // without a recorded verdict
    std::size_t events_before = 0;
    std::size_t events_after = 0;
    std::size_t choices_before = 0;  // of the schedule, once values were small
    std::uint64_t simulations = 0;   // all; what was judged before is not simulated again
    std::uint64_t structure_simulations = 0;
    std::uint64_t value_simulations = 0;  // values and schedule
    std::uint64_t remembered = 0;         // candidates that were answered from memory
    bool finished = false;                // false: a budget ended it
    std::map<std::string, Plan> others;   // the first plan met with each other fingerprint
};

std::size_t event_count(const Plan& plan);

// `plan` must fail with `wanted`: it is not judged itself.
Shrunk shrink(Plan plan,
              const std::string& wanted,
              const JudgePlans& judge,
              const ShrinkOptions& options = {});

}  // namespace playback::sim
