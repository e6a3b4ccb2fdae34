// Clock: the two times of a node, and timers on its monotonic one.
#pragma once

#include <cstdint>

#include "engine/base/time.h"

namespace playback::io {

class Clock;

// Fires once at or after an instant (up to 10 ms late in production, where one coarse wheel serves
// all). Owned by whoever waits; disarms itself when it goes. May be armed again, also while firing.
class Timer {
public:
    explicit Timer(Clock& clock) : clock_(clock) {}
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    virtual ~Timer() { disarm(); }

    void arm(Instant at);  // replaces an earlier instant; `never` disarms
    void disarm();
    [[nodiscard]] bool armed() const { return at_ != never; }
    [[nodiscard]] Instant at() const { return at_; }

    // For the Clock: where this timer stands in its queue.
    struct Place {
        Timer* previous = nullptr;
        Timer* next = nullptr;
        std::uint64_t key = 0;
    };
    Place place;

    // For the Clock: the instant has come. Disarms, then calls fire().
    void expire() {
        at_ = never;
        fire();
    }

protected:
    virtual void fire() = 0;

private:
    Clock& clock_;
    Instant at_ = never;
};

class Clock {
public:
    virtual ~Clock() = default;

    // Monotonic: never decreases while the node runs. Its zero means nothing, but is the same for
    // all processes of a machine until that boots again.
    [[nodiscard]] virtual Instant now() const = 0;
    // Wall time: may step in both directions. For tokens, display and ids only.
    [[nodiscard]] virtual WallTime wall() const = 0;

private:
    friend class Timer;
    virtual void insert(Timer& timer, Instant at) = 0;  // not in the queue yet
    virtual void remove(Timer& timer) = 0;              // in the queue
};

inline void Timer::arm(Instant at) {
    disarm();
    if (at == never) return;
    at_ = at;
    clock_.insert(*this, at);
}

inline void Timer::disarm() {
    if (!armed()) return;
    at_ = never;
    clock_.remove(*this);
}

}  // namespace playback::io
