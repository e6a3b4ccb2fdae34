// Offload: runs a pure function off the loop, with all its inputs moved in.
#pragma once

#include <functional>
#include <utility>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/io/task.h"

namespace playback::io {

class Offload {
public:
    virtual ~Offload() = default;

    // Runs `work` somewhere else and resumes the caller when it is done. `cost` is what it takes on
    // a usual machine: the simulator lets that much virtual time pass. False, and `work` was not
    // run, if too many wait already (limits.h).
    virtual Task<bool> run(std::move_only_function<void()> work, Duration cost) = 0;
};

}  // namespace playback::io
