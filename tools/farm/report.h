// Reports, made by a worker: the build that found a failure is the one that can show it.
#pragma once

#include <functional>
#include <string>

#include "engine/base/result.h"
#include "sim/plan.h"
#include "tools/farm/farm.h"

namespace playback::tools {

// Plays the plan on the farm, which must be idle, and writes its report to `path`, whole or not at
// all. Fails with io_failed or closed (`stop` became true), with a detail
// for people.
Result<Outcome> report_on(Farm& farm,
                          const sim::Plan& plan,
                          const std::string& path,
                          const std::string& replay_command,
                          const std::function<bool()>& stop);

}  // namespace playback::tools
