// The structure passes of the shrinker: which events are there at all.
#pragma once

#include "sim/shrink/trials.h"

namespace playback::sim {

// Faults by kind, actors, kinds of operations, halves, then single events to the end.
void shrink_structure(Trials& trials);

// Runs of single events, latest first, until none can go. True if any went.
bool remove_events(Trials& trials);

// The same for the choices of a schedule. True if any went.
bool remove_choices(Trials& trials);

}  // namespace playback::sim
