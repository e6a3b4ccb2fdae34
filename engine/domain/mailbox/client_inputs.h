// What can be said to a client's mailbox, and what is in it (omgservers.md 4).
//
// The shell sends ClientInterchange; everything else comes from the client's deployment and from
// runtimes. Messages of a client that has ended or never was are consumed without effect.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/json_text.h"
#include "engine/domain/ids.h"
#include "engine/domain/lobby/messages.h"
#include "engine/kernel/message.h"

namespace playback::mailbox {

enum class ClientMailKind : std::uint8_t {
    greeted = 1,          // tenant, version, version_created
    runtime_assigned,     // runtime, place, json: the version's config, matchmaker_told
    message_produced,     // json: the message
    client_deleted,       // reason
    connection_upgraded,  // runtime: where its dispatcher socket belongs
};

enum class DeletionReason : std::uint8_t {
    none = 0,  // kicked from its lobby: the client is told nothing (omgservers.md 3.7)
    client_inactivity = 1,
    internal_failure = 2,  // its deployment was deleted
};

// One message to the client. Which fields count depends on `kind`.
struct ClientMail {
    MessageId id;
    ClientMailKind kind = ClientMailKind::message_produced;
    TenantId tenant;
    VersionId version;
    WallTime version_created;
    RuntimeId runtime;
    lobby::RuntimePlace place;
    JsonText json;
    DeletionReason reason = DeletionReason::none;
    MessageId
        matchmaker_told;  // P1: a second message, of the matchmaker; with the first assignment
    Unknown unknown;

    // What it takes in an answer besides `json`, at most about: ids, qualifier, names, a token.
    [[nodiscard]] std::size_t envelope_bytes() const {
        if (kind == ClientMailKind::connection_upgraded) return 1'320;
        return matchmaker_told ? 640 : 320;
    }

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "id", self.id);
        v(2, "kind", self.kind);
        v(3, "tenant", self.tenant);
        v(4, "version", self.version);
        v(5, "version_created", self.version_created);
        v(6, "runtime", self.runtime);
        v(7, "place", self.place);
        v(9, "json", self.json);
        v(10, "reason", self.reason);
        v(11, "matchmaker_told", self.matchmaker_told);
    }
    friend bool operator==(const ClientMail&, const ClientMail&) = default;
};

struct ClientExchanged {
    std::vector<ClientMail> incoming;  // not consumed, oldest first, as fits
    std::uint64_t dropped = 0;         // messages lost so far because this mailbox was full
    bool ended = false;                // nothing will come any more
};

// One interchange call, P1 or P2. In this order: ownership, activity, outgoing, consumed, incoming.
// Refused, with nothing done, with
//   not_found "client"            it never was, or was purged            -> 404 OBJECT_NOT_FOUND
//   denied "client"               `user` is not its owner                -> 403
//   UNAUTHORIZED_REQUEST conflict "RUNTIME_NOT_FOUND"  outgoing, and no runtime is assigned   ->
//   409 (P2) full "runtime mailbox"        outgoing, and the runtime cannot keep up; nothing was
//   taken
// While it is moved from one runtime to another, what it says is held for the next.
// A client that has ended: outgoing is ignored, the rest works (200) until it is purged.
// Unknown consumed ids are ignored. Empty `outgoing` and `consumed` make it a plain read.
// Watch address_of(client): it changes with each new message and when the client ends.
struct ClientInterchange {
    static constexpr kernel::MessageKind kind = 350;
    using Reply = ClientExchanged;

    UserId user;
    std::vector<JsonText> outgoing;
    std::vector<MessageId> consumed;
    bool drop_when_unassigned = false;  // P1: outgoing without a runtime is dropped silently
    bool touch = true;                  // counts as activity
    Duration hold;    // active for so much longer: the caller is about to wait (long poll, socket)
    MessageId after;  // incoming only behind this one: what a socket has sent is not read again
    bool any_owner = false;        // the caller was authenticated for this client, not for its user
    bool hold_unassigned = false;  // outgoing without a runtime is held for the first one
    bool let_go = false;           // it waits no more: what `hold` has promised is over

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "user", self.user);
        v(2, "outgoing", self.outgoing);
        v(3, "consumed", self.consumed);
        v(4, "drop_when_unassigned", self.drop_when_unassigned);
        v(5, "touch", self.touch);
        v(6, "hold", self.hold);
        v(7, "after", self.after);
        v(8, "any_owner", self.any_owner);
        v(9, "hold_unassigned", self.hold_unassigned);
        v(10, "let_go", self.let_go);
    }
};

// Deployment -> client: exist. It greets (CLIENT_GREETED first) and answers ClientOpened, so that
// no assignment can overtake this.
struct OpenClient {
    static constexpr kernel::MessageKind kind = 351;
    using Reply = void;

    UserId user;
    StageId stage;
    DeploymentId deployment;
    TenantId tenant;
    VersionId version;
    WallTime version_created;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "user", self.user);
        v(2, "stage", self.stage);
        v(3, "deployment", self.deployment);
        v(4, "tenant", self.tenant);
        v(5, "version", self.version);
        v(6, "version_created", self.version_created);
    }
};

// Deployment -> client: end, with this word or none. The mailbox stays readable for a while.
struct DeleteClient {
    static constexpr kernel::MessageKind kind = 352;
    using Reply = void;

    DeletionReason reason = DeletionReason::none;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "reason", self.reason);
    }
};

// Deployment -> client: you sit nowhere; what you were given up to this number is void. A runtime
// that lives hears of it from the client (RemoveClient), after all that the client has said.
struct RuntimeLost {
    static constexpr kernel::MessageKind kind = 353;
    using Reply = void;

    std::uint64_t assignment = 0;
    RuntimeId runtime;  // that lives; none: it is gone

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "assignment", self.assignment);
        v(2, "runtime", self.runtime);
    }
};

// Runtime -> client: you sit here now. Stale if a number as high was seen before.
struct RuntimeAssigned {
    static constexpr kernel::MessageKind kind = 354;
    using Reply = void;

    RuntimeId runtime;
    std::uint64_t assignment = 0;
    lobby::RuntimePlace place;
    JsonText version_config;
    bool full = false;  // as MailboxState

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "runtime", self.runtime);
        v(2, "assignment", self.assignment);
        v(3, "place", self.place);
        v(5, "version_config", self.version_config);
        v(6, "full", self.full);
    }
};

// Runtime -> client: its mailbox is full, or has room again.
struct MailboxState {
    static constexpr kernel::MessageKind kind = 355;
    using Reply = void;

    std::uint64_t assignment = 0;
    bool full = false;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "assignment", self.assignment);
        v(2, "full", self.full);
    }
};

// Runtime -> client: a message (RESPOND_CLIENT, MULTICAST_MESSAGE, BROADCAST_MESSAGE).
struct ProduceMessage {
    static constexpr kernel::MessageKind kind = 356;
    using Reply = void;

    JsonText message;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "message", self.message);
    }
};

// Runtime -> client: open a real-time socket (UPGRADE_CONNECTION). Stale if the seat is another by
// now.
struct UpgradeConnection {
    static constexpr kernel::MessageKind kind = 359;
    using Reply = void;

    std::uint64_t assignment = 0;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "assignment", self.assignment);
    }
};

// Timer: is the client still active?
struct CheckClient {
    static constexpr kernel::MessageKind kind = 357;
    using Reply = void;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

// Timer and continuation: erase what an ended client left, a bounded piece at a time.
struct PurgeClient {
    static constexpr kernel::MessageKind kind = 358;
    using Reply = void;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

}  // namespace playback::mailbox
