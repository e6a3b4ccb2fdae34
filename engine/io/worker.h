// Worker: runs blocking work off the loop, one piece after the other. For adapters only.
//
// In production a thread of its own; in the simulator the work runs at one virtual instant and
// `done` comes when the simulated device has finished.
#pragma once

#include <functional>

namespace playback::io {

class Worker {
public:
    virtual ~Worker() = default;

    // Runs `work` after all earlier work of this worker, then `done` on the owner's core. When the
    // node stops first, either may be destroyed unrun.
    virtual void run(std::move_only_function<void()> work,
                     std::move_only_function<void()> done) = 0;
};

}  // namespace playback::io
