// What goes wrong in a plan of the lobby scenario, drawn from the plan's own seed.
#pragma once

#include <cstddef>

#include "engine/base/time.h"
#include "sim/plan.h"

namespace playback::scenarios {

struct FaultShape {
    Duration ready;  // until then nothing is wrong
    Duration length;
    std::size_t faults_max = 0;
    bool by_quota = false;  // a fixed number of a few kinds, for what is measured
};

// After the knobs of the plan: its durability says which faults are fair.
void draw_faults_of_lobby(sim::Plan& plan, const FaultShape& shape);

}  // namespace playback::scenarios
