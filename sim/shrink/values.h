// The value passes of the shrinker: what is there becomes shorter, earlier, rounder, more usual.
//
// Every step makes a number smaller or takes one away, so the passes end.
#pragma once

#include <cstdint>
#include <functional>

#include "sim/shrink/trials.h"

namespace playback::sim {

// Durations, parameters, times, length, topology and the scenario's knobs. True if any changed.
bool shrink_values(Trials& trials);

// The knobs that make the order of events unusual: draw_ties, fault_points, strategy. True if any
// changed.
bool shrink_schedule_knobs(Trials& trials);

// Sets a number of the plan.
using SetValue = std::function<void(Plan& plan, std::int64_t value)>;

// Tries smaller values, the smallest first, and what is rounder at last. `floor` is the least that
// makes sense. True if it is smaller now.
bool lower(Trials& trials, std::int64_t value, std::int64_t floor, const SetValue& set);

}  // namespace playback::sim
