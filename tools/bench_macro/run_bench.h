// RunBench: all rounds of what was asked for, and what they came to.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "tools/bench_macro/measurement.h"
#include "tools/bench_macro/results.h"

namespace playback::bench {

struct BenchOrder {
    bool growth = false;            // the plots of that instead
    std::size_t growth_most = 0;    // of anything there; 0: as each plot says
    std::vector<std::string> only;  // names of measurements or plots; empty: all
    std::string directory;          // a temporary one is made in it
    std::string command;            // as typed
    BenchOptions options;
};

// Fails with invalid_argument if there is no measurement or plot of a name, and as the directory
// does.
Result<Report> run_bench(const BenchOrder& order);

// "trivial_call, pipelined_call, ..."
std::string names_of_measurements();

}  // namespace playback::bench
