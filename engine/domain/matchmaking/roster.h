// Roster: how many players sit in each group of one match.
//
// Players are put where they are missed most: into a group that lacks its minimum, the smallest
// first, then into the smallest that has room; of equals the first of the config. No seat is given
// away that another group needs for its minimum, so a match that can start at all does start.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/domain/matchmaking/mode_rules.h"

namespace playback::matchmaking {

class Roster {
public:
    explicit Roster(const ModeRules& rules) : sizes_(rules.groups.size()) {}

    // The group for `players` who stay together; nothing if they do not fit in.
    [[nodiscard]] std::optional<std::uint16_t> group_for(const ModeRules& rules,
                                                         std::uint32_t players) const;
    void clear();
    void seat(std::uint16_t group, std::uint32_t players);
    void leave(std::uint16_t group, std::uint32_t players);

    [[nodiscard]] std::uint32_t players() const { return players_; }
    [[nodiscard]] std::uint32_t players_of(std::uint16_t group) const { return sizes_.at(group); }
    [[nodiscard]] bool may_start(const ModeRules& rules) const;

private:
    // Players that all groups together still lack.
    [[nodiscard]] std::uint32_t shortage(const ModeRules& rules) const;

    std::vector<std::uint32_t> sizes_;  // by group
    std::uint32_t players_ = 0;
};

}  // namespace playback::matchmaking
