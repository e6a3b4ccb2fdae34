// Where the sockets of a node are, and how a client is told to open one (omgservers.md 7.4, 7.5).
//
// The token travels in either of two ways, and answers carry both: as `?ws_token=` of the URL, and
// as the second item of Sec-WebSocket-Protocol ("bearer-token-carrier").
#pragma once

#include <string>
#include <string_view>

#include "engine/wire/json_writer.h"

namespace playback::omgservers {

inline constexpr std::string_view connector_path = "/connector/v1/entrypoint/websocket/endpoint";
inline constexpr std::string_view dispatcher_path = "/dispatcher/v1/entrypoint/websocket/endpoint";

// ws:// or wss:// after the http(s):// of `public_url`.
std::string connector_url(std::string_view public_url);
std::string dispatcher_url(std::string_view public_url);
std::string socket_url_with_token(std::string url, std::string_view token);

// "bearer-token-carrier,quarkus-http-upgrade%23Authorization%23Bearer+<token>"
std::string carrier_of(std::string_view token);

// "name": {"connection_url": ..., "sec_web_socket_protocol": ...}
void write_socket_config(wire::JsonWriter& out,
                         std::string_view name,
                         std::string_view url,
                         std::string_view token);

}  // namespace playback::omgservers
