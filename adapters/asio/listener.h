// SocketListener: io::Listener on a TCP port or a unix socket's path.
//
// Connections that wait are taken at once, up to `accepts_at_once_max` in a row; then the reactor
// is asked, so that a storm of them does not keep the loop from everything else. A unix socket's
// file goes with its listener; one that a dead process left behind is replaced.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "adapters/asio/address.h"
#include "adapters/asio/held.h"
#include "adapters/asio/loop.h"
#include "engine/io/clock.h"
#include "engine/io/network.h"

namespace playback::adapters {

class ListenerState final : public Holdable {
public:
    explicit ListenerState(Loop& loop) : descriptor_(loop.context()) {}

    Result<void> adopt(Descriptor listening);
    void start_wait(io::Resumer<bool> resumer);
    void close();
    // Closes it and leaves the socket open; none if it was closed before.
    Descriptor release();

    [[nodiscard]] bool closed() const { return closed_; }
    [[nodiscard]] int descriptor() { return descriptor_.native_handle(); }

private:
    using Watched =
        boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

    Watched descriptor_;
    io::Resumer<bool> acceptor_;
    bool closed_ = false;
};

class SocketListener final : public io::Listener {
public:
    static constexpr int accepts_at_once_max = 32;
    static constexpr int backlog = 4096;  // the kernel cuts it to net.core.somaxconn

    // As io::Network::listen.
    static Result<std::unique_ptr<io::Listener>> open(Loop& loop,
                                                      io::Clock& clock,
                                                      const io::Endpoint& at);

    // Goes on with a socket that listens at `local`.
    static Result<std::unique_ptr<io::Listener>> adopt(Loop& loop,
                                                       io::Clock& clock,
                                                       Descriptor socket,
                                                       io::Endpoint local);

    SocketListener(Loop& loop, io::Clock& clock, Held<ListenerState> state, io::Endpoint local);
    SocketListener(const SocketListener&) = delete;
    SocketListener& operator=(const SocketListener&) = delete;
    ~SocketListener() override { close(); }

    io::Task<Result<std::unique_ptr<io::Stream>>> accept() override;
    void close() override;
    std::unique_ptr<io::Handle> detach() override;
    [[nodiscard]] io::Endpoint local() const override { return local_; }

private:
    Loop& loop_;
    io::Clock& clock_;
    Held<ListenerState> state_;
    io::Endpoint local_;
    int accepted_at_once_ = 0;
};

}  // namespace playback::adapters
