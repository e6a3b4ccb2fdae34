// Task<T>: the coroutine of the shell; suspend(): the one way to wait for something outside.
//
// STYLE 5.3 is law for co_await (g++ 12 miscompiles natural forms): one await per statement,
// arguments named first, results into a local. Parameters by value, or by reference only to what
// outlives the coroutine. Nothing is detached: a TaskGroup owns what it spawned.
#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/io/executor.h"

namespace playback::io {

template <class T>
using Task = boost::asio::awaitable<T, Executor>;

template <class T>
class SuspensionOf : public Suspension {
public:
    using Suspension::Suspension;
    std::optional<T> value;
};

// The other end of a suspended coroutine: resume it once with a value. Dropping it unresumed leaves
// the coroutine suspended until its scheduler destroys it.
template <class T>
class Resumer : public ResumerBase {
public:
    Resumer() = default;
    explicit Resumer(SuspensionOf<T>& suspension) : ResumerBase(&suspension) {}

    // The coroutine goes on in a later turn of its scheduler. Does nothing if it is gone.
    void resume(T value) {
        if (suspension() == nullptr) return;
        Scheduler& scheduler = suspension()->scheduler();
        scheduler.post(filled(std::move(value)));
    }

    // As resume, but at once where the scheduler allows it: for completions of I/O.
    void resume_now(T value) {
        if (suspension() == nullptr) return;
        Scheduler& scheduler = suspension()->scheduler();
        std::unique_ptr<Operation> operation = filled(std::move(value));
        if (!scheduler.enter_inline()) {
            scheduler.post(std::move(operation));
            return;
        }
        const InlineScope scope{scheduler};
        operation->run();
    }

private:
    std::unique_ptr<Operation> filled(T value) {
        static_cast<SuspensionOf<T>*>(suspension())->value.emplace(std::move(value));
        return take();
    }
};

namespace detail {

template <class T, class Handler>
class HandlerSuspension final : public SuspensionOf<T> {
public:
    HandlerSuspension(Scheduler& scheduler, Handler handler)
        : SuspensionOf<T>(scheduler), handler_(std::move(handler)) {}

    void run() override {
        Handler handler = std::move(handler_);
        T result = std::move(*this->value);
        std::move(handler)(std::move(result));
    }

private:
    Handler handler_;
};

}  // namespace detail

// Suspends the calling coroutine and hands `start` the Resumer<T> that wakes it with a T:
//
//     co_await suspend<bool>([this](Resumer<bool> resumer) {
//     waiters_.push_back(std::move(resumer)); });
//
// Name the lambda if it captures anything that owns memory (STYLE 5.3).
template <class T, class Start>
Task<T> suspend(Start start) {
    return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>&, void(T)>(
        [](auto handler, Start begin) {
            const Executor executor = boost::asio::get_associated_executor(handler);
            using Waiting = detail::HandlerSuspension<T, decltype(handler)>;
            auto* const waiting = new Waiting(executor.scheduler(), std::move(handler));
            begin(Resumer<T>(*waiting));
        },
        boost::asio::use_awaitable_t<Executor>(),
        std::move(start));
}

// Owns coroutines that run beside their parent. Must outlive them: `join` before it goes, or let
// the scheduler destroy them first (a killed node).
class TaskGroup {
public:
    explicit TaskGroup(Executor executor) : executor_(executor) {}
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    ~TaskGroup();

    // Starts `task` in a later turn. An exception out of it (a failed CHECK in the simulator)
    // leaves the scheduler's step.
    void spawn(Task<void> task);

    // Returns when nothing runs any more (and nothing was spawned meanwhile).
    Task<void> join();

    [[nodiscard]] std::size_t size() const { return running_; }

private:
    void finished(const std::exception_ptr& failure);

    Executor executor_;
    std::size_t running_ = 0;
    Resumer<bool> joiner_;
};

}  // namespace playback::io
