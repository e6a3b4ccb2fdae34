// Waiting with a deadline: sleep, and a Signal that several coroutines wait for.
#pragma once

#include "engine/io/clock.h"
#include "engine/io/task.h"

namespace playback::io {

// Returns at or after `at` on `clock`.
Task<void> sleep_until(Clock& clock, Instant at);

// Coroutines wait for it; `notify_all` wakes those that wait now. It holds no state: keep the
// condition beside it and check again after waking.
class Signal {
public:
    explicit Signal(Clock& clock) : clock_(clock) {}
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;
    ~Signal();

    // True if notified, false if the deadline came first.
    Task<bool> wait(Instant deadline = never);
    void notify_all();
    [[nodiscard]] bool waited_for() const { return first_ != nullptr; }

private:
    struct Waiter;
    Clock& clock_;
    Waiter* first_ = nullptr;
    Waiter* last_ = nullptr;
};

}  // namespace playback::io
