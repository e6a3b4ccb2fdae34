// Compare: where two recordings of nearly the same plan part.
#pragma once

#include <cstddef>
#include <optional>

#include "sim/report/recording.h"

namespace playback::sim {

struct FirstDifference {
    Instant at;
    // The items that differ; the size of `items` if that run has no more.
    std::size_t left = 0;
    std::size_t right = 0;
};

// What the plan itself says (operations and faults) does not count, nor do logs. None if one run is
// the beginning of the other for as long as both are recorded, and no longer.
std::optional<FirstDifference> first_difference(const Recording& left, const Recording& right);

// The same thing at the same time on the same lane.
bool same(const Recording& left, const Item& a, const Recording& right, const Item& b);

}  // namespace playback::sim
