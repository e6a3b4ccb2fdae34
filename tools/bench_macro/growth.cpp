#include "tools/bench_macro/growth.h"

#include <algorithm>
#include <utility>

namespace playback::bench {

std::vector<std::size_t> growth_sizes(std::size_t from, std::size_t to, std::size_t most) {
    if (most != 0) to = std::min(to, most);
    std::vector<std::size_t> sizes;
    for (std::size_t size = std::min(from, to); size < to; size *= 10) sizes.push_back(size);
    sizes.push_back(to);
    return sizes;
}

std::vector<Growth> measure_growth(Bench& bench, const GrowthOptions& options) {
    std::vector<Growth> all;
    for (const auto plot : {connected_clients, clients_and_tickets, tenants, stored_rows}) {
        if (bench.is_interrupted()) break;
        for (Growth& growth : plot(bench, options)) all.push_back(std::move(growth));
    }
    return all;
}

}  // namespace playback::bench
