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
    // It takes more than 200 small runs, or long ones: `tools/bank` counts it, the rotation of
    // `tools/test` leaves it out.
    bool is_rare = false;
    std::string_view scenario = "lobby";  // that is to find it
};

// In builds without PLAYBACK_PLANTS there are none.
std::span<const PlantedBug> planted_bugs();

}  // namespace playback::scenarios
