// Moment: what a rule may know besides its state and its command.
#pragma once

#include <cstdint>

#include "engine/base/id.h"
#include "engine/base/random.h"
#include "engine/base/time.h"

namespace playback::kernel {

// Hands out the ids of one slot: never repeated, never reordered, never waiting.
class IdSource {
public:
    virtual ~IdSource() = default;
    virtual std::uint64_t next_id() = 0;
};

class Moment {
public:
    Moment(Instant slot_time, WallTime wall_time, Random chance, IdSource& source)
        : now_(slot_time), wall_(wall_time), random_(chance), ids_(source) {}

    // Slot time: never decreases; for deadlines and durations.
    [[nodiscard]] Instant now() const { return now_; }
    // Wall time: for display and tokens. It may step; never compute a deadline from it.
    [[nodiscard]] WallTime wall() const { return wall_; }
    Random& random() { return random_; }

    std::uint64_t next_id() { return ids_.next_id(); }
    template <class AnyId>
    AnyId next() {
        return AnyId{ids_.next_id()};
    }

private:
    Instant now_;
    WallTime wall_;
    Random random_;
    IdSource& ids_;
};

}  // namespace playback::kernel
