// Plan lists: the runs of one process, by name, in the order in which it plays them.
//
// A run is named "SCENARIO:PROFILE:SEED", or by the path of a plan file. A list is a text file with
// one name a line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "sim/plan.h"

namespace playback::tools {

// The names of `count` small plans, taken in turn from all scenarios.
std::vector<std::string> names_of_small_plans(std::uint64_t count);

// Those of the seeds 1 to `each` in every profile of every scenario.
std::vector<std::string> names_of_all_profiles(std::uint64_t each);

// Fail with not_found or invalid_argument, naming the file or the run.
Result<std::vector<std::string>> read_plan_list(const std::string& path);
Result<sim::Plan> plan_named(const std::string& name);

}  // namespace playback::tools
