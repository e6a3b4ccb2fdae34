// Presentation: a report for people (a table), for programs (JSON) and as a page with plots.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "tools/bench_macro/results.h"

namespace playback::bench {

// Three digits that mean something: "0.853", "12.4", "152000".
std::string figure_text(double value);

std::string table_of(const Report& report);
nlohmann::json json_of(const Report& report);
// One file that needs nothing else.
std::string page_of(const Report& report);

}  // namespace playback::bench
