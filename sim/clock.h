// NodeTime and SimClock: the clocks of a machine as integer functions of world time.
//
// Monotonic time runs from a drawn base at (1 + drift) times the speed of the world; drift is in
// parts per billion and what a division leaves over is carried, so nothing is lost over days. Wall
// time is monotonic time plus an offset that a fault may step; it may be frozen, and a machine that
// sleeps loses monotonic time. Timers are kept in node-local time;
// when the drift changes, each clock maps its first one anew. Invariant: monotonic time never
// decreases.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/base/random.h"
#include "engine/base/time.h"
#include "engine/io/clock.h"
#include "sim/event_queue.h"
#include "sim/scheduler.h"

namespace playback::sim {

class Machine;
class World;

class NodeTime {
public:
    // The most that a clock may gain or lose: 10 %.
    static constexpr std::int64_t drift_max_ppb = 100'000'000;

    NodeTime(Instant world, Instant monotonic, WallTime wall);

    [[nodiscard]] Instant monotonic(Instant world) const;
    [[nodiscard]] WallTime wall(Instant world) const;
    // The first world instant at which `monotonic` has come.
    [[nodiscard]] Instant world_at(Instant local) const;

    void set_drift(Instant world, std::int64_t ppb);
    [[nodiscard]] std::int64_t drift() const { return drift_ppb_; }
    void step_wall(Duration by) { wall_offset_ns_ += by.ns; }
    // Wall time stands still until it is let go; then it is what it would have been.
    void freeze_wall(Instant world);
    void let_wall_go() { frozen_wall_.reset(); }
    // Monotonic time stands still until `wake`; wall time goes on, and is seen when it is awake.
    void suspend(Instant world);
    void wake(Instant world);
    // The machine started anew: monotonic time begins somewhere else, wall time goes on.
    void reboot(Instant world, Instant monotonic);

private:
    struct Gain {
        std::int64_t ns = 0;
        std::int64_t remainder = 0;  // in ns / 1e9, 0 <= remainder < 1e9
    };
    [[nodiscard]] Gain gain(std::int64_t elapsed) const;
    void rebase(Instant world);

    Instant base_world_;
    Instant base_local_;
    std::int64_t base_remainder_ = 0;
    std::int64_t drift_ppb_ = 0;
    std::int64_t wall_offset_ns_ = 0;
    std::optional<WallTime> frozen_wall_;
    std::optional<Instant> asleep_since_;  // world time
};

// The clock of one core.
class SimClock final : public io::Clock {
public:
    SimClock(World& world, Machine& machine, SimScheduler& scheduler, Random random);
    SimClock(const SimClock&) = delete;
    SimClock& operator=(const SimClock&) = delete;
    ~SimClock() override;

    [[nodiscard]] Instant now() const override;
    [[nodiscard]] WallTime wall() const override;

    // The mapping of time has changed.
    void remap();
    [[nodiscard]] std::size_t armed() const { return timers_.size(); }

private:
    struct Place {
        std::uint64_t& operator()(io::Timer& timer) const { return timer.place.key; }
    };

    void insert(io::Timer& timer, Instant at) override;
    void remove(io::Timer& timer) override;
    void due();

    World& world_;
    Machine& machine_;
    SimScheduler& scheduler_;
    Random random_;
    mutable Instant last_{INT64_MIN};
    Heap<io::Timer, Place> timers_;
    std::uint64_t next_ = 0;
    Instant due_at_ = never;  // node-local time for which due_ is scheduled
    MemberEvent<&SimClock::due> due_{*this};
};

}  // namespace playback::sim
