// Spread: what several rounds say together.
#pragma once

#include <vector>

namespace playback::bench {

struct Spread {
    double median = 0;
    double lowest = 0;
    double highest = 0;
};

// All zero if there are no values.
Spread spread_of(std::vector<double> values);

}  // namespace playback::bench
