// SocketOptions: what can be said about the sockets of a node.
#pragma once

#include "engine/base/time.h"

namespace playback::omgservers {

struct SocketOptions {
    Duration ping_interval = seconds(16);
    // A player's dispatcher socket without a message in either direction is closed; zero: never.
    Duration inactive = seconds(30);
    // How long the room of a runtime whose socket is lost waits for it; zero: not at all.
    Duration room_grace = seconds(5);
};

}  // namespace playback::omgservers
