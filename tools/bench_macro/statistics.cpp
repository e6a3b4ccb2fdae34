#include "tools/bench_macro/statistics.h"

#include <algorithm>
#include <cstddef>

namespace playback::bench {

Spread spread_of(std::vector<double> values) {
    if (values.empty()) return {};
    std::sort(values.begin(), values.end());
    const std::size_t half = values.size() / 2;
    const bool is_odd = values.size() % 2 == 1;
    const double median = is_odd ? values[half] : (values[half - 1] + values[half]) / 2;
    return {median, values.front(), values.back()};
}

}  // namespace playback::bench
