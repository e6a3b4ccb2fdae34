// SlotTime and IdCounter: the time and the ids of one slot (DESIGN section 3, Time; ids in 3.1).
#pragma once

#include <cstdint>

#include "engine/base/id.h"
#include "engine/base/time.h"
#include "engine/kernel/moment.h"

namespace playback::kernel {

// Never decreases; starts at max(wall, last persisted); advances with the monotonic clock and is
// drawn towards wall time by at most 1000 ppm, so that no step of the wall clock ends anything
// early.
class SlotTime {
public:
    void start(Instant monotonic, WallTime wall, Instant persisted);
    Instant now(Instant monotonic, WallTime wall);

private:
    Instant slot_;
    Instant monotonic_;
    std::int64_t correctable_ns_ = 0;  // elapsed time whose share of correction is not used up yet
};

// Ids of one slot: count = max(last + 1, slot time). Never repeated, never reordered, never
// waiting. The store remembers a limit that no handed-out id has reached, so that a crash repeats
// none.
class IdCounter final : public IdSource {
public:
    // Ids go on above `persisted_limit` and above everything that this object handed out before.
    void start(SlotNumber slot, std::uint64_t persisted_limit);
    void set_time(Instant slot_time) { time_ = slot_time; }

    std::uint64_t next_id() override;

    // Was this id made since `start`? Then nothing is stored about it but what is resident.
    [[nodiscard]] bool is_fresh(std::uint64_t id) const { return count_of(id) > first_count_; }

    // The limit must be written again before `next_id` goes on: true once per limit.
    [[nodiscard]] bool limit_passed() const { return last_count_ >= limit_; }
    // Raises the limit by about ten seconds and returns it, to be written with the next batch.
    std::uint64_t raise_limit();

    static constexpr std::uint64_t count_of(std::uint64_t id) {
        return (id >> 22) << 10 | (id & 0x3ff);
    }

private:
    SlotNumber slot_ = 0;
    Instant time_;
    std::uint64_t first_count_ = 0;
    std::uint64_t last_count_ = 0;
    std::uint64_t limit_ = 0;
};

}  // namespace playback::kernel
