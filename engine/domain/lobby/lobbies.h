// Lobbies: the lobbies of one deployment and who sits in which, without any effect.
//
// Invariants: a lobby has at most `capacity` seats taken; `with_room` holds exactly the ready
// lobbies that have a free seat, `empty` exactly the pending and ready ones in which nobody sits.
// Only a ready lobby is given clients. A closed one waits for its runtime to go; then its clients
// may sit elsewhere, and it goes with the last of them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "engine/base/describe.h"
#include "engine/domain/lobby/deployment_inputs.h"

namespace playback::lobby {

struct LobbyRow {
    LobbyStatus status = LobbyStatus::pending;
    Instant created;
    Instant ready_at;
    bool requested = false;  // by a developer: stays although it is empty
    bool gone = false;       // closed, and the runtime is no more
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "status", self.status);
        v(2, "created", self.created);
        v(3, "ready_at", self.ready_at);
        v(4, "requested", self.requested);
        v(5, "gone", self.gone);
    }
};

struct Lobby {
    LobbyRow row;
    std::set<ClientId> clients;
};

class Lobbies {
public:
    void set_capacity(std::uint32_t seats) { capacity_ = seats; }
    [[nodiscard]] std::uint32_t capacity() const { return capacity_; }

    void add(LobbyId id, LobbyRow row);
    void remove(LobbyId id);  // nobody sits there
    void set_ready(LobbyId id, Instant now);
    void set_closed(LobbyId id, bool gone);
    // Into any lobby, since rows are read back by it; whoever seats anew asks `choose`.
    void seat(LobbyId id, ClientId client);
    void unseat(LobbyId id, ClientId client);

    // The ready lobby with the fewest clients, the oldest of several; nothing if none has room.
    [[nodiscard]] std::optional<LobbyId> choose() const;

    [[nodiscard]] const Lobby* find(LobbyId id) const;
    [[nodiscard]] const std::map<LobbyId, Lobby>& all() const { return lobbies_; }
    [[nodiscard]] const std::set<LobbyId>& empty() const { return empty_; }
    [[nodiscard]] const std::set<LobbyId>& gone() const { return gone_; }
    [[nodiscard]] std::uint32_t pending() const { return pending_; }
    [[nodiscard]] std::uint32_t open() const { return pending_ + ready_; }

private:
    Lobby& must_find(LobbyId id);
    // Takes the lobby out of the indexes, and back in after a change.
    void forget(LobbyId id, const Lobby& lobby);
    void index(LobbyId id, const Lobby& lobby);

    std::map<LobbyId, Lobby> lobbies_;
    std::set<std::pair<std::size_t, LobbyId>> with_room_;
    std::set<LobbyId> empty_;
    std::set<LobbyId> gone_;
    std::uint32_t pending_ = 0;
    std::uint32_t ready_ = 0;
    std::uint32_t capacity_ = 1;
};

}  // namespace playback::lobby
