#include "sim/picker.h"

#include <algorithm>

namespace playback::sim {

Picker::Picker(const PickerKnobs& knobs, Random random) : knobs_(knobs), random_(random) {
    constexpr std::int64_t points_max = 6;
    constexpr std::int64_t picks_max = 50'000;
    if (knobs_.strategy == Strategy::starve) is_starved_ = random_.chance(1, 3);
    const bool has_points =
        knobs_.strategy == Strategy::pct || knobs_.strategy == Strategy::delay_bounded;
    if (!has_points) return;
    const std::int64_t points = random_.between(1, points_max);
    for (std::int64_t i = 0; i < points; ++i)
        turning_points_.push_back(static_cast<std::uint64_t>(random_.log_between(1, picks_max)));
}

std::uint32_t Picker::priority() {
    if (knobs_.strategy != Strategy::pct) return 0;
    return static_cast<std::uint32_t>(random_.next() >> 32);
}

bool Picker::is_turning_point() {
    ++picks_;
    return std::ranges::find(turning_points_, picks_) != turning_points_.end();
}

Picker::Pick Picker::pick(std::size_t ready,
                          const std::function<std::uint32_t(std::size_t)>& priority_of) {
    Pick pick;
    switch (knobs_.strategy) {
        case Strategy::fifo:
            break;
        case Strategy::random:
            return pick_random(ready);
        case Strategy::pct:
            for (std::size_t i = 1; i < std::min(ready, depth_pct); ++i)
                if (priority_of(i) > priority_of(pick.index)) pick.index = i;
            [[fallthrough]];
        case Strategy::delay_bounded:
            if (is_turning_point())
                pick.hold = nanoseconds(random_.log_between(1'000, long_hold.ns));
            break;
        case Strategy::starve:
            if (is_starved_ && random_.chance(1, 2))
                pick.hold = random_.between(nanoseconds(1), knobs_.delay_max);
            break;
    }
    return pick;
}

Picker::Pick Picker::pick_random(std::size_t ready) {
    Pick pick;
    if (knobs_.reorder_permille > 0 && ready > 1 && random_.chance(knobs_.reorder_permille, 1000))
        pick.index = random_.below(std::min(ready, depth_random));
    if (knobs_.delay_permille > 0 && random_.chance(knobs_.delay_permille, 1000))
        pick.hold = random_.between(nanoseconds(1), knobs_.delay_max);
    return pick;
}

}  // namespace playback::sim
