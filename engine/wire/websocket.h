// WebSocket (RFC 6455): bytes to messages, messages to bytes, for both ends of a connection.
//
//     WebSocketParser parser(WebSocketEnd::server, limits);   // one for each connection
//     switch (parser.parse(unread)) {             // everything received and not yet consumed
//         case Status::need_more: ...             // read more behind it, call again
//         case Status::ready: ...                 // parser.event(); drop its consumed bytes
//         case Status::failed: ...                // send close parser.close_code(), end
//     }
//
// `ready` is a whole message, put together from its fragments, or one control frame, which may come
// between fragments. Payloads are unmasked where they stand, so the buffer must be writable; an
// event's payload points into the buffer, or into the parser for a message of several fragments: it
// lives until the buffer changes or `parse` is called again. Every failure is final. Whatever the
// bytes and however they are split, the result is the same. No extensions: a frame with a reserved
// bit is refused, so nothing is ever inflated. What follows a close is parsed like all else:
// whoever got one should stop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace playback::wire {

// Which end we are: frames of a client are masked, those of a server are not.
enum class WebSocketEnd : std::uint8_t { server, client };

enum class Opcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10,
};

// Close codes (RFC 6455 7.4.1) that we send.
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t none_received = 1005;  // never on the wire: a close without a code
inline constexpr std::uint16_t invalid_payload = 1007;
inline constexpr std::uint16_t policy_violation = 1008;
inline constexpr std::uint16_t too_big = 1009;
inline constexpr std::uint16_t try_again_later = 1013;
}  // namespace close_code

struct WebSocketLimits {
    std::uint32_t message_bytes_max = 256U * 1024;  // of a message, all fragments together
    std::uint32_t fragments_max = 1024;             // of a message

    // What a buffer must be able to hold: `parse` never asks for more behind that many bytes. They
    // are a message with the heads of its fragments, and a control frame before its end.
    [[nodiscard]] constexpr std::size_t frame_bytes_max() const {
        constexpr std::size_t head_bytes_max = 14;
        constexpr std::size_t control_bytes_max = 131;
        return message_bytes_max + fragments_max * head_bytes_max + control_bytes_max;
    }
};

class WebSocketParser {
public:
    enum class Status : std::uint8_t { need_more, ready, failed };

    struct Event {
        std::string_view payload;  // of a close: the reason; of a text and a reason: valid UTF-8
        std::size_t consumed = 0;  // bytes of the buffer to drop
        Opcode opcode = Opcode::text;  // text or binary of a message; close, ping or pong
        std::uint16_t close_code = close_code::none_received;
    };

    explicit WebSocketParser(WebSocketEnd end, const WebSocketLimits& limits = {});

    // `buffer` starts with the first byte that no event has consumed. Between calls that return
    // need_more it may move in memory, but only grows.
    Status parse(std::span<char> buffer);

    [[nodiscard]] const Event& event() const { return event_; }
    // After `failed`: what to close with, and the words for people.
    [[nodiscard]] std::uint16_t close_code() const { return close_code_; }
    [[nodiscard]] std::string_view error() const { return error_; }

    // A message whose end has not come yet, for a parser elsewhere to go on with.
    struct Unfinished {
        Opcode opcode = Opcode::text;
        std::size_t fragments = 0;  // so far; 0: there is none
        std::string message;        // of those fragments
        std::size_t parsed = 0;     // bytes of the buffer that are in it: not to be parsed again
    };
    [[nodiscard]] Unfinished unfinished() const;
    // Before the first `parse`, whose buffer begins behind what the other had parsed.
    void go_on(Unfinished message);

private:
    struct Frame;

    Status fail(std::uint16_t code, std::string_view error);
    Status read_head(std::span<const char> bytes, Frame& frame);
    Status read_first_byte(std::uint8_t byte, Frame& frame);
    Status read_length(std::span<const char> bytes, Frame& frame);
    Status take_control(const Frame& frame, std::string_view payload);
    Status take_data(const Frame& frame, std::string_view payload);
    Status give(const Event& event);
    void forget_message();

    // In an order without gaps: there is one for each connected player.
    WebSocketLimits limits_;
    std::size_t at_ = 0;         // bytes of the buffer that were parsed: frames without an event
    std::string message_;        // of the fragments so far
    std::size_t fragments_ = 0;  // of the message under way; 0: none is
    Event event_;
    std::string_view error_;
    std::uint16_t close_code_ = close_code::normal;
    WebSocketEnd end_;
    Opcode opcode_ = Opcode::text;  // of the message under way
    bool message_taken_ = false;    // the event is `message_`
    bool failed_ = false;
};

// --- sending: one frame behind whatever `out` holds already ---

// Of a server. `opcode` is not continuation: messages are sent in one frame. A control frame's
// payload has at most 125 bytes.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);
// Of a client. `mask` should not be foreseeable.
void append_masked_frame(std::string& out,
                         Opcode opcode,
                         std::string_view payload,
                         std::uint32_t mask);
// The payload of a close frame: code and reason (cut to what fits, at a whole character). Nothing
// for none_received, so that a close can be answered by its own code. CHECKs that others may be
// sent.
std::string close_payload(std::uint16_t code, std::string_view reason);

// --- handshake ---

// Is this a Sec-WebSocket-Key: 16 bytes in base64?
bool is_websocket_key(std::string_view key);
// The Sec-WebSocket-Accept that belongs to it.
std::string websocket_accept(std::string_view key);

}  // namespace playback::wire
