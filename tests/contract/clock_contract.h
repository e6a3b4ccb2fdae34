// The contract of io::Clock and Timer, as checks that every implementation passes.
#pragma once

#include <span>

#include "engine/io/clock.h"
#include "engine/io/task.h"

namespace playback::contract {

struct ClockWorld {
    io::Executor executor;
    io::Clock& clock;
};

struct ClockCheck {
    const char* name;
    io::Task<void> (*run)(ClockWorld& world);
};

std::span<const ClockCheck> clock_checks();

}  // namespace playback::contract
