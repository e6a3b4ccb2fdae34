// What one process hands to the next when a node is restarted gracefully (decision 0009).
//
// Everything that a connection is, besides what is durable: the socket itself, bytes that were read
// and not consumed, bytes that were to be written, and a few words of whoever had upgraded it.
// Values and handles only; how they travel is the business of the program around the node.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/describe.h"
#include "engine/base/time.h"
#include "engine/io/network.h"

namespace playback::services {

// A connection. Without a handle it is nothing but words: something that waits for connections.
struct Parcel {
    std::unique_ptr<io::Handle> handle;
    std::string unsent;                // to be written before anything else
    std::string received;              // and not consumed
    std::string words;                 // of an upgrade, for HttpHandler::resume; empty: HTTP
    Instant request_deadline = never;  // of HTTP: when what has half arrived must be whole
};

struct ListenerParcel {
    std::unique_ptr<io::Handle> handle;
    io::Endpoint asked;  // as the configuration has it, with port 0
    io::Endpoint local;
};

struct Luggage {
    std::vector<ListenerParcel> listeners;
    std::vector<Parcel> parcels;
    std::size_t cut_off = 0;  // connections whose requests took too long to be answered
};

// What goes on with a WebSocket, besides its bytes.
struct SocketState {
    std::string fragments;  // of a message whose end has not come
    std::uint64_t fragment_count = 0;
    std::uint8_t opcode = 0;  // of that message
    std::string ping_payload;
    bool is_closing = false;  // our close is sent, or among the unsent bytes

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit(1, "fragments", self.fragments);
        visit(2, "fragment_count", self.fragment_count);
        visit(3, "opcode", self.opcode);
        visit(4, "ping_payload", self.ping_payload);
        visit(5, "is_closing", self.is_closing);
    }
};

}  // namespace playback::services
