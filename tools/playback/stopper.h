// Stopper: SIGINT and SIGTERM for what runs in a loop. The first asks to stop; the second ends the
// process at once: people press Ctrl-C twice when they mean it.
#pragma once

#include <cstdlib>

#include "adapters/asio/process.h"
#include "adapters/asio/real_world.h"
#include "engine/io/wait.h"
#include "tools/playback/interrupt.h"

namespace playback::tools {

// Coroutines that wait for it are gone before it goes (RealWorld::shutdown).
class Stopper {
public:
    explicit Stopper(adapters::RealWorld& world)
        : asked_(world.clock()), signals_(world.loop(), [this](int) { ask(); }) {}

    io::Task<void> wait() {
        while (!is_asked_) co_await asked_.wait();
    }
    // Returns as well when `other` has become true and somebody has called `wake`.
    io::Task<void> wait_or(const bool& other) {
        while (!is_asked_ && !other) co_await asked_.wait();
    }
    void wake() { asked_.notify_all(); }
    // True if it was asked, false if the deadline came first.
    io::Task<bool> wait_until(Instant deadline) {
        while (!is_asked_) {
            const bool notified = co_await asked_.wait(deadline);
            if (!notified) co_return is_asked_;
        }
        co_return true;
    }
    [[nodiscard]] bool is_asked() const { return is_asked_; }

private:
    void ask() {
        if (is_asked_) std::_Exit(exit_interrupted);
        is_asked_ = true;
        asked_.notify_all();
    }

    io::Signal asked_;
    bool is_asked_ = false;
    adapters::StopSignals signals_;
};

}  // namespace playback::tools
