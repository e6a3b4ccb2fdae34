// Machine: what processes share that run on one computer: addresses, clocks, power.
//
// A node is one process; usually it has a machine of its own. Containers on the host network are
// further nodes on the machine of their host: they share its addresses, its ports and its clocks,
// and outlive the host's process. Machines are never forgotten during a run, so links may point to
// them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "sim/clock.h"

namespace playback::sim {

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
    int refusing = 0;  // faults in force: connects to it are refused
    int hanging = 0;   // connects to it get no answer
    Duration timer_lateness;
    std::uint16_t next_port = 40'000;
    std::vector<SimClock*> clocks;  // of the processes that live

    void set_drift(Instant world, std::int64_t ppb) {
        time.set_drift(world, ppb);
        for (SimClock* const clock : clocks) clock->remap();
    }
    void set_timer_lateness(Duration most) {
        timer_lateness = most;
        for (SimClock* const clock : clocks) clock->set_lateness(most);
    }
};

}  // namespace playback::sim
