// ContainerCall: one request to a simulated container daemon, as both ends see it.
//
// The caller waits for it in a coroutine with a deadline; the daemon's side keeps it alive and may
// answer long after the caller is gone, which then has no effect.
#pragma once

#include <utility>

#include "engine/base/result.h"
#include "engine/io/clock.h"
#include "engine/io/task.h"
#include "sim/scheduler.h"

namespace playback::sim {

class ContainerCall {
public:
    ContainerCall() = default;
    ContainerCall(const ContainerCall&) = delete;
    ContainerCall& operator=(const ContainerCall&) = delete;
    virtual ~ContainerCall() = default;

    // Does somebody still wait for the answer?
    [[nodiscard]] virtual bool wanted() const = 0;
    virtual void fail(Error error) = 0;  // from world events only
};

template <class T>
class CallOf final : public ContainerCall {
public:
    // `scheduler` is touched only while somebody waits.
    explicit CallOf(SimScheduler& scheduler) : scheduler_(scheduler) {}

    [[nodiscard]] bool wanted() const override { return static_cast<bool>(resumer_); }
    void fail(Error error) override { answer(std::move(error)); }
    void answer(Result<T> result) {
        if (resumer_) scheduler_.complete(resumer_, std::move(result));
    }

    void wait(io::Resumer<Result<T>> resumer) { resumer_ = std::move(resumer); }
    // The deadline has come, in a turn of the caller's core.
    void give_up() {
        resumer_.resume_now(Error{Errc::timed_out, "the container daemon took too long"});
    }

private:
    SimScheduler& scheduler_;
    io::Resumer<Result<T>> resumer_;
};

// Lives in the frame of the waiting coroutine.
template <class T>
class CallDeadline final : public io::Timer {
public:
    CallDeadline(io::Clock& clock, CallOf<T>& call) : Timer(clock), call_(call) {}

protected:
    void fire() override { call_.give_up(); }

private:
    CallOf<T>& call_;
};

}  // namespace playback::sim
