#include "tests/support/socket_client.h"

namespace playback::tests {

std::string SocketClient::handshake(std::string_view target, std::string_view protocol) {
    std::string request = "GET ";
    request.append(target).append(" HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n");
    request += "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
    request += "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    if (!protocol.empty())
        request.append("Sec-WebSocket-Protocol: ").append(protocol).append("\r\n");
    return request + "\r\n";
}

void SocketClient::append(wire::Opcode opcode, std::string_view payload) {
    constexpr std::uint32_t mask = 0x12345678;
    wire::append_masked_frame(output_, opcode, payload, mask);
}

void SocketClient::close(std::uint16_t code, std::string_view reason) {
    append(wire::Opcode::close, wire::close_payload(code, reason));
}

std::string SocketClient::take_output() {
    std::string result;
    result.swap(output_);
    return result;
}

void SocketClient::feed(std::string_view bytes) {
    unread_ += bytes;
    if (head.empty()) {
        const std::size_t end = unread_.find("\r\n\r\n");
        if (end == std::string::npos) return;
        head = unread_.substr(0, end + 4);
        unread_.erase(0, end + 4);
    }
    if (!opened()) return;
    while (parser_.parse(unread_) == wire::WebSocketParser::Status::ready) {
        const wire::WebSocketParser::Event& event = parser_.event();
        const std::string payload(event.payload);
        switch (event.opcode) {
            case wire::Opcode::text:
                lines.push_back("text:" + payload);
                break;
            case wire::Opcode::binary:
                lines.push_back("binary:" + payload);
                break;
            case wire::Opcode::pong:
                lines.push_back("pong:" + payload);
                break;
            case wire::Opcode::close:
                lines.push_back("close:" + std::to_string(event.close_code) + " " + payload);
                break;
            default:
                lines.push_back("ping:" + payload);
                if (answers_pings) append(wire::Opcode::pong, payload);
        }
        unread_.erase(0, event.consumed);
    }
}

std::vector<std::string> SocketClient::texts() const {
    std::vector<std::string> result;
    for (const std::string& line : lines)
        if (line.starts_with("text:")) result.push_back(line.substr(5));
    return result;
}

std::string SocketClient::closed() const {
    for (const std::string& line : lines)
        if (line.starts_with("close:")) return line.substr(6);
    return "";
}

}  // namespace playback::tests
