// Two io::Workers. ThreadWorker has a thread of its own, first in first out. InlineWorker blocks
// the loop: for work that takes no longer than handing it over.
//
// Only `work` goes to the thread; `done` stays with the loop, since what resumes coroutines must
// not be moved by another thread. The queue has no bound of its own: its owner (a store with one
// batch in flight) has. Errors: `work` must not throw. `stop` first waits for the piece that runs;
// queued pieces are destroyed unrun. Call it while all that they refer to still lives; destroy this
// only when the loop runs no more.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "adapters/asio/loop.h"
#include "engine/io/worker.h"

namespace playback::adapters {

class ThreadWorker final : public io::Worker {
public:
    explicit ThreadWorker(Loop& loop);
    ThreadWorker(const ThreadWorker&) = delete;
    ThreadWorker& operator=(const ThreadWorker&) = delete;
    ~ThreadWorker() override { stop(); }

    void run(std::move_only_function<void()> work, std::move_only_function<void()> done) override;

    // Ends the thread. What is given to it later is destroyed unrun. Idempotent.
    void stop();

private:
    using Work = std::move_only_function<void()>;

    void serve();
    void finish_one();

    Loop& loop_;
    std::deque<Work> done_;  // of the loop: one for each piece that has not come back

    std::mutex lock_;
    std::condition_variable changed_;
    std::deque<Work> waiting_;
    bool stopped_ = false;

    std::thread thread_;  // last: it uses all of the above
};

class InlineWorker final : public io::Worker {
public:
    explicit InlineWorker(Loop& loop) : loop_(loop) {}

    void run(std::move_only_function<void()> work, std::move_only_function<void()> done) override;

    // What has not come back never does: for an owner that goes before the loop.
    void drop() { done_.clear(); }

private:
    void finish_one();

    Loop& loop_;
    std::deque<std::move_only_function<void()>> done_;
};

}  // namespace playback::adapters
