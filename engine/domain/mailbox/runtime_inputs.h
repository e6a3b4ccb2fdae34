// What can be said to a runtime's mailbox, and what is in it (omgservers.md 5).
//
// The shell sends RuntimeInterchange, GetCredentials, MarkReady and GetRuntime; the supervisor
// SetCredentials; the deployment, players, clients and the pool the rest. lobby::AssignClient
// (lobby/messages.h) comes here as well. A runtime that is gone consumes messages without effect.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/json_text.h"
#include "engine/domain/ids.h"
#include "engine/domain/lobby/messages.h"
#include "engine/kernel/message.h"

namespace playback::mailbox {

enum class RuntimeMailKind : std::uint8_t {
    runtime_created = 1,  // place, json: the version's config
    client_assigned,      // user, client, json: the profile, group_name (empty: null)
    client_removed,       // client
    message_received,     // client, json: the message
    ticket_told,          // client, ticket: how it stands with its request for a match
};

// One message to the runtime. Which fields count depends on `kind`.
struct RuntimeMail {
    MessageId id;
    RuntimeMailKind kind = RuntimeMailKind::message_received;
    ClientId client;
    UserId user;
    lobby::RuntimePlace place;
    std::string group_name;
    JsonText json;
    lobby::TicketWord ticket;
    Unknown unknown;

    // What it takes in an answer besides `json`, at most about: ids, qualifier, names.
    [[nodiscard]] std::size_t envelope_bytes() const {
        return kind == RuntimeMailKind::ticket_told ? 480 + ticket.mode.size() : 320;
    }

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "id", self.id);
        v(2, "kind", self.kind);
        v(3, "client", self.client);
        v(4, "user", self.user);
        v(5, "place", self.place);
        v(7, "group_name", self.group_name);
        v(8, "json", self.json);
        v(9, "ticket", self.ticket);
    }
    friend bool operator==(const RuntimeMail&, const RuntimeMail&) = default;
};

enum class RuntimeSays : std::uint8_t {
    respond_client = 1,   // client, json: the message
    multicast_message,    // clients, json
    broadcast_message,    // json
    set_profile,          // client, json: the profile
    kick_client,          // client
    request_matchmaking,  // client and its party `clients`, mode, values, ticket, timeout_s;
                          // from a lobby only
    stop_matchmaking,     // from a match only
    upgrade_connection,   // client: it is told to open a real-time socket
    cancel_matchmaking,   // client, ticket; from a lobby only
    show_matchmaking,     // client; from a lobby only
};

// One outgoing item. Each that does not fit (client not assigned here) is ignored alone.
struct RuntimeOutgoing {
    RuntimeSays says = RuntimeSays::respond_client;
    ClientId client;
    std::vector<ClientId> clients;
    JsonText json;
    std::string mode;
    std::vector<lobby::MatchmakingValue> values;
    std::uint64_t ticket = 0;  // a number of the runtime's own, see runtime_tickets.cpp
    std::uint32_t timeout_s = 0;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "says", self.says);
        v(2, "client", self.client);
        v(3, "clients", self.clients);
        v(4, "json", self.json);
        v(5, "mode", self.mode);
        v(6, "values", self.values);
        v(7, "ticket", self.ticket);
        v(8, "timeout_s", self.timeout_s);
    }
    friend bool operator==(const RuntimeOutgoing&, const RuntimeOutgoing&) = default;
};

struct RuntimeExchanged {
    std::vector<RuntimeMail> incoming;  // not consumed, oldest first, as fits
    std::uint64_t ignored = 0;          // outgoing items of this call without effect
};

// One interchange call, P1 or P2. Outgoing, then consumed, then incoming.
// Refused, with nothing done, with
//   not_found "RUNTIME_NOT_FOUND"  it is gone                        -> 404 RUNTIME_NOT_FOUND
//   full "runtime outbox"          it broadcasts faster than that can be delivered
// Watch address_of(runtime): it changes with each new message and when the runtime is gone.
struct RuntimeInterchange {
    static constexpr kernel::MessageKind kind = 400;
    using Reply = RuntimeExchanged;

    std::vector<RuntimeOutgoing> outgoing;
    std::vector<MessageId> consumed;
    bool whole_multicasts = false;  // P1: one unassigned client voids the whole multicast
    bool touch = true;
    Duration hold;  // active for so much longer: the caller is about to wait (long poll)

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "outgoing", self.outgoing);
        v(2, "consumed", self.consumed);
        v(3, "whole_multicasts", self.whole_multicasts);
        v(4, "touch", self.touch);
        v(5, "hold", self.hold);
    }
};

struct Done {};

// The supervisor, before it starts the container: the hash of the password that it will have.
// Refused: not_found "RUNTIME_NOT_FOUND"; conflict "runtime was started before": a container of it
// has been at work already, so the runtime is lost with that one.
struct SetCredentials {
    static constexpr kernel::MessageKind kind = 401;
    using Reply = Done;

