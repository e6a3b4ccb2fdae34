// AsioNetwork: io::Network over TCP (IPv4 and IPv6) and unix sockets.
//
// Names other than "localhost" are asked of the system's resolver, on Asio's own thread; every
// address that it gives is tried in order within the one deadline. Connections are close-on-exec,
// and TCP ones do not delay small writes. Must outlive its streams' operations, not the streams.
#pragma once

#include <memory>
#include <vector>

#include "adapters/asio/address.h"
#include "adapters/asio/loop.h"
#include "engine/io/clock.h"
#include "engine/io/network.h"

namespace playback::adapters {

class AsioNetwork final : public io::Network {
public:
    AsioNetwork(Loop& loop, io::Clock& clock) : loop_(loop), clock_(clock) {}

    Result<std::unique_ptr<io::Listener>> listen(const io::Endpoint& at) override;
    io::Task<Result<std::unique_ptr<io::Stream>>> connect(io::Endpoint to,
                                                          Instant deadline) override;

    // Of handles that are SocketHandles.
    Result<std::unique_ptr<io::Stream>> adopt(std::unique_ptr<io::Handle> connection) override;
    Result<std::unique_ptr<io::Listener>> adopt_listener(std::unique_ptr<io::Handle> listening,
                                                         const io::Endpoint& local) override;

private:
    io::Task<Result<std::vector<SocketAddress>>> addresses_of(io::Endpoint to, Instant deadline);
    io::Task<Result<std::unique_ptr<io::Stream>>> connect_to(io::Endpoint to,
                                                             SocketAddress address,
                                                             Instant deadline);

    Loop& loop_;
    io::Clock& clock_;
};

}  // namespace playback::adapters
