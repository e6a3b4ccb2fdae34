// MicroFigure: what Google Benchmark says in JSON of a single benchmark.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace playback::bench {

// The member of that name. Fails if there is not one benchmark, if it failed, or has no such
// figure.
Result<double> micro_figure(std::string_view output, const std::string& member);

}  // namespace playback::bench
