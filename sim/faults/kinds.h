// The rows of the fault catalogue, a function for each group (fault_catalogue.h).
#pragma once

#include <vector>

#include "sim/fault_catalogue.h"

namespace playback::sim {

std::vector<FaultKind> time_faults();
std::vector<FaultKind> network_faults();
std::vector<FaultKind> stream_faults();
std::vector<FaultKind> disk_faults();
std::vector<FaultKind> process_faults();
std::vector<FaultKind> container_faults();
std::vector<FaultKind> client_faults();
std::vector<FaultKind> load_faults();

}  // namespace playback::sim
