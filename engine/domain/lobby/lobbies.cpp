#include "engine/domain/lobby/lobbies.h"

#include "engine/base/check.h"
#include "engine/base/plant.h"

namespace playback::lobby {

void Lobbies::add(LobbyId id, LobbyRow row) {
    const auto [it, is_new] = lobbies_.emplace(id, Lobby{std::move(row), {}});
    CHECK(is_new);
    index(id, it->second);
}

void Lobbies::remove(LobbyId id) {
    const Lobby& lobby = must_find(id);
    CHECK(lobby.clients.empty());
    forget(id, lobby);
    lobbies_.erase(id);
}

void Lobbies::set_ready(LobbyId id, Instant now) {
    Lobby& lobby = must_find(id);
    forget(id, lobby);
    lobby.row.status = LobbyStatus::ready;
    lobby.row.ready_at = now;
    index(id, lobby);
}

void Lobbies::set_closed(LobbyId id, bool gone) {
    Lobby& lobby = must_find(id);
    forget(id, lobby);
    lobby.row.status = LobbyStatus::closed;
    lobby.row.gone = gone;
    index(id, lobby);
}

void Lobbies::seat(LobbyId id, ClientId client) {
    Lobby& lobby = must_find(id);
    forget(id, lobby);
    const bool is_new = lobby.clients.insert(client).second;
    CHECK(is_new);
    index(id, lobby);
}

void Lobbies::unseat(LobbyId id, ClientId client) {
    Lobby& lobby = must_find(id);
    forget(id, lobby);
    const bool was_there = lobby.clients.erase(client) == 1;
    CHECK(was_there);
    index(id, lobby);
}

std::optional<LobbyId> Lobbies::choose() const {
    if (with_room_.empty()) return std::nullopt;
    return with_room_.begin()->second;
}

const Lobby* Lobbies::find(LobbyId id) const {
    const auto it = lobbies_.find(id);
    return it == lobbies_.end() ? nullptr : &it->second;
}

Lobby& Lobbies::must_find(LobbyId id) {
    const auto it = lobbies_.find(id);
    CHECK(it != lobbies_.end());
    return it->second;
}

void Lobbies::forget(LobbyId id, const Lobby& lobby) {
    with_room_.erase({lobby.clients.size(), id});
    empty_.erase(id);
    gone_.erase(id);
    if (lobby.row.status == LobbyStatus::pending) --pending_;
    if (lobby.row.status == LobbyStatus::ready) --ready_;
}

void Lobbies::index(LobbyId id, const Lobby& lobby) {
    if (lobby.row.status == LobbyStatus::closed) {
        if (lobby.row.gone) gone_.insert(id);
        return;
    }
    if (lobby.row.status == LobbyStatus::pending) ++pending_;
    if (lobby.row.status == LobbyStatus::ready) ++ready_;
    if (lobby.clients.empty()) empty_.insert(id);
    const std::size_t seats = capacity_ + (PLAYBACK_PLANT(lobby_over_capacity) ? 1 : 0);
    if (lobby.row.status == LobbyStatus::ready && lobby.clients.size() < seats)
        with_room_.insert({lobby.clients.size(), id});
}

}  // namespace playback::lobby
