// FakeLoop and FakeClock: a core for tests of coroutines: a FIFO queue that runs until nothing is
// left to do, and a clock that is moved by hand.
//
// Nothing here is random or late. A loop that goes destroys what still waits, as a killed node
// does.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "engine/base/time.h"
#include "engine/io/clock.h"
#include "engine/io/executor.h"

namespace playback::tests {

class FakeLoop final : public io::Scheduler {
public:
    ~FakeLoop() override { stop(); }

    void post(std::unique_ptr<io::Operation> operation) override {
        queue_.push_back(std::move(operation));
    }
    bool enter_inline() override {
        if (!running_ || depth_ >= 16) return false;
        ++depth_;
        return true;
    }
    void leave_inline() override { --depth_; }

    // What throws out of an operation leaves through here; the rest stays queued.
    void run() {
        const Running scope{*this};
        while (!queue_.empty()) {
            const std::unique_ptr<io::Operation> operation = std::move(queue_.front());
            queue_.pop_front();
            operation->run();
        }
    }
    void stop() {
        for (;;) {
            destroy_suspended();
            if (queue_.empty()) return;
            // What goes may post: not into the queue that is being destroyed.
            const std::deque<std::unique_ptr<io::Operation>> dropped = std::exchange(queue_, {});
        }
    }

private:
    struct Running {
        explicit Running(FakeLoop& owner) : loop(owner) { loop.running_ = true; }
        Running(const Running&) = delete;
        Running& operator=(const Running&) = delete;
        ~Running() { loop.running_ = false; }
        FakeLoop& loop;
    };

    std::deque<std::unique_ptr<io::Operation>> queue_;
    int depth_ = 0;
    bool running_ = false;
};

class FakeClock final : public io::Clock {
public:
    [[nodiscard]] Instant now() const override { return now_; }
    [[nodiscard]] WallTime wall() const override { return start_wall_ + (now_ - start_) + skew_; }
    void step_wall(Duration by) { skew_ = skew_ + by; }

    // Moves to `to`, firing timers in order; `between` runs after each.
    void advance(Instant to, const std::function<void()>& between) {
        while (!timers_.empty() && timers_.begin()->first.first <= to) {
            io::Timer* const timer = timers_.begin()->second;
            now_ = std::max(now_, timers_.begin()->first.first);
            timers_.erase(timers_.begin());
            timer->expire();
            between();
        }
        now_ = to;
    }

private:
    void insert(io::Timer& timer, Instant at) override {
        timer.place.key = ++count_;
        timers_.emplace(std::pair(at, count_), &timer);
    }
    void remove(io::Timer& timer) override {
        std::erase_if(timers_, [&](const auto& entry) { return entry.second == &timer; });
    }

    static constexpr Instant start_{1'000'000'000'000};
    static constexpr WallTime start_wall_{1'790'000'000'000};
    Instant now_ = start_;
    Duration skew_;
    std::uint64_t count_ = 0;
    std::map<std::pair<Instant, std::uint64_t>, io::Timer*> timers_;
};

}  // namespace playback::tests
