// Finds a scenario by its name; for a name that does not exist, says which is the nearest.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "scenarios/run.h"

namespace playback::tools {

// Fails with not_found: "there is no scenario lobbi; did you mean lobby?".
Result<const scenarios::Scenario*> scenario_of(std::string_view name);

// Letters to insert, remove or change to make one word the other.
std::size_t edits_between(std::string_view a, std::string_view b);

}  // namespace playback::tools
