// A WebSocket relay: what a player says goes to the runtime of its room with the player's number in
// front (four bytes), what the runtime says with a number in front goes to that player.
//
// GET /runtime?ROOM opens a room, GET /player?ROOM joins it. Frames are short, whole and binary;
// what is unmasked stands where it came.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <map>
#include <string>

#include "bench/control/controls.h"
#include "bench/control/event_loop.h"
#include "engine/wire/websocket.h"

namespace playback::control {
namespace {

constexpr std::size_t short_payload_max = 125;
constexpr std::size_t number_bytes = 4;

struct Room {
    Connection* runtime = nullptr;
    std::vector<Connection*> players;
};

std::string_view between(std::string_view text, std::string_view before, char after) {
    const std::size_t at = text.find(before);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = text.substr(at + before.size());
    return rest.substr(0, rest.find(after));
}

// A server's frame; up to 64 KiB.
void append_head(std::string& out, std::size_t size) {
    out += '\x82';
    if (size <= short_payload_max) {
        out += static_cast<char>(size);
    } else {
        out += '\x7e';
        out += static_cast<char>(size >> 8);
        out += static_cast<char>(size & 0xff);
    }
}

struct Frame {
    std::size_t bytes = 0;  // 0: not whole
    std::size_t payload_at = 0;
    std::size_t size = 0;
};

Frame frame_at(std::string_view bytes) {
    constexpr std::size_t mask_bytes = 4;
    if (bytes.size() < 2) return {};
    Frame frame;
    frame.size = static_cast<unsigned char>(bytes[1]) & 0x7f;
    frame.payload_at = 2 + mask_bytes;
    if (frame.size > short_payload_max) {
        if (bytes.size() < 4) return {};
        frame.size = static_cast<std::size_t>(static_cast<unsigned char>(bytes[2])) << 8 |
                     static_cast<unsigned char>(bytes[3]);
        frame.payload_at += 2;
    }
    if (bytes.size() >= frame.payload_at + frame.size) frame.bytes = frame.payload_at + frame.size;
    return frame;
}

void append_unmasked(std::string& out, std::string_view frame, const Frame& shape) {
    const char* const mask = frame.data() + shape.payload_at - 4;
    const char* const payload = frame.data() + shape.payload_at;
    const std::size_t at = out.size();
    out.resize(at + shape.size);
    for (std::size_t i = 0; i < shape.size; ++i)
        out[at + i] = static_cast<char>(payload[i] ^ mask[i % 4]);
}

class Relay final : public Protocol {
public:
    explicit Relay(EventLoop& loop) : loop_(loop) {}

    std::size_t take(Connection& connection, std::string_view bytes) override {
        if (!connection.is_open) return shake_hands(connection, bytes);
        std::size_t used = 0;
        for (;;) {
            const std::string_view rest = bytes.substr(used);
            const Frame frame = frame_at(rest);
            if (frame.bytes == 0) return used;
            pass_on(connection, rest, frame);
            used += frame.bytes;
        }
    }

    void closed(Connection& connection) override {
        Room& room = rooms_[connection.room];
        if (room.runtime == &connection) room.runtime = nullptr;
        std::replace(room.players.begin(),
                     room.players.end(),
                     &connection,
                     static_cast<Connection*>(nullptr));
    }

private:
    std::size_t shake_hands(Connection& connection, std::string_view bytes) {
        const std::size_t end = bytes.find("\r\n\r\n");
        if (end == std::string_view::npos) return 0;
        connection.out =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
            wire::websocket_accept(between(bytes, "Sec-WebSocket-Key: ", '\r')) + "\r\n\r\n";
        const std::string_view room = between(bytes, "?", ' ');
        std::from_chars(room.data(), room.data() + room.size(), connection.room);
        connection.is_runtime = bytes.starts_with("GET /runtime");
        connection.is_open = true;
        Room& joined = rooms_[connection.room];
        if (connection.is_runtime) {
            joined.runtime = &connection;
        } else {
            connection.number = static_cast<std::uint32_t>(joined.players.size());
            joined.players.push_back(&connection);
        }
        return end + 4;
    }

    void pass_on(Connection& from, std::string_view bytes, const Frame& frame) {
        const Room& room = rooms_[from.room];
        if (!from.is_runtime) {
            if (room.runtime == nullptr) return;
            std::array<char, number_bytes> number{};
            std::memcpy(number.data(), &from.number, number_bytes);
            say(*room.runtime, frame.size + number_bytes);
            room.runtime->out.append(number.data(), number_bytes);
            append_unmasked(room.runtime->out, bytes, frame);
            return;
        }
        unmasked_.clear();
        append_unmasked(unmasked_, bytes, frame);
        std::uint32_t number = 0;
        if (unmasked_.size() < number_bytes) return;
        std::memcpy(&number, unmasked_.data(), number_bytes);
        if (number >= room.players.size() || room.players[number] == nullptr) return;
        say(*room.players[number], unmasked_.size() - number_bytes);
        room.players[number]->out.append(unmasked_, number_bytes);
    }

    void say(Connection& to, std::size_t size) {
        if (to.out.empty()) loop_.wake(to);
        append_head(to.out, size);
    }

    EventLoop& loop_;
    std::map<std::uint32_t, Room> rooms_;
    std::string unmasked_;
};

}  // namespace

void serve_relay() {
    EventLoop loop;
    Relay relay(loop);
    loop.run(relay);
}

}  // namespace playback::control
