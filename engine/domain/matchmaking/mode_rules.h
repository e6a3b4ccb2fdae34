// ModeRules: what one mode of a version config asks of its matches (omgservers.md 6.1), with our
// optional extensions: parties, skill, regions and a time after which a ticket ends.
//
// A config is taken as it is written: a minimum may be above a maximum, groups may add up to less
// than the mode wants. `is_playable` says whether any match can satisfy it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"

namespace playback::matchmaking {

inline constexpr std::size_t regions_max = 32;  // that tickets of one mode may name

// Takes the lowest region out of a set of them, which is not empty.
inline std::uint32_t next_region(std::uint32_t& regions) {
    const auto region = static_cast<std::uint32_t>(std::countr_zero(regions));
    regions &= regions - 1;
    return region;
}

struct GroupRules {
    std::string name;
    std::uint32_t min_players = 1;
    std::uint32_t max_players = 1;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "name", self.name);
        v(2, "min_players", self.min_players);
        v(3, "max_players", self.max_players);
    }
    friend bool operator==(const GroupRules&, const GroupRules&) = default;
};

// Two tickets meet when their skills differ by no more than the window of either, which grows while
// a ticket waits.
struct SkillRules {
    std::string attribute;
    std::uint32_t window = 0;
    std::uint32_t growth_per_second = 0;
    std::uint32_t window_max = 0;

    [[nodiscard]] std::uint32_t window_after(Duration waited) const;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "attribute", self.attribute);
        v(2, "window", self.window);
        v(3, "growth_per_second", self.growth_per_second);
        v(4, "window_max", self.window_max);
    }
    friend bool operator==(const SkillRules&, const SkillRules&) = default;
};

struct ModeRules {
    std::string name;
    std::uint32_t min_players = 1;
    std::uint32_t max_players = 1;
    std::vector<GroupRules> groups;
    std::uint32_t party_max = 1;  // players of one ticket
    std::optional<SkillRules> skill;
    std::optional<std::uint32_t> latency_max_ms;  // given: tickets name regions
    std::uint32_t timeout_s = 0;                  // how long a ticket waits; zero: for ever

    // Players without whom no match starts, and with whom it is full: the limits of the mode and
    // those of its groups together.
    [[nodiscard]] std::uint32_t needed() const;
    [[nodiscard]] std::uint32_t seats() const;
    [[nodiscard]] bool is_playable() const;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "name", self.name);
        v(2, "min_players", self.min_players);
        v(3, "max_players", self.max_players);
        v(4, "groups", self.groups);
        v(5, "party_max", self.party_max);
        v(6, "skill", self.skill);
        v(7, "latency_max_ms", self.latency_max_ms);
        v(8, "timeout_s", self.timeout_s);
    }
    friend bool operator==(const ModeRules&, const ModeRules&) = default;
};

}  // namespace playback::matchmaking
