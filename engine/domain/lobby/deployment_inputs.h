// What can be said to a deployment, the director of its lobbies, beside lobby/messages.h.
//
// The shell sends CreateClient, GetDeployment, RequestLobby and DeleteLobby. A message about a
// lobby or client that is no more, or of a stale assignment, is consumed without effect.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/domain/ids.h"
#include "engine/domain/lobby/messages.h"
#include "engine/kernel/message.h"

namespace playback::lobby {

enum class LobbyStatus : std::uint8_t { pending = 1, ready = 2, closed = 3 };
enum class MatchStatus : std::uint8_t {
    pending = 1,  // its runtime boots
    ready = 2,
    stopped = 3,  // takes nobody any more (STOP_MATCHMAKING)
    closed = 4,   // its runtime ends or has ended
};
enum class DeploymentStatus : std::uint8_t { open = 1, closed = 2, deleting = 3 };

struct ClientCreated {
    ClientId client;
};

// A new client of this user. When the reply comes its mailbox exists (greeting inside), and unless
// no lobby has room it already has a seat on the way.
// Refused with
//   conflict "DEPLOYMENT_NOT_FOUND"  not open, or of another stage   -> 409 DEPLOYMENT_NOT_FOUND
//   full "deployment clients"        clients_max of this deployment
struct CreateClient {
    static constexpr kernel::MessageKind kind = 310;
    using Reply = ClientCreated;

    UserId user;
    StageId stage;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "user", self.user);
        v(2, "stage", self.stage);
    }
};

struct LobbyDetails {
    LobbyId lobby;  // same number as `runtime`
    RuntimeId runtime;
    LobbyStatus status = LobbyStatus::pending;
    WallTime created;
    std::uint32_t clients = 0;  // that sit there, or are on the way in or out
};

struct MatchDetails {
    MatchId match;  // same number as its runtime
    std::string mode;
    MatchStatus status = MatchStatus::pending;
    WallTime created;
    std::uint32_t clients = 0;  // that play there, or are on the way in or out
};

struct DeploymentDetails {
    DeploymentId deployment;
    TenantId tenant;
    ProjectId project;
    StageId stage;
    VersionId version;
    DeploymentStatus status = DeploymentStatus::open;
    WallTime created;
    JsonText config;                    // as given at create-deployment; empty: none
    std::vector<LobbyDetails> lobbies;  // in id order
    std::uint32_t clients = 0;          // living, seated or not
    std::uint32_t waiting = 0;          // of these, without a seat
    std::string last_failure;           // why the last lobby died; empty: none did
    std::vector<MatchDetails> matches;  // in id order
    std::uint32_t matchmaking = 0;      // clients that look for a match
    std::string last_match_failure;     // why the last match died; empty: none did
};

// Refused: not_found "deployment" (never was, or ended).
struct GetDeployment {
    static constexpr kernel::MessageKind kind = 311;
    using Reply = DeploymentDetails;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

struct LobbyRequested {
    LobbyId lobby;
};

// P1 create-lobby-request: one more lobby, which stays although it is empty.
// Refused: not_found "deployment", conflict "deployment" (closed), full "deployment lobbies".
struct RequestLobby {
    static constexpr kernel::MessageKind kind = 312;
    using Reply = LobbyRequested;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

struct LobbyDeleted {
    bool deleted = false;  // false: there is no such lobby here (any more)
};

// P1 delete-lobby: its clients are seated elsewhere. Refused: not_found "deployment".
struct DeleteLobby {
    static constexpr kernel::MessageKind kind = 313;
    using Reply = LobbyDeleted;

    LobbyId lobby;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "lobby", self.lobby);
    }
};

// Client -> deployment: the mailbox exists; seat me.
struct ClientOpened {
    static constexpr kernel::MessageKind kind = 320;
    using Reply = void;

    ClientId client;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "client", self.client);
    }
};

// Client -> deployment: ended by inactivity.
struct ClientGone {
    static constexpr kernel::MessageKind kind = 321;
    using Reply = void;

    ClientId client;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "client", self.client);
    }
};

// Runtime -> deployment: takes clients.
struct RuntimeReady {
    static constexpr kernel::MessageKind kind = 322;
    using Reply = void;

    RuntimeId runtime;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "runtime", self.runtime);
    }
};

