#include "tools/bench_macro/metrics_page.h"

#include <charconv>
#include <string>

namespace playback::bench {

double metric_of(std::string_view page, std::string_view name) {
    const std::string line = "\n" + std::string(name) + " ";
    const std::size_t at = page.find(line);
    double value = 0;
    if (at != std::string_view::npos)
        std::from_chars(page.data() + at + line.size(), page.data() + page.size(), value);
    return value;
}

}  // namespace playback::bench
