// Schedule: what a run did otherwise than FIFO, as values that a plan can hold.
//
// Each time a core takes an operation out of its ready queue (a pick), the strategy of the run may
// take another one than the first, or hold it back. Written down, these choices are a schedule: a
// plan that has one runs every core FIFO but for them, and draws nothing for it; with all choices
// of a run its trace hash is the run's. A choice whose operation is not there changes nothing, so
// every part of a schedule is valid. Who decides is in sim/picker.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/time.h"

namespace playback::sim {

struct Choice {
    std::uint64_t id = 0;    // stays when others are removed
    std::string core;        // "backend/2/0": node, its how-manieth life, number of the core
    std::uint64_t pick = 0;  // of that life of the core, from 1
    // The operation at `from` of the ready queue goes before the one at `to`, 0 being the next.
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    Duration hold;  // then it is held back for so long; only if `to` is 0
    friend bool operator==(const Choice&, const Choice&) = default;
};

using Schedule = std::vector<Choice>;

// "backend/1/0, pick 217: the operation at 2 goes before the one at 0", counted from 0.
std::string to_text(const Choice& choice);
// "FIFO", or "FIFO but for" and the choices.
std::string to_text(const Schedule& schedule);

// A recorder gives up beyond: such a schedule is not shrunk.
inline constexpr std::size_t schedule_choices_max = 20'000;

// What the picker of one core reads and writes; both may be nothing. Must outlive it.
struct CoreSchedule {
    std::string core;
    const Schedule* played = nullptr;
    Schedule* recorded = nullptr;
};

}  // namespace playback::sim
