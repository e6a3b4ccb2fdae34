// Hunt: plays plan after plan in this process until one fails, and shrinks it. For tests of small
// programs; `playback hunt` does the same with worker processes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "sim/finding.h"
#include "sim/plan.h"
#include "sim/shrink/shrink.h"

namespace playback::sim {

struct Caught {
    std::uint64_t seed = 0;
    Verdict verdict;  // of the plan as it was drawn
    Shrunk shrunk;
};

// `play` must be a function of the plan alone: a plan that fails is played twice, and one that does
// not fail in the same way again, with the same hash, is caught as it is with the fingerprint
// "determinism/run". Nothing if the runs of seeds 1 to `seeds` pass.
std::optional<Caught> hunt(std::uint64_t seeds,
                           const std::function<Plan(std::uint64_t seed)>& draw,
                           const std::function<Verdict(const Plan&)>& play,
                           const ShrinkOptions& options = {});

}  // namespace playback::sim
