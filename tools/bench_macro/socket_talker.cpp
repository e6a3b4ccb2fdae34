#include "tools/bench_macro/socket_talker.h"

#include <array>
#include <utility>

#include <sys/socket.h>

#include "engine/wire/http1.h"
#include "engine/wire/http1_client.h"

namespace playback::bench {
namespace {

using wire::Opcode;

// A client's own, for ever: nobody is to be convinced of anything.
constexpr std::string_view key = "cGxheWJhY2sgYmVuY2ggIQ==";

Error closed_by(std::string_view payload) {
    // A code in two bytes, and why.
    return {Errc::closed,
            "a socket was closed: " + std::string(payload.size() > 2 ? payload.substr(2) : "")};
}

// Gives each message to `take`; says how many bytes were whole.
template <class Take>
Result<std::size_t> take_frames(std::string_view bytes, std::string& out, Take&& take) {
    std::size_t used = 0;
    while (const std::optional<ServerFrame> frame = server_frame(bytes.substr(used))) {
        used += frame->bytes;
        if (frame->opcode == Opcode::close) return closed_by(frame->payload);
        if (frame->opcode == Opcode::ping)
            out += client_frame(Opcode::pong, frame->payload);
        else if (frame->opcode != Opcode::pong)
            take(frame->payload);
    }
    return used;
}

}  // namespace

Result<Line> open_socket(std::uint16_t port, const SocketAddress& address, std::size_t number) {
    std::string extra;
    wire::append_header(extra, "Connection", "Upgrade");
    wire::append_header(extra, "Upgrade", "websocket");
    wire::append_header(extra, "Sec-WebSocket-Version", "13");
    wire::append_header(extra, "Sec-WebSocket-Key", key);
    if (!address.protocol.empty())
        wire::append_header(extra, "Sec-WebSocket-Protocol", address.protocol);
    wire::ClientRequest request;
    request.target = address.target;
    request.host = "127.0.0.1";
    request.extra_headers = extra;
    std::string bytes;
    wire::append_request(bytes, request);
    TRY(socket, connect_to(port, number));
    if (::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0)
        return adapters::process::errno_error("a handshake did not leave");
    std::string head;
    std::size_t end = std::string::npos;
    while (end == std::string::npos) {
        std::array<char, 4096> buffer{};
        const ssize_t got = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
        if (got <= 0) return adapters::process::errno_error("no answer to a handshake");
        head.append(buffer.data(), static_cast<std::size_t>(got));
        end = head.find("\r\n\r\n");
    }
    if (!head.starts_with("HTTP/1.1 101 "))
        return Error{Errc::refused, "a handshake was answered " + head.substr(0, head.find('\r'))};
    Line line;
    line.socket = std::move(socket);
    line.unread = head.substr(end + 4);
    return line;
}

Result<Heard> SocketPlayer::hear(std::span<char> unread, std::string& out) {
    Heard heard;
    TRY(used, take_frames({unread.data(), unread.size()}, out, [&](std::string_view payload) {
            if (!counts_ || counts_(payload)) ++heard.answered;
        }));
    heard.used = used;
    return heard;
}

Result<Heard> SocketRuntime::hear(std::span<char> unread, std::string& out) {
    Heard heard;
    TRY(used, take_frames({unread.data(), unread.size()}, out, [&](std::string_view payload) {
            const std::string_view speaker = speaker_of_(payload);
            auto found = frames_.find(speaker);
            if (found == frames_.end())
                found = frames_.emplace(std::string(speaker), frame_for_(speaker)).first;
            out += found->second;
        }));
    heard.used = used;
    return heard;
}

}  // namespace playback::bench
