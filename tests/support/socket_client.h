// SocketClient: the client's end of a WebSocket for tests, over bytes that the test moves.
//
// `handshake` makes the request; `feed` takes what the server sent (its answer's head first);
// everything whole becomes a line: "text:...", "binary:...", "ping:...", "pong:...", "close:1000
// why".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/wire/websocket.h"

namespace playback::tests {

class SocketClient {
public:
    static std::string handshake(std::string_view target, std::string_view protocol);

    // All lines so far, those of `bytes` included. Pings are answered if `answers_pings`.
    void feed(std::string_view bytes);

    // Frames to send; taken with take_output.
    void text(std::string_view message) { append(wire::Opcode::text, message); }
    void binary(std::string_view message) { append(wire::Opcode::binary, message); }
    void ping(std::string_view payload) { append(wire::Opcode::ping, payload); }
    void close(std::uint16_t code, std::string_view reason);
    std::string take_output();

    std::string head;  // of the server's answer
    std::vector<std::string> lines;
    bool answers_pings = true;

    [[nodiscard]] bool opened() const { return head.starts_with("HTTP/1.1 101 "); }
    // The lines that are messages, without "text:".
    [[nodiscard]] std::vector<std::string> texts() const;
    // The line that says how the server closed, or empty.
    [[nodiscard]] std::string closed() const;

private:
    void append(wire::Opcode opcode, std::string_view payload);

    wire::WebSocketParser parser_{wire::WebSocketEnd::client};
    std::string unread_;
    std::string output_;
};

}  // namespace playback::tests
