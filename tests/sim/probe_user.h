// The part of ProbeRig that uses a container daemon: what it starts, pulls, lists and removes.
#pragma once

#include <memory>

#include "sim/container_host.h"
#include "sim/node.h"
#include "tests/sim/probe_rig.h"

namespace playback::sim::test {

// The process in a container: it notices when it stands still.
std::unique_ptr<Program> make_probe_container(SimNode& node, Gauges& gauges);

std::unique_ptr<Program> make_probe_user(SimNode& node, SimContainerHost& host, Gauges& gauges);

}  // namespace playback::sim::test
