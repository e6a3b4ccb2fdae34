#include "engine/io/wait.h"

namespace playback::io {
namespace {

class Sleeper final : public Timer {
public:
    using Timer::Timer;
    Resumer<bool> resumer;

protected:
    void fire() override { resumer.resume_now(true); }
};

}  // namespace

Task<void> sleep_until(Clock& clock, Instant at) {
    Sleeper sleeper(clock);
    auto start = [&sleeper, at](Resumer<bool> resumer) {
        sleeper.resumer = std::move(resumer);
        sleeper.arm(at);
    };
    co_await suspend<bool>(start);
}

// Lives in the frame of the waiting coroutine; linked while it waits.
struct Signal::Waiter final : Timer {
    Waiter(Clock& clock, Signal& owner) : Timer(clock), signal(&owner), previous(owner.last_) {
        (previous != nullptr ? previous->next : owner.first_) = this;
        owner.last_ = this;
    }
    ~Waiter() override { unlink(); }

    void unlink() {
        if (signal == nullptr) return;
        (previous != nullptr ? previous->next : signal->first_) = next;
        (next != nullptr ? next->previous : signal->last_) = previous;
        signal = nullptr;
    }

    void fire() override {
        unlink();
        resumer.resume_now(false);
    }

    Signal* signal;
    Waiter* previous;
    Waiter* next = nullptr;
    Resumer<bool> resumer;
};

Signal::~Signal() {
    while (first_ != nullptr) first_->unlink();
}

Task<bool> Signal::wait(Instant deadline) {
    Waiter waiter(clock_, *this);
    auto start = [&waiter, deadline](Resumer<bool> resumer) {
        waiter.resumer = std::move(resumer);
        waiter.arm(deadline);
    };
    const bool notified = co_await suspend<bool>(start);
    co_return notified;
}

void Signal::notify_all() {
    // Resuming only posts, so the list cannot change under us.
    while (first_ != nullptr) {
        Waiter& waiter = *first_;
        waiter.unlink();
        waiter.disarm();
        waiter.resumer.resume(true);
    }
}

}  // namespace playback::io
