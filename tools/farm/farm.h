// Farm: worker processes that play plans, one at a time each. Processes, never threads: SQLite has
// globals, and a run that crashes must not take the others along.
//
// A worker that dies over a plan is a finding ("crash/SIGSEGV", with the end of what it wrote to
// standard error); one that does not answer within twice its budget and some is killed
// ("budget/worker"). Either is replaced, and nothing waits for it. Workers ignore the terminal's
// Ctrl-C, which is for the farm, and die with it. Single-threaded; must outlive nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "engine/base/result.h"
#include "sim/shrink/shrink.h"
#include "tools/farm/outcome.h"

namespace playback::tools {

struct FarmOptions {
    std::string program;  // its file
    std::vector<std::string> arguments{"worker"};
    std::size_t jobs = 1;
    std::uint32_t seconds_max = 60;  // of wall time a run
    std::uint64_t events_max = 50'000'000;
    std::chrono::milliseconds grace{5000};  // a worker gets this beyond its seconds
};

inline constexpr std::size_t farm_jobs_max = 256;
inline constexpr std::size_t answer_bytes_max = std::size_t{1} << 20;
inline constexpr std::size_t worker_words_max = 4096;  // of its standard error, the last

class Farm {
public:
    using Clock = std::chrono::steady_clock;

    explicit Farm(FarmOptions options);
    Farm(const Farm&) = delete;
    Farm& operator=(const Farm&) = delete;
    ~Farm();

    [[nodiscard]] std::size_t jobs() const { return workers_.size(); }
    // Workers without work: so many plans can be submitted now.
    [[nodiscard]] std::size_t idle() const;
    [[nodiscard]] std::size_t busy() const { return workers_.size() - idle(); }

    // Needs an idle worker. `fresh`: in a process that has played nothing before. Fails with
    // io_failed if no process can be started.
    Result<void> submit(std::uint64_t id, const sim::Plan& plan, bool fresh = false);
    // The same for a plan that the worker draws.
    Result<void> submit(std::uint64_t id, const PlanToDraw& plan);
    // Plays it with a report; the request says the plan, where to write and what to say.
    Result<void> submit(RunRequest request);

    // The next outcome, or none within `patience`, or none because a signal came.
    std::optional<Outcome> wait(std::chrono::milliseconds patience);

    // Ends all work that is under way; its outcomes never come.
    void abandon();

    // Of the processes that run now.
    [[nodiscard]] std::vector<pid_t> processes() const;

private:
    struct Worker;

    Result<void> give(RunRequest request, bool fresh);
    Result<void> start(Worker& worker);
    void stop(Worker& worker);
    void move_bytes(Worker& worker, short happened);
    std::optional<Outcome> look(Worker& worker);
    [[nodiscard]] static Outcome outcome_of_death(Worker& worker);

    FarmOptions options_;
    std::vector<std::unique_ptr<Worker>> workers_;
};

// The file of this very program.
std::string own_program();

// A judge for the shrinker that plays candidates on the farm, which must be idle. Empty
// fingerprints after an interrupt (`stop`).
sim::JudgePlans judge_on(Farm& farm, std::function<bool()> stop);

// The next outcome, or none because `stop` became true: then the farm has abandoned its work.
std::optional<Outcome> wait_for(Farm& farm, const std::function<bool()>& stop);

// What runs on the farm, which must be idle, did otherwise than FIFO; for the shrinker.
sim::RecordSchedule record_on(Farm& farm, std::function<bool()> stop);

// Plays one plan, in a fresh process if wanted; none if `stop` became true or no process starts.
std::optional<Outcome> play_on(Farm& farm,
                               const sim::Plan& plan,
                               bool fresh,
                               const std::function<bool()>& stop);

}  // namespace playback::tools
