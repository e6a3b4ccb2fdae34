// The value passes of the shrinker: what is there becomes shorter, earlier, rounder, more usual.
//
// Every step makes a number smaller or takes one away, so the passes end.
#pragma once

#include "sim/shrink/trials.h"

namespace playback::sim {

// Durations, parameters, times, length, topology and the scenario's knobs. True if any changed.
bool shrink_values(Trials& trials);

// The knobs that make the order of events unusual: draw_ties, fault_points. True if any changed.
bool shrink_schedule(Trials& trials);

}  // namespace playback::sim
