// The schedule pass of the shrinker: FIFO but for the few choices that matter.
#pragma once

#include <cstddef>

#include "sim/shrink/trials.h"

namespace playback::sim {

// True if anything changed. `choices` becomes the number of choices that a schedule had when it was
// written down.
bool shrink_schedule(Trials& trials, std::size_t& choices);

}  // namespace playback::sim
