// Page: a run, its plan and its verdict as one HTML file that needs nothing else.
//
// The page opens from a disk without a network, and may load nothing (its own policy forbids it).
// Everything that comes from the run is data: it stands in one JSON block, escaped so that it
// cannot end it, and the script shows it as text only. `render_page` drops the oldest items of the
// window until the page fits.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/finding.h"
#include "sim/plan.h"
#include "sim/report/recording.h"
#include "sim/report/words.h"

namespace playback::sim {

inline constexpr std::size_t page_bytes_max = 4'900'000;  // a page is under 5 MB

struct PageRun {
    std::string title;
    std::vector<Finding> findings;
    Duration length;  // virtual time
    Recording recording;
};

struct Page {
    Plan plan;
    ScenarioWords words;
    std::string replay_command;
    std::vector<std::pair<std::string, std::string>> facts;  // label, value
    PageRun run;
    // The same run without one step of the plan, which passes.
    std::optional<PageRun> without;
    std::uint64_t culprit_id = 0;
    bool culprit_is_fault = false;
    std::string note;  // why there is none
};

// The whole file. `bytes_max` is for tests.
std::string render_page(Page page, std::size_t bytes_max = page_bytes_max);

// The JSON block alone, before it is escaped.
std::string page_data(const Page& page);

}  // namespace playback::sim
