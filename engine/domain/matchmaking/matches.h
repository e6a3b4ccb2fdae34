// Matches: the matches of one mode that players can join, and which of them has room.
//
// An empty match waits for a whole set of players; one in which somebody plays takes who fits in.
// A match that is closed takes nobody any more; who plays there stays.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "engine/domain/ids.h"
#include "engine/domain/matchmaking/mode_rules.h"
#include "engine/domain/matchmaking/roster.h"

namespace playback::matchmaking {

struct Match {
    explicit Match(const ModeRules& rules) : roster(rules) {}

    Roster roster;
    bool is_closed = false;
    // Of the first players; they count while somebody is there.
    std::uint32_t region = 0;
    std::int32_t skill_low = 0;
    std::int32_t skill_high = 0;

    [[nodiscard]] bool is_empty() const { return roster.players() == 0; }
};

class Matches {
public:
    explicit Matches(const ModeRules& rules) : rules_(rules) {}

    void open(MatchId id);  // unknown so far
    void close(MatchId id);
    void remove(MatchId id);
    // These come into groups that have room for them, from one region; or somebody leaves.
    struct Seat {
        std::uint16_t group = 0;
        std::uint32_t players = 1;
        std::int32_t skill = 0;
    };
    void seat(MatchId id, std::uint32_t region, std::span<const Seat> seats);
    void leave(MatchId id, std::uint16_t group, std::uint32_t players);

    [[nodiscard]] const Match* find(MatchId id) const;
    // The oldest match in which nobody plays.
    [[nodiscard]] std::optional<MatchId> first_empty() const;
    [[nodiscard]] std::size_t empty_count() const { return empty_.size(); }
    [[nodiscard]] std::size_t open_count() const { return open_; }
    // With players and room, by region: the fewest players first, then the oldest.
    using WithRoom = std::set<std::pair<std::uint32_t, MatchId>>;
    [[nodiscard]] const WithRoom& with_room(std::uint32_t region) const {
        return with_room_[region];
    }

private:
    void forget(MatchId id, const Match& match);
    void index(MatchId id, const Match& match);

    const ModeRules& rules_;
    std::map<MatchId, Match> matches_;
    std::set<MatchId> empty_;
    std::array<WithRoom, regions_max> with_room_;
    std::size_t open_ = 0;
};

}  // namespace playback::matchmaking
