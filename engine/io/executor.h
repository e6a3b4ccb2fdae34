// Executor and Scheduler: where the coroutines of one core run.
//
// A Scheduler is one core's queue of operations, fed by one of the two worlds: the epoll loop of
// adapters/asio or the event queue of the simulator. Executor is a pointer to it and drives
// asio::awaitable. Nothing here is thread safe: an engine object belongs to one core.
//
// Every suspended coroutine is known to its Scheduler, in the order in which they suspended. When a
// node stops or is killed, `destroy_all` destroys them in that order while what they refer to still
// lives; destructors release memory and do nothing else (DESIGN section 5).
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>

#include "engine/base/check.h"

namespace playback::io {

// One unit of work in a scheduler's queue. Destroying it unrun is legal: it then only frees memory.
class Operation {
public:
    Operation() = default;
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    virtual ~Operation() = default;
    virtual void run() = 0;
};

class Scheduler;

// A coroutine that waits for something outside itself (see task.h). Linked into its scheduler,
// which owns it until a Resumer takes it to resume it.
class Suspension : public Operation {
public:
    explicit Suspension(Scheduler& scheduler);
    ~Suspension() override;

    [[nodiscard]] Scheduler& scheduler() const { return scheduler_; }

private:
    friend class Scheduler;
    friend class ResumerBase;
    Scheduler& scheduler_;
    Suspension* previous_ = nullptr;
    Suspension* next_ = nullptr;
    class ResumerBase* resumer_ = nullptr;  // who may resume it
    bool queued_ = false;                   // taken: now owned by the queue
};

// The untyped half of Resumer<T>: knows when its coroutine is gone.
class ResumerBase {
public:
    ResumerBase() = default;
    explicit ResumerBase(Suspension* suspension) : suspension_(suspension) { adopt(); }
    ResumerBase(ResumerBase&& other) noexcept
        : suspension_(std::exchange(other.suspension_, nullptr)) {
        adopt();
    }
    ResumerBase& operator=(ResumerBase&& other) noexcept {
        drop();
        suspension_ = std::exchange(other.suspension_, nullptr);
        adopt();
        return *this;
    }
    ~ResumerBase() { drop(); }

    // False once resumed, or when the coroutine is gone.
    explicit operator bool() const { return suspension_ != nullptr; }

protected:
    [[nodiscard]] Suspension* suspension() const { return suspension_; }
    std::unique_ptr<Operation> take();

private:
    friend class Suspension;
    void adopt() {
        if (suspension_ != nullptr) suspension_->resumer_ = this;
    }
    void drop() {
        if (suspension_ != nullptr) suspension_->resumer_ = nullptr;
        suspension_ = nullptr;
    }

    Suspension* suspension_ = nullptr;
};

class Scheduler : public boost::asio::execution_context {
public:
    Scheduler() = default;
    virtual ~Scheduler();

    // Runs `operation` later on this core. From another thread use the adapter's own crossing.
    virtual void post(std::unique_ptr<Operation> operation) = 0;

    // May a completion run at once instead of being posted? True only inside the loop and up to a
    // depth of 16; the simulator draws it. Each true answer is followed by one leave_inline().
    virtual bool enter_inline() = 0;
    virtual void leave_inline() = 0;

    // Destroys all suspended coroutines in the order of their suspension. The world calls this and
    // then destroys its own queue (whose operations may own frames as well) until both are empty.
    void destroy_suspended();

    [[nodiscard]] bool stopping() const { return stopping_; }

protected:
    bool stopping_ = false;

private:
    friend class Suspension;
    Suspension* first_ = nullptr;
    Suspension* last_ = nullptr;
};

template <class Function>
class FunctionOperation final : public Operation {
public:
    explicit FunctionOperation(Function function) : function_(std::move(function)) {}
    void run() override { std::move(function_)(); }

private:
    Function function_;
};

template <class Function>
void post_function(Scheduler& scheduler, Function&& function) {
    using Work = FunctionOperation<std::decay_t<Function>>;
    scheduler.post(std::make_unique<Work>(std::forward<Function>(function)));
}

// Pairs a true enter_inline() with its leave_inline().
struct InlineScope {
    Scheduler& scheduler;
    ~InlineScope() { scheduler.leave_inline(); }
};

class Executor {
    using Blocking = boost::asio::execution::blocking_t;

public:
    explicit Executor(Scheduler& scheduler) : scheduler_(&scheduler) {}

    template <class Function>
    void execute(Function&& function) const {
        if (may_run_inline_ && scheduler_->enter_inline()) {
            const InlineScope scope{*scheduler_};
            auto work = std::forward<Function>(function);
            std::move(work)();
            return;
        }
        post_function(*scheduler_, std::forward<Function>(function));
    }

    boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept {
        return *scheduler_;
    }
    [[nodiscard]] Blocking query(Blocking) const noexcept {
        return may_run_inline_ ? Blocking(Blocking::possibly) : Blocking(Blocking::never);
    }
    [[nodiscard]] Executor require(Blocking::possibly_t) const noexcept {
        return {scheduler_, true};
    }
    [[nodiscard]] Executor require(Blocking::never_t) const noexcept { return {scheduler_, false}; }

    friend bool operator==(const Executor& a, const Executor& b) noexcept = default;

    [[nodiscard]] Scheduler& scheduler() const { return *scheduler_; }

private:
    Executor(Scheduler* scheduler, bool may_run_inline) noexcept
        : scheduler_(scheduler), may_run_inline_(may_run_inline) {}

    Scheduler* scheduler_;
    bool may_run_inline_ = true;
};

}  // namespace playback::io
