// Faults that are made of simpler ones: a link that flaps is a link that is cut again and again.
//
// The plan holds the whole as one fault, so that it is shrunk as one; the parts are worked out when
// it begins, from its arguments and a stream of its own.
#pragma once

#include <vector>

#include "engine/base/random.h"
#include "sim/plan.h"

namespace playback::sim {

// The parts, at their times, with the id of the whole; empty if the kind is not made of others.
// `machines` are the names of all there are.
std::vector<PlanFault> parts_of(const PlanFault& fault,
                                const std::vector<std::string>& machines,
                                Random random);

}  // namespace playback::sim
