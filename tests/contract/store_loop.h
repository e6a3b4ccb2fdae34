// StoreLoop and two workers: what a store needs around it in tests, with real threads or in virtual
// time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>

#include "engine/base/check.h"
#include "engine/base/time.h"
#include "engine/io/task.h"
#include "engine/io/worker.h"

namespace playback::store_test {

using Function = std::move_only_function<void()>;

// One core: operations of its own, timed events in virtual time, and work that threads hand in.
class StoreLoop final : public io::Scheduler {
public:
    explicit StoreLoop(Instant& now) : now_(now) {}
    ~StoreLoop() override { drop(); }

    void post(std::unique_ptr<io::Operation> operation) override {
        operations_.push_back(std::move(operation));
    }
    bool enter_inline() override { return running_ && ++depth_ <= 16; }
    void leave_inline() override { --depth_; }

    void at(Instant when, Function function) {
        events_.emplace(std::pair(when, next_event_++), std::move(function));
    }
    // From any thread.
    void hand_in(Function function) {
        const std::lock_guard hold(mutex_);
        inbox_.push_back(std::move(function));
        arrived_.notify_one();
    }

    // Runs what can run before `limit`. False when nothing is left.
    bool step(Instant limit = never) {
        if (take_inbox()) return true;
        if (!operations_.empty()) {
            const std::unique_ptr<io::Operation> operation = std::move(operations_.front());
            operations_.pop_front();
            running_ = true;
            depth_ = 0;
            operation->run();
            running_ = false;
            return true;
        }
        if (events_.empty() || events_.begin()->first.first >= limit) return false;
        now_ = std::max(now_, events_.begin()->first.first);
        Function function = std::move(events_.begin()->second);
        events_.erase(events_.begin());
        function();
        return true;
    }

    template <class T>
    T await(io::Task<T> task) {
        std::optional<T> result;
        std::exception_ptr failure;
        auto done = [&](const std::exception_ptr& thrown, T value) {
            failure = thrown;
            result.emplace(std::move(value));
        };
        boost::asio::co_spawn(io::Executor(*this), std::move(task), done);
        while (!result) {
            if (!step()) wait_for_threads();
        }
        if (failure) std::rethrow_exception(failure);
        return std::move(*result);
    }

    void wait_for_threads() {
        std::unique_lock hold(mutex_);
        const auto ready = [this] { return !inbox_.empty(); };
        CHECK(arrived_.wait_for(hold, std::chrono::seconds(60), ready));
    }

    // As when a node is killed: suspended coroutines first, then what is queued.
    void drop() {
        destroy_suspended();
        while (!operations_.empty()) operations_.pop_front();
        events_.clear();
        inbox_.clear();
    }

private:
    bool take_inbox() {
        Function function;
        {
            const std::lock_guard hold(mutex_);
            if (inbox_.empty()) return false;
            function = std::move(inbox_.front());
            inbox_.pop_front();
        }
        function();
        return true;
    }

    Instant& now_;
    std::deque<std::unique_ptr<io::Operation>> operations_;
    std::map<std::pair<Instant, std::uint64_t>, Function> events_;
    std::uint64_t next_event_ = 0;
    bool running_ = false;
    int depth_ = 0;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Function> inbox_;
};

// A thread of its own, as in production.
class ThreadWorker final : public io::Worker {
public:
    explicit ThreadWorker(StoreLoop& loop) : loop_(loop), thread_([this] { serve(); }) {}
    ~ThreadWorker() override {
        {
            const std::lock_guard hold(mutex_);
            stopping_ = true;
        }
        changed_.notify_one();
        thread_.join();
    }

    void run(Function work, Function done) override {
        const std::lock_guard hold(mutex_);
        jobs_.emplace_back(std::move(work), std::move(done));
        changed_.notify_one();
    }

private:
    void serve() {
        std::unique_lock hold(mutex_);
        for (;;) {
            changed_.wait(hold, [this] { return stopping_ || !jobs_.empty(); });
            if (stopping_) return;
            auto [work, done] = std::move(jobs_.front());
            jobs_.pop_front();
            hold.unlock();
            work();
            loop_.hand_in(std::move(done));
            hold.lock();
        }
    }

    StoreLoop& loop_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::pair<Function, Function>> jobs_;
    bool stopping_ = false;
    std::thread thread_;
};

// Work runs at one virtual instant; `done` comes when the disk has finished.
class VirtualWorker final : public io::Worker {
public:
    VirtualWorker(StoreLoop& loop, Instant& now, std::function<Instant()> completion)
        : loop_(loop), now_(now), completion_(std::move(completion)) {}

    void run(Function work, Function done) override {
        auto both = [this, work = std::move(work), done = std::move(done)]() mutable {
            work();
            free_at_ = completion_();
            loop_.at(free_at_, std::move(done));
        };
        loop_.at(std::max(now_, free_at_), std::move(both));
    }

private:
    StoreLoop& loop_;
    Instant& now_;
    std::function<Instant()> completion_;
    Instant free_at_;
};

}  // namespace playback::store_test
