// Fuzz target: whatever bytes come and however they are split, each end of a WebSocket hears the
// same.
//
// The first byte of the input is the size of the pieces; the rest is what the peer sends.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/json_text.h"
#include "engine/wire/websocket.h"

namespace playback::wire {
namespace {

constexpr WebSocketLimits small{.message_bytes_max = 256, .fragments_max = 4};

void note(std::string& log, const WebSocketParser::Event& event) {
    log += std::to_string(static_cast<int>(event.opcode)) + ' ' + std::to_string(event.close_code);
    log.append(" ").append(event.payload).append("|");
}

void check_event(const WebSocketParser::Event& event) {
    CHECK(event.opcode != Opcode::continuation);
    const bool control = event.opcode >= Opcode::close;
    CHECK(event.payload.size() <= (control ? 125 : small.message_bytes_max));
    if (event.opcode == Opcode::text || event.opcode == Opcode::close)
        CHECK(is_utf8(event.payload));
    // Whoever gets a close may answer with it.
    if (event.opcode == Opcode::close) {
        std::string answer;
        append_frame(answer, Opcode::close, close_payload(event.close_code, event.payload));
        WebSocketParser parser(WebSocketEnd::client, small);
        CHECK(parser.parse(answer) == WebSocketParser::Status::ready);
        CHECK(parser.event().close_code == event.close_code);
        CHECK(event.close_code == close_code::none_received ||
              parser.event().payload == event.payload);
    }
}

// Reads events out of a buffer that moves with every piece; the log says what was heard.
std::string hear(WebSocketEnd end, std::string_view input, std::size_t piece) {
    std::string log;
    WebSocketParser parser(end, small);
    std::unique_ptr<std::string> unread = std::make_unique<std::string>();
    while (!input.empty()) {
        auto larger = std::make_unique<std::string>(*unread);
        larger->append(input.substr(0, piece));
        larger->shrink_to_fit();
        unread = std::move(larger);
        input.remove_prefix(std::min(piece, input.size()));
        for (;;) {
            const WebSocketParser::Status status = parser.parse(*unread);
            if (status == WebSocketParser::Status::failed)
                return log + std::to_string(parser.close_code()) + std::string(parser.error());
            if (status == WebSocketParser::Status::need_more) break;
            const WebSocketParser::Event& event = parser.event();
            CHECK(event.consumed > 0 && event.consumed <= unread->size());
            check_event(event);
            note(log, event);
            unread->erase(0, event.consumed);
        }
        CHECK(unread->size() < small.frame_bytes_max());
    }
    return log;
}

}  // namespace
}  // namespace playback::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using playback::wire::hear;
    using playback::wire::WebSocketEnd;
    if (size == 0) return 0;
    const std::size_t piece = data[0] % 64 + 1U;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    for (const WebSocketEnd end : {WebSocketEnd::server, WebSocketEnd::client})
        CHECK(hear(end, input, piece) == hear(end, input, input.size()));
    return 0;
}
