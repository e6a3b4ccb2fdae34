#include "engine/domain/matchmaking/roster.h"

#include <algorithm>
#include <tuple>

#include "engine/base/check.h"

namespace playback::matchmaking {

std::optional<std::uint16_t> Roster::group_for(const ModeRules& rules,
                                               std::uint32_t players) const {
    const std::uint32_t lacking = shortage(rules);
    std::optional<std::uint16_t> best;
    std::tuple<bool, std::uint32_t> best_rank;
    for (std::size_t i = 0; i < sizes_.size(); ++i) {
        const GroupRules& group = rules.groups[i];
        if (std::uint64_t{sizes_[i]} + players > group.max_players) continue;
        const std::uint32_t missing =
            group.min_players > sizes_[i] ? group.min_players - sizes_[i] : 0;
        const std::uint64_t kept_free = lacking - std::min(missing, players);
        if (players_ + std::uint64_t{players} + kept_free > rules.max_players) continue;
        const std::tuple rank{missing == 0, sizes_[i]};
        if (!best || rank < best_rank) {
            best = static_cast<std::uint16_t>(i);
            best_rank = rank;
        }
    }
    return best;
}

void Roster::clear() {
    std::ranges::fill(sizes_, 0);
    players_ = 0;
}

void Roster::seat(std::uint16_t group, std::uint32_t players) {
    sizes_.at(group) += players;
    players_ += players;
}

void Roster::leave(std::uint16_t group, std::uint32_t players) {
    CHECK(sizes_.at(group) >= players);
    sizes_[group] -= players;
    players_ -= players;
}

bool Roster::may_start(const ModeRules& rules) const {
    return players_ >= rules.min_players && shortage(rules) == 0;
}

std::uint32_t Roster::shortage(const ModeRules& rules) const {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < sizes_.size(); ++i) {
        const std::uint32_t wanted = rules.groups[i].min_players;
        if (sizes_[i] < wanted) sum += wanted - sizes_[i];
    }
    return sum;
}

}  // namespace playback::matchmaking
