// The rows of a runtime: what it is, how it stands, who sits in it, what it still has to send.
#pragma once

#include <cstdint>
#include <string>

#include "engine/domain/ids.h"
#include "engine/domain/mailbox/runtime_inputs.h"

namespace playback::mailbox {

// Written once.
struct RuntimeSpecRow {
    DeploymentId deployment;
    lobby::RuntimePlace place;
    JsonText version_config;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "deployment", self.deployment);
        v(2, "place", self.place);
        v(4, "version_config", self.version_config);
    }
};

enum class RuntimeStatus : std::uint8_t { none = 0, open = 1, gone = 2 };

struct RuntimeStateRow {
    RuntimeStatus status = RuntimeStatus::none;
    bool started = false;           // its container was seen running
    bool ready = false;             // it has asked for its token
    bool full = false;              // its clients were told not to send
    std::uint64_t last_ticket = 0;  // of its requests for matches
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "status", self.status);
        v(2, "started", self.started);
        v(3, "ready", self.ready);
        v(4, "full", self.full);
        v(5, "last_ticket", self.last_ticket);
    }
};

struct CredentialsRow {
    std::string password_hash;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "password_hash", self.password_hash);
    }
};

struct SeatRow {
    UserId user;
    StageId stage;
    std::uint64_t assignment = 0;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "user", self.user);
        v(2, "stage", self.stage);
        v(3, "assignment", self.assignment);
    }
};

// The client was removed before it was assigned: assignments up to this number are void.
struct VoidRow {
    std::uint64_t assignment = 0;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "assignment", self.assignment);
    }
};

// Something to many clients that did not fit into one step.
struct OutboxRow {
    bool is_notice = false;  // MailboxState{full} to all, instead of `item`
    bool full = false;
    RuntimeOutgoing item;
    std::uint64_t position = 0;  // broadcast: the last client served; multicast: how many were
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "is_notice", self.is_notice);
        v(2, "full", self.full);
        v(3, "item", self.item);
        v(4, "position", self.position);
    }
};

}  // namespace playback::mailbox
