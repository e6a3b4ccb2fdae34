#include "engine/domain/matchmaking/matches.h"

#include <algorithm>

#include "engine/base/check.h"

namespace playback::matchmaking {

void Matches::open(MatchId id) {
    const auto [it, is_new] = matches_.try_emplace(id, rules_);
    CHECK(is_new);
    index(id, it->second);
}

void Matches::close(MatchId id) {
    Match& match = matches_.at(id);
    forget(id, match);
    match.is_closed = true;
}

void Matches::remove(MatchId id) {
    const auto found = matches_.find(id);
    CHECK(found != matches_.end());
    forget(id, found->second);
    matches_.erase(found);
}

void Matches::seat(MatchId id, std::uint32_t region, std::span<const Seat> seats) {
    Match& match = matches_.at(id);
    forget(id, match);
    for (const Seat& seat : seats) {
        if (match.is_empty()) {
            match.region = region;
            match.skill_low = match.skill_high = seat.skill;
        }
        match.skill_low = std::min(match.skill_low, seat.skill);
        match.skill_high = std::max(match.skill_high, seat.skill);
        match.roster.seat(seat.group, seat.players);
    }
    index(id, match);
}

void Matches::leave(MatchId id, std::uint16_t group, std::uint32_t players) {
    Match& match = matches_.at(id);
    forget(id, match);
    match.roster.leave(group, players);
    index(id, match);
}

const Match* Matches::find(MatchId id) const {
    const auto found = matches_.find(id);
    return found == matches_.end() ? nullptr : &found->second;
}

std::optional<MatchId> Matches::first_empty() const {
    return empty_.empty() ? std::nullopt : std::optional(*empty_.begin());
}

void Matches::forget(MatchId id, const Match& match) {
    if (match.is_closed) return;
    --open_;
    if (match.is_empty())
        empty_.erase(id);
    else
        with_room_[match.region].erase({match.roster.players(), id});
}

void Matches::index(MatchId id, const Match& match) {
    if (match.is_closed) return;
    ++open_;
    if (match.is_empty())
        empty_.insert(id);
    else if (match.roster.players() < rules_.seats())
        with_room_[match.region].insert({match.roster.players(), id});
}

}  // namespace playback::matchmaking
