// What operators do with the container hosts of a lobby: drawn here, done in lobby_world_hosts.cpp.
#pragma once

#include <cstdint>

#include "engine/base/time.h"
#include "sim/plan.h"

namespace playback::scenarios {

// Every third time, hosts come, drain and go after `ready`. Number 0 is the configuration's and is
// never removed; what is removed by force takes its runtimes along. Sets the knob "pool_hosts".
void draw_hosts(sim::Plan& plan, Duration ready, std::uint64_t& id);

}  // namespace playback::scenarios
