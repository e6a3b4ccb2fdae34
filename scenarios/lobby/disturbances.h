// Disturbances: when a plan does something to its world that excuses others, and to which part of
// it. Oracles ask at each event, so the plan is read once.
#pragma once

#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "sim/plan.h"

namespace playback::scenarios {

class Disturbances {
public:
    explicit Disturbances(const sim::Plan& plan);

    // Of this group of fault kinds, or of any if it is empty, between these two times.
    [[nodiscard]] bool any(std::string_view group, Instant from, Instant to) const;

private:
    struct Disturbance {
        std::string_view group;  // empty: of every group
        Instant from;
        Instant to;
    };
    std::vector<Disturbance> all_;
};

}  // namespace playback::scenarios
