// Runs a lobby plan in the simulator: a real node on a simulated disk, a container host whose
// containers are runtime actors, and players on machines of their own.
#pragma once

#include "scenarios/run.h"

namespace playback::scenarios {

RunReport run_lobby(const sim::Plan& plan, const RunOptions& options);

}  // namespace playback::scenarios
