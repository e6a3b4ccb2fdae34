// Connector: players' sockets for ordinary messages (omgservers.md 7.4).
//
// A message to the client leaves the moment it exists, and is consumed when the client's end has
// answered the ping that followed it: what was lost on the way comes again, under its id, over the
// next socket or by polling. What the client sends is acknowledged the other way round: the pong to
// its own ping says that everything before it is durable. Without a runtime yet, it is held for the
// first one. A newer socket of a client replaces the older at once (the reference closes both). A
// client counts as active while its socket lives. One core; the Api outlives it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/api/omgservers/call.h"
#include "engine/api/omgservers/socket_options.h"
#include "engine/services/web_socket.h"

namespace playback::omgservers {

class Api;

class Connector {
public:
    Connector(Api& api, const SocketOptions& options);
    Connector(const Connector&) = delete;
    Connector& operator=(const Connector&) = delete;
    ~Connector();

    // A request with an upgrade.
    io::Task<void> open(Call call);
    // Goes on with a socket of the process before. Null: these are no words of ours.
    std::unique_ptr<services::Upgrade> resume(std::string_view words, std::string unsent);
    // Says goodbye to everybody (1001), and to who comes from now on.
    void stop();

private:
    class Session;

    Api& api_;
    SocketOptions options_;
    std::shared_ptr<const services::WebSocketOptions> socket_options_;
    services::SocketMetrics metrics_;
    std::map<ClientId, Session*> sessions_;
};

}  // namespace playback::omgservers
