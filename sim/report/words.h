// Words: a plan and its verdict in plain English, for people who have never seen a plan.
//
// What an operation means and what an invariant promises is told by its scenario; what a fault does
// is in the fault catalogue. Nothing here decides anything.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/finding.h"
#include "sim/plan.h"

namespace playback::sim {

// What the scenario says; both may be empty, or answer with nothing.
struct ScenarioWords {
    std::function<std::string(const PlanOp&)> op;                  // "player 3 joins the game"
    std::function<std::string(std::string_view invariant)> holds;  // "a message arrives once"
};

// One line of the story of a plan.
struct PlanStep {
    Instant at;
    Instant until;  // of faults that last; else `at`
    bool is_fault = false;
    std::uint64_t id = 0;
    std::string kind;
    std::string text;                  // a sentence without its time
    std::vector<std::string> targets;  // nodes and machines that a fault hits; "*": all
};

// By time, faults before operations of the same instant.
std::vector<PlanStep> steps_of(const Plan& plan, const ScenarioWords& words);

// "12.345 s", "350 ms", "20 us": never more than three digits behind the point.
std::string text_of(Duration duration);
// "4.000500 s": an instant of the run, to the microsecond.
std::string text_of(Instant at);

// One sentence: "The run fails at 12.3 s: ..." or "The run passes: ...".
std::string sentence_of(const Plan& plan, const std::vector<Finding>& findings, Duration length);

}  // namespace playback::sim
