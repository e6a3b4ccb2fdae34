// The contract of io::Network, Stream and Listener, as checks that every implementation passes.
//
// A check is a coroutine that plays both sides on one node, over its loopback; it reports through
// GoogleTest. An arm (a real loop, a simulated node) runs each of them.
#pragma once

#include <span>
#include <string>

#include "engine/io/clock.h"
#include "engine/io/network.h"

namespace playback::contract {

struct NetworkWorld {
    io::Executor executor;
    io::Clock& clock;
    io::Network& network;
    std::string directory;  // for the files of unix sockets
    io::Endpoint silent;    // connects to it get no answer
    std::size_t flood = 0;  // more bytes than the buffers of a connection hold
};

struct NetworkCheck {
    const char* name;
    io::Task<void> (*run)(NetworkWorld& world);
};

// Names of GoogleTest's parameters ("half_close").
std::span<const NetworkCheck> network_checks();

}  // namespace playback::contract
