// Frames of the dispatcher as JSON (omgservers.md 7.5): text as it is ("TXT"), bytes in base64
// ("B64").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/domain/ids.h"

namespace playback::omgservers {

// What a runtime sends: {"encoding": "TXT" | "B64", "message": "...", "clients": [ids] | absent}.
struct RelayFrame {
    bool is_binary = false;
    std::string payload;                           // decoded
    std::optional<std::vector<ClientId>> clients;  // nothing: everybody in the room
};

// Fails with invalid_argument: not such an object, a blank message, too many clients.
Result<RelayFrame> read_relay_frame(std::string_view text);

// What a runtime gets: {"client_id": "...", "encoding": ..., "message": ...}.
std::string relay_frame_of(ClientId sender, bool is_binary, std::string_view payload);

}  // namespace playback::omgservers
