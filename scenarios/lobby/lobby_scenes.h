// Faults that only matter together: a restart while a runtime hangs, a wall clock that was set back
// and then a restart, a pull that hangs right after the image went. A swarm of a hundred kinds has
// each such pair too rarely, so some runs get a few of these scenes besides, at moments of their
// own. They are faults of the catalogue like all others: the plan does not know of scenes, and the
// shrinker takes them apart.
#pragma once

#include <vector>

#include "engine/base/random.h"
#include "sim/fault_catalogue.h"
#include "sim/plan.h"

namespace playback::scenarios {

// None, or up to three, inside of the window. Without ids, not sorted.
std::vector<sim::PlanFault> draw_scenes(Random& random,
                                        const sim::FaultWindow& window,
                                        std::uint32_t regions);

}  // namespace playback::scenarios
