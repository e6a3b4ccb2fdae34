#include "engine/domain/matchmaking/mode_rules.h"

#include <algorithm>

namespace playback::matchmaking {
namespace {

// Sums of 32-bit numbers from a config, which may be anything.
std::uint32_t sum_of(const std::vector<GroupRules>& groups, std::uint32_t GroupRules::* limit) {
    std::uint64_t sum = 0;
    for (const GroupRules& group : groups) sum += group.*limit;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(sum, UINT32_MAX));
}

}  // namespace

std::uint32_t SkillRules::window_after(Duration waited) const {
    const std::uint64_t waited_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(
        std::min<std::int64_t>(waited.ns, minutes(24 * 60).ns) / 1'000'000, 0));
    const std::uint64_t grown = window + waited_ms * growth_per_second / 1000;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(grown, std::max(window, window_max)));
}

std::uint32_t ModeRules::needed() const {
    return std::max(min_players, sum_of(groups, &GroupRules::min_players));
}

std::uint32_t ModeRules::seats() const {
    return std::min(max_players, sum_of(groups, &GroupRules::max_players));
}

bool ModeRules::is_playable() const {
    const auto is_possible = [](const GroupRules& group) {
        return group.min_players <= group.max_players;
    };
    return std::ranges::all_of(groups, is_possible) && needed() <= seats();
}

}  // namespace playback::matchmaking
