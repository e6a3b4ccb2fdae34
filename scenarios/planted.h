// The planted bugs: one real class of bug each, switched on one at a time in the build that has
// them.
#pragma once

#include <span>
#include <string_view>

namespace playback::scenarios {

struct PlantedBug {
    std::string_view name;
    std::string_view what;   // what a programmer forgot
    std::string_view where;  // the file that holds the switch
    // The first 150 small runs do not find it: `tools/bank` counts it, `tools/test` does not hunt
    // it until the search has become better.
    bool is_open = false;
};

// In builds without PLAYBACK_PLANTS there are none.
std::span<const PlantedBug> planted_bugs();

}  // namespace playback::scenarios
