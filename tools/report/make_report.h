// A report of a plan: plays it, plays it again with a recorder, plays it without its last culprit,
// and makes the page.
//
// The recorded run must have the trace hash of the run alone, or there is no report: then either
// the recorder or the run itself is at fault, and a picture of it would lie. Of a long run the last
// `steps_shown` steps are recorded.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/base/result.h"
#include "scenarios/run.h"
#include "sim/plan.h"

namespace playback::tools {

inline constexpr std::uint64_t steps_shown = 20'000;
inline constexpr std::size_t culprits_tried_max = 16;

struct ReportOptions {
    std::uint64_t events_max = 50'000'000;
    std::function<bool()> out_of_time;  // of each run, and of the search for the culprit
    std::string replay_command;
};

struct Report {
    std::string page;  // HTML
    scenarios::RunReport run;
    bool has_passing_twin = false;
};

// Fails with conflict if the recorded run is another one, and with timed_out if there was no time.
Result<Report> make_report(const sim::Plan& plan,
                           const scenarios::Scenario& scenario,
                           const ReportOptions& options);

// The plan without one event, by number: faults and operations together, the latest first. False if
// there are not so many.
struct Culprit {
    std::uint64_t id = 0;
    bool is_fault = false;
    sim::Plan rest;
};
bool leave_out(const sim::Plan& plan, std::size_t number, Culprit& culprit);

}  // namespace playback::tools
