// SocketHandle: a socket on its way from one process to the next (io::Handle).
//
// Made by `detach` of a stream or a listener, or from a descriptor that another process has sent;
// taken by AsioNetwork::adopt. Destroying it closes this process's descriptor and nothing else: the
// connection lives as long as any process has one.
#pragma once

#include <utility>

#include "adapters/asio/address.h"
#include "engine/io/network.h"

namespace playback::adapters {

class SocketHandle final : public io::Handle {
public:
    explicit SocketHandle(Descriptor socket) : socket_(std::move(socket)) {}

    [[nodiscard]] int descriptor() const { return socket_.get(); }
    Descriptor take() { return std::move(socket_); }

private:
    Descriptor socket_;
};

}  // namespace playback::adapters
