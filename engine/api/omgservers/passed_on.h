// What sockets of the two services leave behind for the next process of a graceful restart.
//
// These are the words of a services::Parcel: one letter that says whose they are, then the binary
// form. They are read by the same version of the program only (decision 0009), but described like
// all that travels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/describe.h"
#include "engine/base/json_text.h"
#include "engine/base/time.h"
#include "engine/domain/ids.h"
#include "engine/services/handover.h"

namespace playback::omgservers {

inline constexpr char connector_letter = 'c';
inline constexpr char dispatcher_letter = 'd';

struct PassedConnector {
    services::SocketState socket;
    ClientId client;
    MessageId sent;                         // the newest message that was sent
    std::vector<MessageId> unacknowledged;  // sent and not consumed, oldest first
    // Read and not submitted yet.
    std::vector<JsonText> outgoing;
    std::vector<MessageId> consumed;
    std::vector<std::string> pings;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit(1, "socket", self.socket);
        visit(2, "client", self.client);
        visit(3, "sent", self.sent);
        visit(4, "unacknowledged", self.unacknowledged);
        visit(5, "outgoing", self.outgoing);
        visit(6, "consumed", self.consumed);
        visit(7, "pings", self.pings);
    }
};

struct PassedDispatcher {
    services::SocketState socket;
    bool is_runtime = false;
    RuntimeId runtime;
    ClientId client;
    bool has_entered = false;  // its room
    // No socket: a room that waits for its runtime, for so long yet.
    bool is_waiting = false;
    Duration patience;
    std::string frame;  // of a player, for its runtime, that was read and not passed on

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit(1, "socket", self.socket);
        visit(2, "is_runtime", self.is_runtime);
        visit(3, "runtime", self.runtime);
        visit(4, "client", self.client);
        visit(5, "has_entered", self.has_entered);
        visit(6, "is_waiting", self.is_waiting);
        visit(7, "patience", self.patience);
        visit(8, "frame", self.frame);
    }
};

}  // namespace playback::omgservers
