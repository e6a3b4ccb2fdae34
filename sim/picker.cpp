#include "sim/picker.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace playback::sim {

Picker::Picker(const PickerKnobs& knobs, Random random, CoreSchedule schedule)
    : knobs_(knobs), random_(random), schedule_(std::move(schedule)) {
    if (schedule_.played != nullptr) {
        knobs_.strategy = Strategy::fifo;
        for (const Choice& choice : *schedule_.played)
            if (choice.core == schedule_.core) choices_.push_back(choice);
        std::ranges::sort(choices_, [](const Choice& a, const Choice& b) {
            return std::pair(a.pick, a.id) > std::pair(b.pick, b.id);
        });
    }
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

bool Picker::is_turning_point() const {
    return std::ranges::find(turning_points_, picks_) != turning_points_.end();
}

Picker::Pick Picker::pick(std::size_t ready,
                          const std::function<std::uint32_t(std::size_t)>& priority_of) {
    ++picks_;
    const Pick pick =
        schedule_.played != nullptr ? pick_as_played(ready) : pick_by_strategy(ready, priority_of);
    if (schedule_.recorded != nullptr) record(pick);
    return pick;
}

Picker::Pick Picker::pick_as_played(std::size_t ready) {
    Pick pick;
    while (!choices_.empty() && choices_.back().pick < picks_) choices_.pop_back();
    if (choices_.empty() || choices_.back().pick != picks_) return pick;
    const Choice& choice = choices_.back();
    if (choice.from >= ready || choice.to > choice.from) return pick;
    pick.index = choice.from;
    pick.to = choice.to;
    if (choice.to == 0) pick.hold = choice.hold;
    return pick;
}

void Picker::record(const Pick& pick) {
    Schedule& recorded = *schedule_.recorded;
    if (pick.index == 0 && pick.hold.ns == 0) return;
    // One more than is allowed says that there were more.
    if (recorded.size() > schedule_choices_max) return;
    recorded.push_back(
        {recorded.size() + 1, schedule_.core, picks_, pick.index, pick.to, pick.hold});
}

Picker::Pick Picker::pick_by_strategy(
    std::size_t ready,
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
