// Loop: the scheduler of one core, on Asio's io_context over epoll.
//
// Two kinds of work meet here. Completions of the kernel run straight out of the io_context, as
// much of the woken coroutine as goes on without waiting. Posted operations stand in one first-in
// first-out queue, which a single handler drains between two polls, at most `operations_per_turn`
// of them, so that neither kind starves the other. The queue is as long as there are coroutines to
// resume; it has no bound of its own.
//
// One thread runs it and only that thread may touch it, except for `post_from_other_thread`.
// To stop: leave `run`, then `shutdown` while everything that the coroutines refer to still lives
// (clock, streams, engine objects), then destroy in any order. Errors: what an operation throws
// leaves `run`, which may be called again. DESIGN sections 1 and 3 (Cores).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "engine/io/executor.h"

namespace playback::adapters {

class Loop final : public io::Scheduler {
public:
    static constexpr std::size_t operations_per_turn = 256;
    static constexpr int inline_depth_max = 16;

    Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop() override;

    void post(std::unique_ptr<io::Operation> operation) override;
    bool enter_inline() override;
    void leave_inline() override { --depth_; }

    // Runs until `stop`. What was posted before waits for it.
    void run();
    // Ends `run` after the current operation. May be called again.
    void stop() { context_.stop(); }

    // Destroys every suspended coroutine and every queued operation, in that order, until none is
    // left. The loop never runs again. Idempotent.
    void shutdown();

    // The crossing: runs `work` on this core, in the order of the calls. From any thread. What
    // comes after the loop has stopped is destroyed unrun.
    void post_from_other_thread(std::move_only_function<void()> work);

    // Changes with every operation and completion; 0 outside of `run`. A clock reads the time once
    // for each.
    [[nodiscard]] std::uint64_t turn() const { return running_ ? turn_ : 0; }

    [[nodiscard]] boost::asio::io_context& context() { return context_; }

private:
    using Work = std::move_only_function<void()>;

    void schedule_drain();
    void drain();
    void take_inbox();

    std::deque<std::unique_ptr<io::Operation>> ready_;
    bool drain_scheduled_ = false;
    bool running_ = false;
    int depth_ = 0;
    std::uint64_t turn_ = 1;

    std::mutex inbox_lock_;
    std::vector<Work> inbox_;  // what other threads sent and this one has not taken yet

    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> kept_busy_;
};

}  // namespace playback::adapters
