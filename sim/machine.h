// Machine: what processes share that run on one computer: addresses, clocks, power.
//
// A node is one process; usually it has a machine of its own. Containers on the host network are
// further nodes on the machine of their host: they share its addresses, its ports and its clocks,
// and outlive the host's process. Machines are never forgotten during a run, so links may point to
// them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "sim/clock.h"

namespace playback::sim {

// What faults do to a machine now, worked out by FaultDriver from all that are in force.
struct MachineFaults {
    bool asleep = false;                 // nothing runs, monotonic time stands still
    bool wall_frozen = false;            // wall time stands still
    bool refusing = false;               // connects to it are refused
    bool hanging = false;                // connects to it get no answer
    bool names_fail = false;             // it resolves no names
    bool no_descriptors = false;         // its processes open no connections and accept none
    Duration names_delay;                // of a connect by name
    std::size_t backlog_max = SIZE_MAX;  // connections that may wait to be accepted
    Duration timer_lateness;             // timers that are armed now fire up to this late
    Duration timer_pause;                // they fire at multiples of it; 0: when they are due
    Duration operation_cost;             // of everything that its processes do
};

class Machine {
public:
    Machine(std::uint64_t number, std::string machine_name, NodeTime node_time)
        : id(number), name(std::move(machine_name)), time(node_time) {}
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    const std::uint64_t id;
    const std::string name;
    std::vector<std::string> addresses;  // the first is the one it calls from
    NodeTime time;
    bool powered = true;
    MachineFaults faults;
    std::uint16_t next_port = 40'000;
    std::vector<SimClock*> clocks;  // of the processes that live

    void set_drift(Instant world, std::int64_t ppb) {
        time.set_drift(world, ppb);
        for (SimClock* const clock : clocks) clock->remap();
    }
    void set_faults(const MachineFaults& now_in_force, Instant world) {
        const MachineFaults before = std::exchange(faults, now_in_force);
        if (faults.wall_frozen && !before.wall_frozen) time.freeze_wall(world);
        if (!faults.wall_frozen) time.let_wall_go();
        if (faults.asleep) time.suspend(world);
        if (faults.asleep || !before.asleep) return;
        time.wake(world);
        for (SimClock* const clock : clocks) clock->remap();
    }
};

}  // namespace playback::sim
