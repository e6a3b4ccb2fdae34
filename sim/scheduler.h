// SimScheduler: one core of a simulated process: its ready queue, and what runs when.
//
// In which order is the Picker's business; what it holds back becomes ready again later.
// Completions of I/O run at once where io::Scheduler allows it, or are posted: drawn. Stopping
// destroys suspended coroutines and queued operations until nothing is left (engine/io/executor.h).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "engine/base/random.h"
#include "engine/base/time.h"
#include "engine/io/task.h"
#include "sim/event_queue.h"
#include "sim/picker.h"

namespace playback::sim {

struct MachineFaults;
class World;

struct SchedulingKnobs {
    PickerKnobs picker;
    std::uint32_t inline_permille = 1000;  // a completion may run at once
    Duration operation_cost;               // virtual CPU time of one operation, timer or completion
    Duration crossing_max = microseconds(20);

    // Drawn for one run, but for the strategy: plain FIFO for a third of them.
    static SchedulingKnobs draw(Random& random);
};

// The life of one incarnation of a node, as all its parts see it.
struct Vitals {
    const MachineFaults* machine = nullptr;  // never null once it runs
    bool dead = false;                       // no step runs any more, its I/O is swallowed
    Instant paused_until;

    [[nodiscard]] bool paused(Instant now) const { return now < paused_until; }
};

class SimScheduler final : public io::Scheduler {
public:
    // `name`: of the core in schedules (sim/schedule.h).
    SimScheduler(World& world,
                 const Vitals& vitals,
                 std::uint64_t subject,
                 Random random,
                 const SchedulingKnobs& knobs,
                 std::string name);

    void post(std::unique_ptr<io::Operation> operation) override;
    bool enter_inline() override;
    void leave_inline() override { --depth_; }

    // Runs `work` as a turn of this core; from world events only, never from inside a step of a
    // core. The caller has checked `can_run`.
    template <class Work>
    void inside(Work&& work) {
        const Running scope(*this);
        std::forward<Work>(work)();
    }

    // Alive, not paused and not busy: otherwise the event comes again at `retry_at`.
    [[nodiscard]] bool can_run() const;
    [[nodiscard]] Instant retry_at() const;
    [[nodiscard]] bool dead() const { return vitals_.dead; }

    // Resumes a coroutine of this core with the outcome of its I/O; from world events only.
    template <class T>
    void complete(io::Resumer<T>& resumer, T value) {
        if (!can_run() || !ready_.empty()) {
            resumer.resume(std::move(value));
            return;
        }
        const Running scope(*this);
        resumer.resume_now(std::move(value));
    }

    // Destroys everything that waits. True if there was anything.
    bool destroy_all();

    [[nodiscard]] std::uint64_t subject() const { return subject_; }
    [[nodiscard]] bool running() const { return running_; }

private:
    struct Running {
        explicit Running(SimScheduler& scheduler) : owner(scheduler) {
            CHECK(!owner.running_);
            owner.running_ = true;
        }
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;
        ~Running() {
            owner.running_ = false;
            owner.spend();
            owner.arm();
        }
        SimScheduler& owner;
    };

    // Operations that one turn runs at most, so that budgets are looked at in between.
    static constexpr std::size_t turn_max = 64;
    static constexpr int inline_depth_max = 16;

    // An operation, and what had scheduled it (Trace::cause).
    struct Ready {
        std::unique_ptr<io::Operation> operation;
        std::uint64_t number = 0;  // of those that were posted here
        std::uint64_t cause = 0;
        std::uint32_t priority = 0;
    };

    [[nodiscard]] Duration cost() const;
    [[nodiscard]] bool is_asleep() const;
    void spend();
    void turn();
    void release_delayed();
    // Takes one out of the queue; nothing in it if that one is held back.
    Ready next();
    void hold_back(Ready ready, Duration delay);
    void arm();

    World& world_;
    const Vitals& vitals_;
    std::uint64_t subject_;
    Random random_;
    SchedulingKnobs knobs_;
    Picker picker_;
    std::deque<Ready> ready_;
    std::map<std::pair<Instant, std::uint64_t>, Ready> delayed_;
    std::uint64_t posted_ = 0;
    std::uint64_t delays_ = 0;
    Instant busy_until_;
    bool running_ = false;
    int depth_ = 0;
    MemberEvent<&SimScheduler::turn> turn_{*this};
    MemberEvent<&SimScheduler::release_delayed> delay_over_{*this};
};

}  // namespace playback::sim