    std::string password_hash;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "password_hash", self.password_hash);
    }
};

struct RuntimeCredentials {
    std::string password_hash;  // empty: none set yet, nobody can log in
};

// For runtime create-token. Refused: not_found "RUNTIME_NOT_FOUND" (gone or never was).
struct GetCredentials {
    static constexpr kernel::MessageKind kind = 402;
    using Reply = RuntimeCredentials;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

// create-token succeeded: the runtime takes clients from now on. Safe to repeat; counts as
// activity. Refused: not_found "RUNTIME_NOT_FOUND"; conflict "credentials were replaced": while the
// password was checked, the supervisor began another start, which replaces the caller's container.
struct MarkReady {
    static constexpr kernel::MessageKind kind = 403;
    using Reply = Done;

    std::string password_hash;  // that the caller's password was checked against

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "password_hash", self.password_hash);
    }
};

struct RuntimeDetails {
    DeploymentId deployment;
    lobby::RuntimePlace place;
    bool ready = false;
    std::uint32_t clients = 0;
    std::uint64_t ignored = 0;  // outgoing items without effect, since loaded
};

// Which deployment does this runtime (or lobby, or match: they share the id) belong to?
// Refused: not_found "RUNTIME_NOT_FOUND".
struct GetRuntime {
    static constexpr kernel::MessageKind kind = 404;
    using Reply = RuntimeDetails;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

// Deployment -> runtime: exist; want a container.
struct OpenRuntime {
    static constexpr kernel::MessageKind kind = 410;
    using Reply = void;

    DeploymentId deployment;
    lobby::RuntimePlace place;
    VersionId version;
    JsonText version_config;
    std::string image;               // reference without the registry
    std::uint32_t cpu_limit = 0;     // zero: the default of the settings
    std::uint32_t memory_limit = 0;  // zero: the default of the settings
    std::string tenant_label;
    std::string project_label;
    std::string stage_label;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "deployment", self.deployment);
        v(2, "place", self.place);
        v(4, "version", self.version);
        v(5, "version_config", self.version_config);
        v(6, "image", self.image);
        v(7, "cpu_limit", self.cpu_limit);
        v(8, "memory_limit", self.memory_limit);
        v(9, "tenant_label", self.tenant_label);
        v(10, "project_label", self.project_label);
        v(11, "stage_label", self.stage_label);
    }
};

// Deployment -> runtime: end, and let the container go. Answered with RuntimeGone.
struct DeleteRuntime {
    static constexpr kernel::MessageKind kind = 411;
    using Reply = void;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

// Deployment -> runtime: the client left the seat of this number. Answered with ClientRemoved. It
// may overtake the AssignClient of the same number, which goes through the player: then that one
// is void.
struct RemoveClient {
    static constexpr kernel::MessageKind kind = 412;
    using Reply = void;

    ClientId client;
    std::uint64_t assignment = 0;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "client", self.client);
        v(2, "assignment", self.assignment);
    }
};

// Client -> runtime: messages of one interchange, in order. Void if the seat is another by now.
struct ClientMessages {
    static constexpr kernel::MessageKind kind = 413;
    using Reply = void;

    ClientId client;
    std::uint64_t assignment = 0;
    std::vector<JsonText> messages;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "client", self.client);
        v(2, "assignment", self.assignment);
        v(3, "messages", self.messages);
    }
};

// Pool -> runtime: the container runs; the boot deadline counts from here.
struct ContainerStarted {
    static constexpr kernel::MessageKind kind = 414;
    using Reply = void;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

// Pool -> runtime: the container is no more.
struct ContainerLost {
    static constexpr kernel::MessageKind kind = 415;
    using Reply = void;

    std::string reason;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "reason", self.reason);
    }
};

// Deployment -> runtime: how it stands with the request for a match of this client.
struct TellTicket {
    static constexpr kernel::MessageKind kind = 418;
    using Reply = void;

    ClientId client;
    lobby::TicketWord word;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "client", self.client);
        v(2, "word", self.word);
    }
};

// Pool -> runtime: no host has room for the container so far, or one has now.
struct ContainerWaits {
    static constexpr kernel::MessageKind kind = 419;
    using Reply = void;

    bool for_room = false;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "for_room", self.for_room);
    }
};

// Timer: is the runtime still active, or still allowed to boot?
struct CheckRuntime {
    static constexpr kernel::MessageKind kind = 416;
    using Reply = void;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

// The runtime to itself: more to send, or more to erase, than one step may do.
struct ContinueRuntime {
    static constexpr kernel::MessageKind kind = 417;
    using Reply = void;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

}  // namespace playback::mailbox
