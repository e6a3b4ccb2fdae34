// Handshake: how a WebSocket of either service begins (RFC 6455 4.2, omgservers.md 7.4, 7.5, E5).
//
// The token comes as `?ws_token=` with sub-protocol "omgservers", or as the second item of
// Sec-WebSocket-Protocol behind "bearer-token-carrier"; either way works at both services, and so
// does an Authorization header for programs that can send one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/api/omgservers/call.h"
#include "engine/services/http_handler.h"
#include "engine/wire/http1.h"

namespace playback::omgservers {

struct Handshake {
    std::string token;
    std::string_view protocol;  // to confirm; empty: none was offered that we know
};

// Nothing: it is none, and the call was refused (400, 401, 426).
std::optional<Handshake> read_handshake(const Call& call);

// Answers 101 and passes the connection on to `upgrade`.
void accept_handshake(const Call& call,
                      std::string_view protocol,
                      std::unique_ptr<services::Upgrade> upgrade);

}  // namespace playback::omgservers
