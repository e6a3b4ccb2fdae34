// Plan files on disk: read with a message that names file and field, written whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "sim/plan.h"
#include "tools/report/whole_file.h"

namespace playback::tools {

// Fails with not_found or invalid_argument; also if no scenario of that name exists.
Result<sim::Plan> read_plan_file(const std::string& path);

// lobby-7.plan.json -> lobby-7: what stands beside a plan is named after it.
std::string without_plan_ending(std::string path);

}  // namespace playback::tools
