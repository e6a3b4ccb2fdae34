// Hunt: plays many drawn plans on a farm, tells failures apart, and makes each new one small.
//
// Failures are the same if their signatures are (outcome.h); only the first of each is shrunk. A
// share of the runs is played again in a fresh process: another hash or verdict there is the
// failure "determinism/run". Findings about real time ("budget/worker", "budget.wall/world") are
// kept as they are, since no plan decides them. Ends when the seeds are used up, at its limit of
// time, or when asked to stop; whatever was found until then is told through `found`.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/run.h"
#include "tools/farm/farm.h"
#include "tools/farm/minimise.h"

namespace playback::tools {

inline constexpr std::size_t failures_shrunk_max = 32;  // beyond, they are only kept
inline constexpr std::size_t failures_kept_max = 256;   // beyond, they are only counted
// A larger plan that fails waits for a smaller one that fails alike, for so many runs: where much
// happens at once, each candidate of the shrinker is another chance, and most of them miss.
inline constexpr std::size_t large_plan_events = 150;
inline constexpr std::uint64_t smaller_plan_runs = 300;

// One way to fail.
struct Failure {
    std::string signature;
    Outcome outcome;  // of `plan`
    std::uint64_t count = 0;
    std::uint64_t first_seed = 0;  // that failed so
    std::uint64_t ripe_at = 0;     // waits for a smaller plan until so many runs
    std::uint64_t seed = 0;        // of the smallest that was met: of `original`
    sim::Plan original;            // as drawn
    sim::Plan plan;                // shrunk, if it was; with its verdict recorded
    bool is_shrunk = false;
    std::optional<Minimised> minimised;
};

struct HuntOptions {
    std::vector<const scenarios::Scenario*> scenarios;
    std::string profile;  // empty: the default of each scenario
    std::uint64_t first_seed = 1;
    std::uint64_t last_seed = 1;
    std::optional<std::chrono::seconds> limit;
    std::uint64_t failures_max = 0;   // ends when so many are found and shrunk; 0: goes on
    std::uint64_t events_wanted = 0;  // of those that count for it, at most; 0: all count
    std::uint64_t repeat_every = 50;  // 0: repeat none
    std::uint64_t shrink_simulations = 400;
    std::uint32_t shrink_seconds = 60;
    std::function<bool()> stop;
};

struct HuntTally {
    std::uint64_t runs_planned = 0;
    std::uint64_t runs = 0;
    std::uint64_t repeated = 0;
    std::uint64_t failed = 0;
    std::uint64_t uncounted = 0;  // failed in a way beyond failures_kept_max
    std::uint64_t checks = 0;
    std::uint64_t events = 0;
    std::uint64_t requests = 0;
    Duration virtual_time;
    std::map<std::string, std::uint64_t> faults;    // injected, by kind
    std::map<std::string, std::uint64_t> failures;  // runs, by signature
    std::map<std::string, std::uint64_t> died;      // runs, by the kind of fault (Outcome::died)
    double seconds = 0;
    std::string shrinking;  // what is being shrunk now, and how far that is
};

class Hunt {
public:
    Hunt(Farm& farm, HuntOptions options);

    // Told often, for the progress line.
    std::function<void(const HuntTally&)> progress;
    // Told once for each new failure, when it is shrunk.
    std::function<void(const Failure&)> found;

    // Fails with what drawing a plan or starting a process fails with.
    Result<void> run();

    [[nodiscard]] const HuntTally& tally() const { return tally_; }
    // By signature; those beyond failures_kept_max are missing.
    [[nodiscard]] const std::map<std::string, Failure>& failures() const { return failures_; }

private:
    struct Playing {
        const scenarios::Scenario* scenario = nullptr;
        PlanToDraw draw;
        std::optional<Outcome> first;  // it is played again
    };

    [[nodiscard]] bool is_over() const;
    [[nodiscard]] bool has_enough() const;
    [[nodiscard]] bool has_more() const;
    Result<void> feed();
    Result<void> take(Outcome outcome);
    Result<void> fail(const Playing& playing, const Outcome& outcome);
    [[nodiscard]] Playing next_run();
    Result<void> keep_plan(Failure& failure, const Playing& playing, const Outcome& outcome);
    [[nodiscard]] bool is_ripe(const std::string& signature) const;
    // The new failures that need not wait, or all of them; the smallest first.
    void shrink_new(bool all);
    void shrink(Failure& failure);
    void tell();

    using Clock = std::chrono::steady_clock;

    Farm& farm_;
    HuntOptions options_;
    Clock::time_point begin_ = Clock::now();
    HuntTally tally_;
    std::map<std::string, Failure> failures_;
    std::vector<std::string> new_;  // not shrunk yet
    std::size_t shrunk_ = 0;
    std::size_t counted_ = 0;  // for failures_max
    std::uint64_t next_run_ = 0;
    std::uint64_t next_id_ = 0;
    std::map<std::uint64_t, Playing> playing_;
    std::deque<Playing> to_repeat_;
};

}  // namespace playback::tools
