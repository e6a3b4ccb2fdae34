// FaultPoints: places in the engine where the simulator may ask for legal but unkind behaviour.
#pragma once

#include <cstdint>
#include <string_view>

namespace playback::io {

class FaultPoints {
public:
    virtual ~FaultPoints() = default;

    // Should the site behave badly now? Two levels of chance: a site is on for a whole run or not,
    // then it fires sometimes. Each `which` of one name is a site of its own. Always false in
    // production.
    virtual bool fires(std::string_view site, std::uint64_t which) = 0;

    bool fires(std::string_view site) { return fires(site, 0); }
};

}  // namespace playback::io
