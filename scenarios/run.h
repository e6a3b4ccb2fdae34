// Running a plan: the one door to the simulator for commands, drivers and tests.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "sim/plan.h"
#include "sim/trace.h"
#include "sim/watch.h"

namespace playback::scenarios {

struct RunOptions {
    std::uint64_t events_max = 50'000'000;
    // Asked now and then; true ends the run with the finding "budget". For a wall-clock budget and
    // for Ctrl-C: the simulator reads no clock.
    std::function<bool()> out_of_time;
    // Each line that the backend logs, with the virtual time; for people.
    std::function<void(std::string_view)> log;
    // Gets each event of the trace as it happens; changes no hash.
    std::function<void(const sim::TraceEvent&)> recorder;
    // Gets what the run did otherwise than FIFO.
    sim::Schedule* schedule_recorded = nullptr;
    // Looks at the run and changes nothing (sim/watch.h).
    sim::Watch* watch = nullptr;
};

struct RunReport {
    bool passed = false;
    std::string fingerprint;  // "pass", or of the first finding
    std::string message;      // of the first finding, for people
    Instant failed_at;        // of the first finding
    // A kind of fault that took what no program can keep (FaultKind::breaks_promises); nothing was
    // judged after it, but that nothing crashes. Empty: there was none.
    std::string died;
    std::uint64_t trace_hash = 0;
    std::vector<sim::Trace::Checkpoint> checkpoints;  // of the trace, to bisect two runs
    Duration virtual_time;
    std::uint64_t events = 0;
    std::uint64_t requests = 0;
    std::uint64_t failed_requests = 0;
    std::uint64_t messages = 0;
    std::map<std::string, std::uint64_t> faults;  // injected, by kind
    // Of faults of the groups "client" and "load", by probe (sim/fault_catalogue.h).
    std::map<std::string, std::uint64_t, std::less<>> effects;
    std::map<std::string, std::uint64_t> skipped;  // whose target was not there
    std::map<std::string, std::uint64_t> checks;   // made and held, by invariant
    std::vector<std::string> last_log;             // of the backend

    [[nodiscard]] std::uint64_t faults_total() const;
    [[nodiscard]] std::uint64_t checks_total() const;
};

// What a knob of a plan may be: from 0 to this. Knobs that are not listed are not looked at.
struct KnobLimit {
    std::string_view name;
    std::int64_t most = 0;
};

struct Scenario {
    std::string_view name;
    std::string_view what;                   // one sentence
    std::vector<std::string_view> profiles;  // the first is the default
    Result<sim::Plan> (*draw)(std::uint64_t seed, std::string_view profile);
    RunReport (*run)(const sim::Plan& plan, const RunOptions& options);
    // In plain English, for reports: an operation, and what an invariant promises.
    std::string (*words_of_op)(const sim::PlanOp& op) = nullptr;
    std::string (*promise_of)(std::string_view invariant) = nullptr;
    std::vector<KnobLimit> knobs = {};
};

// All scenarios, in the order in which they are shown.
const std::vector<Scenario>& scenarios();

// nullptr if there is none of that name.
const Scenario* find_scenario(std::string_view name);

// For plans that come from outside. Fails with invalid_argument: "knobs.slots: must be ...".
Result<void> check_knobs(const Scenario& scenario, const sim::Plan& plan);

}  // namespace playback::scenarios
