#include "tools/bench_macro/growth.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace playback::bench {
namespace {

struct Plot {
    std::string_view name;
    std::vector<Growth> (*measure)(Bench& bench, const GrowthOptions& options);
};
constexpr Plot plots[] = {{"connected_clients", connected_clients},
                          {"clients", clients_and_tickets},
                          {"tenants", tenants},
                          {"rows", stored_rows}};

bool is_among(std::string_view name, const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string names_of_plots() {
    std::string names;
    for (const Plot& plot : plots) names += std::string(plot.name) + ", ";
    return names + std::string(start_name);
}

Result<void> check_plots(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        const auto is_it = [&](const Plot& plot) { return plot.name == name; };
        if (name == start_name || std::any_of(std::begin(plots), std::end(plots), is_it)) continue;
        return Error{Errc::invalid_argument,
                     "there is no plot " + name + "; there are " + names_of_plots()};
    }
    return {};
}

std::vector<std::size_t> growth_sizes(std::size_t from, std::size_t to, std::size_t most) {
    if (most != 0) to = std::min(to, most);
    std::vector<std::size_t> sizes;
    for (std::size_t size = std::min(from, to); size < to; size *= 10) sizes.push_back(size);
    sizes.push_back(to);
    return sizes;
}

std::vector<Growth> measure_growth(Bench& bench, const GrowthOptions& options) {
    std::vector<Growth> all;
    for (const Plot& plot : plots) {
        if (bench.is_interrupted()) break;
        if (!options.only.empty() && !is_among(plot.name, options.only)) continue;
        for (Growth& growth : plot.measure(bench, options)) all.push_back(std::move(growth));
    }
    return all;
}

}  // namespace playback::bench
