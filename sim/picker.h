// Picker: in which order a core runs what is ready: the strategy of a run.
//
// `post` promises no order, so all of these are orders that a real loop may produce; bytes of a
// connection and what one operation does stay in order under each. Which strategy finds a bug
// depends on the bug: FIFO those of plain timing, random those of one swap, `pct` (random
// priorities, lowered at a few drawn points) those that need several operations in one order,
// `delay_bounded` (a few long delays, else FIFO) those where one thing overtakes much, `starve`
// those that need one core to lag behind. Draws from one stream; integers only. A schedule that is
// played (sim/schedule.h) takes the place of any strategy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "engine/base/random.h"
#include "engine/base/time.h"
#include "sim/schedule.h"

namespace playback::sim {

// As numbers of the knob "strategy" of a plan: do not reorder.
enum class Strategy : std::uint8_t { fifo, random, pct, delay_bounded, starve };
inline constexpr std::int64_t strategies = 5;

struct PickerKnobs {
    Strategy strategy = Strategy::random;
    std::uint32_t reorder_permille = 0;    // random: pick another ready operation than the first
    std::uint32_t delay_permille = 0;      // random: hold an operation back ...
    Duration delay_max = milliseconds(2);  // ... for at most this
};

class Picker {
public:
    struct Pick {
        std::size_t index = 0;
        std::size_t to = 0;  // not zero: it only goes before the one here, and the first runs
        Duration hold;       // zero: run it now; else it comes back as ready after this
    };

    Picker(const PickerKnobs& knobs, Random random, CoreSchedule schedule = {});

    // Of an operation that becomes ready: the highest goes first under `pct`.
    std::uint32_t priority();
    // `ready` operations wait (at least one); `priority_of(i)` is what `priority` gave the ith.
    Pick pick(std::size_t ready, const std::function<std::uint32_t(std::size_t)>& priority_of);

private:
    // How deep into the ready queue it looks.
    static constexpr std::size_t depth_random = 8;
    static constexpr std::size_t depth_pct = 64;
    static constexpr Duration long_hold = seconds(1);

    [[nodiscard]] bool is_turning_point() const;
    Pick pick_by_strategy(std::size_t ready,
                          const std::function<std::uint32_t(std::size_t)>& priority_of);
    Pick pick_random(std::size_t ready);
    Pick pick_as_played(std::size_t ready);
    void record(const Pick& pick);

    PickerKnobs knobs_;
    Random random_;
    CoreSchedule schedule_;
    std::vector<Choice> choices_;  // of this core, the next one last
    std::uint64_t picks_ = 0;
    std::vector<std::uint64_t> turning_points_;  // numbers of picks, of pct and delay_bounded
    bool is_starved_ = false;
};

}  // namespace playback::sim
