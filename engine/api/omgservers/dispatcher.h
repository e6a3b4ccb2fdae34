// Dispatcher: the real-time relay between a runtime and its players (omgservers.md 7.5).
//
// A room for each runtime whose socket is open. Nothing here is stored: a frame is delivered at
// most once, in the order in which its sender sent it, or its receiver's socket closes. A player
// that does not take what is sent to it is closed (1008) and delays nobody; players that send
// faster than their runtime reads are read more slowly. When the runtime's socket is lost its room
// waits for room_grace, then its players are closed (1001). A second socket of the same member is
// closed (1002) if the first still answers, and replaces it if not. One core; the Api outlives it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/api/omgservers/call.h"
#include "engine/api/omgservers/socket_options.h"
#include "engine/io/wait.h"
#include "engine/services/tokens.h"
#include "engine/services/web_socket.h"

namespace playback::omgservers {

class Api;

class Dispatcher {
public:
    Dispatcher(Api& api, const SocketOptions& options);
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;
    ~Dispatcher();

    // A request with an upgrade.
    io::Task<void> open(Call call);
    // Goes on with a socket, or a waiting room, of the process before. Null: these are no words of
    // ours.
    std::unique_ptr<services::Upgrade> resume(std::string_view words, std::string unsent);
    // Says goodbye to everybody (1001), and to who comes from now on.
    void stop();

private:
    using Socket = std::shared_ptr<services::WebSocket>;
    struct Room;
    class Session;

    Api& api_;
    SocketOptions options_;
    std::shared_ptr<const services::WebSocketOptions> runtime_options_;
    std::shared_ptr<const services::WebSocketOptions> player_options_;
    services::SocketMetrics metrics_;
    std::map<RuntimeId, std::shared_ptr<Room>> rooms_;
    // Players of the process before that are not in their rooms yet: runtimes wait for them.
    std::size_t arriving_ = 0;
    io::Signal arrived_;
};

}  // namespace playback::omgservers
