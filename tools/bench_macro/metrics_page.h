// MetricsPage: what a node says of itself at /metrics.
#pragma once

#include <string_view>

namespace playback::bench {

// The value of a metric without labels; 0 if it is not there.
double metric_of(std::string_view page, std::string_view name);

}  // namespace playback::bench
