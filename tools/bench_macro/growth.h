// Growth: what an operation costs as there is more and more of something: one plot each.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "tools/bench_macro/measurement.h"
#include "tools/bench_macro/results.h"

namespace playback::bench {

struct GrowthOptions {
    std::size_t most = 0;           // of anything; 0: as each plot says
    std::vector<std::string> only;  // names of plots; empty: all
};

// "connected_clients, clients, ..."; some make more than one.
std::string names_of_plots();
// Fails with invalid_argument if there is no plot of a name.
Result<void> check_plots(const std::vector<std::string>& names);

// Sizes to measure at: `from`, ten times that, and so on, `to` at last. Fewer if `most` is less.
std::vector<std::size_t> growth_sizes(std::size_t from, std::size_t to, std::size_t most);

// All plots. What could not be measured says why; interrupted ones end where they are.
std::vector<Growth> measure_growth(Bench& bench, const GrowthOptions& options);

// --- the plots, each in a file of its own ---

std::vector<Growth> connected_clients(Bench& bench, const GrowthOptions& options);
std::vector<Growth> clients_and_tickets(Bench& bench, const GrowthOptions& options);
std::vector<Growth> tenants(Bench& bench, const GrowthOptions& options);
std::vector<Growth> stored_rows(Bench& bench, const GrowthOptions& options);

}  // namespace playback::bench
