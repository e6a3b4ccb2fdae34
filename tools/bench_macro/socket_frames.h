// SocketFrames: WebSocket frames as a load needs them: whole frames of a server, without a mask,
// and frames of a client under one mask for ever (the server cannot tell).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/wire/websocket.h"

namespace playback::bench {

struct ServerFrame {
    wire::Opcode opcode = wire::Opcode::text;
    std::string_view payload;
    std::size_t bytes = 0;  // head and payload
};

// The frame at the front of `bytes`; nothing while it is not whole.
std::optional<ServerFrame> server_frame(std::string_view bytes);

// A frame of ours, ready to be sent as often as wanted.
std::string client_frame(wire::Opcode opcode, std::string_view payload);

}  // namespace playback::bench
