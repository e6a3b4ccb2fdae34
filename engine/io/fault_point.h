// FaultPoints: places in the engine where the simulator may ask for legal but unkind behaviour.
#pragma once

#include <string_view>

namespace playback::io {

class FaultPoints {
public:
    virtual ~FaultPoints() = default;

    // Should the site behave badly now? Two levels of chance: a site is on for a whole run or not,
    // then it fires sometimes. Always false in production.
    virtual bool fires(std::string_view site) = 0;
};

}  // namespace playback::io
