// What links and machines suffer, as a function of the faults that are in force on them.
#pragma once

#include <cstdint>

#include "sim/faults/fault_set.h"
#include "sim/link.h"
#include "sim/machine.h"

namespace playback::sim {

LinkFaults link_faults(const FaultSet& in_force);
MachineFaults machine_faults(const FaultSet& in_force);

}  // namespace playback::sim
