// PlayerRoom: the real-time socket of a player, from an invitation until it is lost.
//
// What is lost stays lost until the player is invited again: existing clients do not come back.
#pragma once

#include <cstdint>
#include <memory>

#include "engine/io/io.h"
#include "scenarios/actors/observer.h"
#include "scenarios/actors/socket_client.h"

namespace playback::scenarios {

class PlayerRoom {
public:
    PlayerRoom(const io::Io& io, io::Endpoint target, Observer& observer);

    // Leaves where it is and goes there.
    void enter(std::uint64_t client, std::uint64_t runtime, SocketConfig where);
    void leave();
    // Says something, if it is in a room. False: it is not.
    bool shout();

private:
    struct Visit {
        std::uint64_t client = 0;
        std::uint64_t runtime = 0;
        std::uint64_t session = 0;
    };
    io::Task<void> visit(Visit visit, SocketConfig where);
    void hear(const Visit& visit, std::string_view said);

    io::Io io_;
    io::Endpoint target_;
    Observer& observer_;
    services::SocketMetrics metrics_;
    std::shared_ptr<services::WebSocket> socket_;
    std::uint64_t client_ = 0;   // of the socket
    std::uint64_t session_ = 0;  // counts invitations that were followed
    std::uint64_t number_ = 0;   // of what was said on the socket
    io::TaskGroup tasks_;
};

}  // namespace playback::scenarios
