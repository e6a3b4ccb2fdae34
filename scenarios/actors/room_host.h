// RoomHost: the real-time socket of a game runtime: says back what it hears.
//
// To whoever said it, and each fifth time to everybody in the room. A lost socket is opened again,
// with the token that the runtime was given last; when that has grown old it asks for another.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/io/io.h"
#include "engine/io/wait.h"
#include "scenarios/actors/observer.h"
#include "scenarios/actors/room_frame.h"
#include "scenarios/actors/socket_client.h"

namespace playback::scenarios {

class RoomHost {
public:
    RoomHost(const io::Io& io, io::Endpoint target, std::uint64_t runtime, Observer& observer);

    // The runtime was let in, and told where.
    void let_in(SocketConfig where);
    // It has no use for the token that it was given.
    [[nodiscard]] bool wants_token() const { return wants_token_; }

    io::Task<void> run();
    void stop();

private:
    io::Task<void> serve();
    void hear(std::string_view relayed);

    io::Io io_;
    io::Endpoint target_;
    const std::uint64_t runtime_;
    Observer& observer_;
    services::SocketMetrics metrics_;
    io::Signal signal_;
    SocketConfig where_;
    std::shared_ptr<services::WebSocket> socket_;
    std::uint64_t life_ = 0;
    std::uint64_t heard_ = 0;
    bool wants_token_ = false;
    bool is_stopped_ = false;
};

}  // namespace playback::scenarios
