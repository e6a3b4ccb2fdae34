// Meters: what one kernel shows of itself, as handles made once.
//
// The hot path adds to plain integers of the slots; commits are observed one by one; everything
// else is summed up when somebody asks (`show`). Nothing here draws, waits or is read by a rule.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "engine/base/time.h"
#include "engine/io/metrics.h"
#include "engine/io/store.h"
#include "engine/kernel/address.h"
#include "engine/kernel/measures.h"

namespace playback::kernel {

class MachineTable;

// What a slot counts, and how it stands.
struct SlotMeters {
    // Since the node started.
    std::uint64_t from_callers = 0;
    std::uint64_t from_slots = 0;
    std::uint64_t from_timers = 0;
    std::uint64_t from_neighbours = 0;
    std::uint64_t refused = 0;
    std::uint64_t reloads = 0;
    // Sums over the aggregates in memory; what grows outlives them.
    std::map<Kind, Measured> measured;
    // Filled in when asked.
    std::uint64_t inputs_waiting_for_store = 0;
    std::uint64_t inputs_waiting_for_load = 0;
    std::uint64_t answers_waiting = 0;
    std::uint64_t messages_under_way = 0;
    std::uint64_t aggregates = 0;
    std::uint64_t timers = 0;
    std::uint64_t topics = 0;

    void add(const SlotMeters& other);
};

class Meters {
public:
    Meters(io::Metrics& metrics, const MachineTable& machines);

    // `bytes` and `rows` of a batch that took `time`.
    struct Commit {
        std::uint64_t bytes = 0;
        std::uint64_t rows = 0;
        std::uint64_t slots = 0;
    };
    static Commit size_of(const io::Batch& batch);
    void committed(const Commit& batch, Duration time, bool is_whole);

    // The sum of all slots; `loading` of them are not in memory.
    void show(const SlotMeters& sum, std::uint64_t slots, std::uint64_t loading);

private:
    // A counter, to be brought up to a total.
    struct Total {
        io::Counter* counter = nullptr;
        std::uint64_t shown = 0;
        void reach(std::uint64_t total);
    };
    // One of a machine's measures: one of the two.
    struct Shown {
        io::Gauge* gauge = nullptr;
        Total total;
    };

    io::Histogram& commit_bytes_;
    io::Histogram& commit_rows_;
    io::Histogram& commit_slots_;
    io::Histogram& commit_time_;
    io::Counter& commit_failures_;
    Total from_callers_;
    Total from_slots_;
    Total from_timers_;
    Total from_neighbours_;
    Total refused_;
    Total reloads_;
    io::Gauge& waiting_for_store_;
    io::Gauge& waiting_for_load_;
    io::Gauge& answers_waiting_;
    io::Gauge& messages_under_way_;
    io::Gauge& aggregates_;
    io::Gauge& timers_;
    io::Gauge& topics_;
    io::Gauge& slots_;
    io::Gauge& slots_loading_;
    std::map<Kind, std::vector<Shown>> measures_;
};

}  // namespace playback::kernel
