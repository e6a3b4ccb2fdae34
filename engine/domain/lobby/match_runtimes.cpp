#include "engine/domain/lobby/match_runtimes.h"

#include <utility>

#include "engine/base/check.h"
#include "engine/base/plant.h"

namespace playback::lobby {

void MatchRuntimes::set_modes(const std::vector<matchmaking::ModeRules>& modes,
                              const std::vector<WarmMatches>& warm) {
    CHECK(modes_.empty());
    for (const matchmaking::ModeRules& rules : modes) modes_.try_emplace(rules.name, rules);
    for (const WarmMatches& one : warm)
        if (Mode* mode = find_mode(one.mode)) mode->warm = one.min_matches;
}

MatchRuntimes::Mode* MatchRuntimes::find_mode(std::string_view name) {
    const auto it = modes_.find(name);
    return it == modes_.end() ? nullptr : &it->second;
}

MatchRuntimes::Mode& MatchRuntimes::mode_of(const MatchRow& row) {
    Mode* const mode = find_mode(row.mode);
    CHECK(mode != nullptr);
    return *mode;
}

std::string MatchRuntimes::group_name(MatchId id, std::uint16_t group) {
    return mode_of(must_find(id).row).matcher.rules().groups.at(group).name;
}

void MatchRuntimes::add(MatchId id, MatchRow row) {
    const auto [it, is_new] = matches_.emplace(id, PlayedMatch{std::move(row), {}});
    CHECK(is_new);
    index(id, it->second);
}

void MatchRuntimes::remove(MatchId id) {
    const PlayedMatch& match = must_find(id);
    CHECK(match.clients.empty());
    if (is_joinable(match.row.status)) mode_of(match.row).matcher.remove_match(id);
    forget(id, match);
    matches_.erase(id);
}

void MatchRuntimes::set_ready(MatchId id, Instant now) {
    PlayedMatch& match = must_find(id);
    CHECK(match.row.status == MatchStatus::pending);
    forget(id, match);
    match.row.status = MatchStatus::ready;
    match.row.ready_at = now;
    match.row.idle_since = now;
    mode_of(match.row).matcher.open_match(id);
    index(id, match);
}

bool MatchRuntimes::set_waits_for_room(MatchId id, bool waits) {
    PlayedMatch& match = must_find(id);
    if (match.row.status != MatchStatus::pending || match.row.waits_for_room == waits) return false;
    forget(id, match);
    match.row.waits_for_room = waits;
    index(id, match);
    return true;
}

void MatchRuntimes::set_stopped(MatchId id) {
    PlayedMatch& match = must_find(id);
    CHECK(match.row.status == MatchStatus::ready);
    match.row.status = MatchStatus::stopped;
    mode_of(match.row).matcher.close_match(id);
}

void MatchRuntimes::set_closed(MatchId id, bool gone) {
    PlayedMatch& match = must_find(id);
    if (is_joinable(match.row.status)) mode_of(match.row).matcher.remove_match(id);
    forget(id, match);
    match.row.status = MatchStatus::closed;
    match.row.gone = gone;
    index(id, match);
}

void MatchRuntimes::seat(MatchId id, ClientId client) {
    PlayedMatch& match = must_find(id);
    forget(id, match);
    const bool is_new = match.clients.insert(client).second;
    CHECK(is_new);
    ++players_;
    index(id, match);
}

bool MatchRuntimes::unseat(MatchId id, ClientId client, const MatchSeat& seat, Instant now) {
    PlayedMatch& match = must_find(id);
    forget(id, match);
    const bool was_there = match.clients.erase(client) == 1;
    CHECK(was_there);
    --players_;
    const bool is_idle = match.clients.empty();
    if (is_idle) match.row.idle_since = now;
    if (is_joinable(match.row.status)) mode_of(match.row).matcher.leave(id, seat.group, 1);
    index(id, match);
    return is_idle;
}

void MatchRuntimes::restore(MatchId id) {
    const MatchRow& row = must_find(id).row;
    if (!is_joinable(row.status)) return;
    mode_of(row).matcher.open_match(id);
    if (row.status == MatchStatus::stopped) mode_of(row).matcher.close_match(id);
}

void MatchRuntimes::restore(MatchId id, ClientId client, const MatchSeat& seat) {
    const MatchRow& row = must_find(id).row;
    this->seat(id, client);
    if (!is_joinable(row.status) || PLAYBACK_PLANT(match_players_forgotten)) return;
    const matchmaking::Ticket ticket{.id = client.value,
                                     .since = {},
                                     .players = 1,
                                     .skill = seat.skill,
                                     .regions = 1U << seat.region};
    mode_of(row).matcher.restore_player(id, ticket, seat.group);
}

const PlayedMatch* MatchRuntimes::find(MatchId id) const {
    const auto it = matches_.find(id);
    return it == matches_.end() ? nullptr : &it->second;
}

PlayedMatch& MatchRuntimes::must_find(MatchId id) {
    const auto it = matches_.find(id);
    CHECK(it != matches_.end());
    return it->second;
}

void MatchRuntimes::forget(MatchId id, const PlayedMatch& match) {
    idle_.erase(id);
    gone_.erase(id);
    if (match.row.status != MatchStatus::pending) return;
    --mode_of(match.row).pending;
    if (match.row.waits_for_room) --mode_of(match.row).roomless;
}

void MatchRuntimes::index(MatchId id, const PlayedMatch& match) {
    if (match.row.status == MatchStatus::closed) {
        if (match.row.gone) gone_.insert(id);
        return;
    }
    if (match.row.status == MatchStatus::pending) {
        ++mode_of(match.row).pending;
        if (match.row.waits_for_room) ++mode_of(match.row).roomless;
    }
    if (match.clients.empty()) idle_.insert(id);
}

}  // namespace playback::lobby
