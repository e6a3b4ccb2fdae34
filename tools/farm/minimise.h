// Minimise: shrinks a failing plan on a farm, and plays the result again in fresh processes: what
// does not fail there in the same way, with the same hash, is a defect of determinism. If the order
// of events matters, it finds the two whose order decides.
#pragma once

#include <cstdint>
#include <functional>

#include "sim/shrink/shrink.h"
#include "tools/farm/farm.h"
#include "tools/farm/outcome.h"

namespace playback::tools {

struct MinimiseOptions {
    std::uint64_t simulations_max = 400;
    std::uint32_t seconds_max = 300;  // of wall time
    std::function<bool()> stop;       // an interrupt: ends with the best so far
    std::function<void(const sim::ShrinkProgress&)> progress;
};

struct Minimised {
    sim::Shrunk shrunk;  // its plan has its verdict recorded
    Outcome outcome;     // of that plan
    double seconds = 0;
    bool is_stable = true;
    DecidingSwap swap;  // if the order of events matters
};

// `failed` is what `plan` does. The farm must be idle, and is afterwards.
Minimised minimise(Farm& farm,
                   const sim::Plan& plan,
                   const Outcome& failed,
                   const MinimiseOptions& options);

// What a plan file records of a run.
sim::Recorded recorded_of(const Outcome& outcome);

}  // namespace playback::tools
