// Where the rows of a deployment stand. Row types are stable numbers: never reuse one.
#pragma once

#include "engine/domain/ids.h"
#include "engine/kernel/rows.h"

namespace playback::lobby {

enum DeploymentRowType : kernel::RowType {
    spec_row = 1,
    director_row = 2,
    lobby_row = 3,
    client_row = 4,
    match_row = 5,
    ticket_row = 6,
    regions_row = 7,
};

inline kernel::RowKey lobby_key(LobbyId lobby) {
    return kernel::RowKey(lobby_row).add(lobby);
}
inline kernel::RowKey client_key(ClientId client) {
    return kernel::RowKey(client_row).add(client);
}

inline kernel::RowKey match_key(MatchId match) {
    return kernel::RowKey(match_row).add(match);
}
// A ticket has the number of the first client of its party.
inline kernel::RowKey ticket_key(ClientId first) {
    return kernel::RowKey(ticket_row).add(first);
}

// A lobby or match and its runtime have the same number, so that either finds the other.
constexpr RuntimeId runtime_of(LobbyId lobby) {
    return {lobby.value};
}
constexpr RuntimeId runtime_of(MatchId match) {
    return {match.value};
}
// Where a client sits: in a lobby, also on its way to a match, or in a match.
constexpr RuntimeId runtime_of(LobbyId lobby, MatchId match) {
    return lobby ? runtime_of(lobby) : runtime_of(match);
}
constexpr MatchId match_of(RuntimeId runtime) {
    return {runtime.value};
}
constexpr LobbyId lobby_of(RuntimeId runtime) {
    return {runtime.value};
}

}  // namespace playback::lobby
