// The part pass of the shrinker: small pieces of a large plan, under other seeds.
//
// In a run in which much happens at once an event that goes changes the chances of all others, so
// most plans that are smaller by a little pass, whatever is taken away. A piece of an eighth is a
// new run and as good a try as any, and costs an eighth.
#pragma once

#include <cstdint>

#include "sim/shrink/trials.h"

namespace playback::sim {

// Tries so many pieces of each of four sizes, the smallest first. True if one fails as wanted; it
// is the best then, with a seed of its own, and at most half as large.
bool shrink_to_part(Trials& trials, std::uint64_t tries);

}  // namespace playback::sim
