// Deciding swap: the two events whose order makes a plan fail, each with what caused it.
//
// For a plan whose schedule is minimal (sim/schedule.h): it is played as it is and without its last
// choice, which must end otherwise; the first difference of the two runs is the swap. Nothing
// secret is in its lines.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/run.h"
#include "sim/plan.h"

namespace playback::tools {

struct DecidingSwap {
    // Lines for people: the event, then its causes, the nearest first.
    std::vector<std::string> first;  // in the run that fails
    std::vector<std::string> second;
    [[nodiscard]] bool empty() const { return first.empty(); }
    friend bool operator==(const DecidingSwap&, const DecidingSwap&) = default;
};

inline constexpr std::size_t swap_causes_max = 8;
// Runs of more events are not looked at: 32 bytes are kept of each.
inline constexpr std::size_t swap_events_max = 4'000'000;

// Empty if the plan has no choices, or does not depend on the last one. Plays it three times.
DecidingSwap deciding_swap(const sim::Plan& plan,
                           const scenarios::Scenario& scenario,
                           const scenarios::RunOptions& options);

}  // namespace playback::tools
