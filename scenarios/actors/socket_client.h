// How actors open a WebSocket: from where, with which token, and what came of it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/io/io.h"
#include "engine/io/network.h"
#include "engine/services/web_socket.h"

namespace playback::scenarios {

// Where a socket is, as answers and messages of a node say it. Empty: nothing was said.
struct SocketConfig {
    std::string path;      // with its query
    std::string protocol;  // Sec-WebSocket-Protocol

    [[nodiscard]] bool empty() const { return path.empty(); }
};

// Of {"connection_url": ..., "sec_web_socket_protocol": ...}.
SocketConfig parse_socket_config(std::string_view json);
// P1's client makes the URL itself.
SocketConfig socket_config_of_token(std::string_view token);

struct SocketOrder {
    io::Endpoint target;
    SocketConfig where;
    Duration ping_interval = seconds(3);
    Instant deadline;
};

// An open socket, whose writer runs; `io` and `metrics` outlive it. Fails with refused (the node
// said no; detail is the status), timed_out, or as the network does.
io::Task<Result<std::shared_ptr<services::WebSocket>>>
open_socket(io::Io& io, SocketOrder order, services::SocketMetrics* metrics);

}  // namespace playback::scenarios