// Runtime -> deployment: is no more, of itself or by DeleteRuntime. Only now its clients may be
// seated elsewhere, so that no client ever sits in two.
struct RuntimeGone {
    static constexpr kernel::MessageKind kind = 323;
    using Reply = void;

    RuntimeId runtime;
    std::string reason;  // for people

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "runtime", self.runtime);
        v(2, "reason", self.reason);
    }
};

// Runtime -> deployment: KICK_CLIENT. From a lobby this ends the client, from a match it comes back
// to a lobby.
struct KickClient {
    static constexpr kernel::MessageKind kind = 324;
    using Reply = void;

    RuntimeId runtime;
    ClientId client;
    std::uint64_t assignment = 0;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "runtime", self.runtime);
        v(2, "client", self.client);
        v(3, "assignment", self.assignment);
    }
};

struct SeatedClient {
    ClientId client;
    std::uint64_t assignment = 0;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "client", self.client);
        v(2, "assignment", self.assignment);
    }
};

// Lobby runtime -> deployment: REQUEST_MATCHMAKING for these clients, who stay together. Void if
// one of them does not sit there any more. Who looks for a match already goes on if it is for the
// same mode and party, else only the new request counts; if no match of the mode could ever take
// them, they look for none. With a ticket number the runtime is told at once how it stands, and
// later how it ends (mailbox::TellTicket), each number once; without one it is told nothing.
struct RequestMatchmaking {
    static constexpr kernel::MessageKind kind = 326;
    using Reply = void;

    RuntimeId runtime;
    std::vector<SeatedClient> clients;  // at least one
    std::string mode;
    std::vector<MatchmakingValue> values;
    std::uint64_t ticket = 0;     // what the runtime calls it; zero: nothing
    std::uint32_t timeout_s = 0;  // how long to look at most; zero: as the mode says

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "runtime", self.runtime);
        v(2, "clients", self.clients);
        v(3, "mode", self.mode);
        v(4, "values", self.values);
        v(5, "ticket", self.ticket);
        v(6, "timeout_s", self.timeout_s);
    }
};

// Lobby runtime -> deployment: CANCEL_MATCHMAKING, the client's request, with its whole party.
// Answered with mailbox::TellTicket. Once that says `cancelled`, nobody is placed by it any more.
struct CancelMatchmaking {
    static constexpr kernel::MessageKind kind = 328;
    using Reply = void;

    RuntimeId runtime;
    SeatedClient client;
    std::uint64_t ticket = 0;  // only if it is this one; zero: whichever it is

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "runtime", self.runtime);
        v(2, "client", self.client);
        v(3, "ticket", self.ticket);
    }
};

// Lobby runtime -> deployment: SHOW_MATCHMAKING, how does it stand with the client's request?
// Answered with mailbox::TellTicket. From now on the runtime is also told how that request ends,
// whoever asked for it.
struct ShowMatchmaking {
    static constexpr kernel::MessageKind kind = 329;
    using Reply = void;

    RuntimeId runtime;
    SeatedClient client;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "runtime", self.runtime);
        v(2, "client", self.client);
    }
};

// Runtime -> deployment: its container waits for a host with room, or not any more.
struct RuntimeWaits {
    static constexpr kernel::MessageKind kind = 332;
    using Reply = void;

    RuntimeId runtime;
    bool for_room = false;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "runtime", self.runtime);
        v(2, "for_room", self.for_room);
    }
};

// Match runtime -> deployment: STOP_MATCHMAKING. The match takes nobody any more and ends when the
// last has left.
struct StopMatchmaking {
    static constexpr kernel::MessageKind kind = 327;
    using Reply = void;

    RuntimeId runtime;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "runtime", self.runtime);
    }
};

// Runtime -> deployment: the client is out (RemoveClient). Only now its seat is free, so a runtime
// never sees more clients than seats.
struct ClientRemoved {
    static constexpr kernel::MessageKind kind = 325;
    using Reply = void;

    ClientId client;
    std::uint64_t assignment = 0;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "client", self.client);
        v(2, "assignment", self.assignment);
    }
};

// The deployment to itself: more to do than one step may.
struct ContinueDeployment {
    static constexpr kernel::MessageKind kind = 330;
    using Reply = void;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

// Timer: a lobby has lived its minimum, or may be opened again after failures.
struct CheckLobbies {
    static constexpr kernel::MessageKind kind = 331;
    using Reply = void;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

}  // namespace playback::lobby
