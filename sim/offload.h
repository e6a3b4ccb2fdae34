// SimOffload and SimWorker: work off the loop, at virtual cost.
//
// An Offload has a few virtual workers and a bounded queue; the work itself runs in no time when
// its virtual time is over. A Worker serves an adapter that blocks (a store): its work runs at one
// virtual instant and is done when the device behind it says so.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "engine/base/random.h"
#include "engine/io/offload.h"
#include "engine/io/worker.h"
#include "sim/event_queue.h"
#include "sim/scheduler.h"

namespace playback::sim {

class World;

class SimOffload final : public io::Offload {
public:
    static constexpr std::size_t workers = 2;
    // What may wait, as adapters/asio/offload.h has it: by number, and by the time that it takes.
    static constexpr std::size_t waiting_max = 256;
    static constexpr Duration wait_max = seconds(2);

    SimOffload(World& world, SimScheduler& scheduler, Random random);

    io::Task<bool> run(std::move_only_function<void()> work, Duration cost) override;

private:
    struct Job {
        std::move_only_function<void()> work;
        Duration cost;
        io::Resumer<bool> resumer;
    };
    struct Slot {
        explicit Slot(SimOffload& offload) : owner(offload) {}
        void over() { owner.finished(*this); }
        SimOffload& owner;
        std::unique_ptr<Job> job;
        MemberEvent<&Slot::over> done{*this};
    };

    void submit(std::unique_ptr<Job> job);
    void begin(Slot& slot, std::unique_ptr<Job> job);
    void finished(Slot& slot);

    World& world_;
    SimScheduler& scheduler_;
    Random random_;
    std::vector<std::unique_ptr<Slot>> slots_;
    std::deque<std::unique_ptr<Job>> waiting_;
    Duration waiting_cost_;
};

class SimWorker final : public io::Worker {
public:
    // `completion` gives, right after a piece of work, the world time at which its last I/O ends.
    SimWorker(World& world, SimScheduler& scheduler, std::function<Instant()> completion);

    void run(std::move_only_function<void()> work, std::move_only_function<void()> done) override;

private:
    struct Piece {
        std::move_only_function<void()> work;
        std::move_only_function<void()> done;
    };
    void begin();
    void finished();

    World& world_;
    SimScheduler& scheduler_;
    std::function<Instant()> completion_;
    std::deque<Piece> pieces_;  // the first is being worked on
    MemberEvent<&SimWorker::begin> begin_{*this};
    MemberEvent<&SimWorker::finished> finished_{*this};
};

}  // namespace playback::sim
