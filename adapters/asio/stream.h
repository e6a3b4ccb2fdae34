// SocketStream: io::Stream on a TCP or unix socket.
//
// A read always goes through the reactor, so a coroutine whose peer never pauses lets others run. A
// write first tries to send at once and waits only if the socket's buffer is full; after
// `writes_at_once_max` such writes without a read it takes a turn through the reactor, for the same
// reason. One concrete socket type serves both families: nothing here is type-erased.
//
// The deadline is one lazy timer in the loop's wheel: moving it later is a store, and it is looked
// at when it would have fired. A close that cuts off an unfinished write resets the connection, so
// that the peer does not take a part for the whole. Ownership: the stream owns SocketState, pending
// operations of Asio hold it. performance.md section 4.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include "adapters/asio/address.h"
#include "adapters/asio/held.h"
#include "adapters/asio/loop.h"
#include "engine/io/clock.h"
#include "engine/io/network.h"

namespace playback::adapters {

class SocketState final : public Holdable, private io::Timer {
public:
    using Transferred = Result<std::size_t>;

    SocketState(Loop& loop, io::Clock& clock, const SocketAddress& peer);

    // Takes a stream socket, connected or connecting. Fails if epoll does not want it.
    Result<void> adopt(Descriptor socket);

    // Each resumes its Resumer once, unless the coroutine goes first.
    void start_read(std::span<char> buffer, io::Resumer<Transferred> resumer);
    void start_write(std::string_view bytes, io::Resumer<Transferred> resumer);
    // Until a connecting socket has an outcome (SO_ERROR says which).
    void start_wait_writable(io::Resumer<Transferred> resumer);

    // Sends what fits now: 0 if nothing does.
    Transferred send_now(std::string_view bytes);
    void shutdown_write();
    void close();
    void expire_at(Instant at);
    void interrupt();
    // Of a stream that was interrupted and has nothing pending; none if it was closed.
    Descriptor release();

    [[nodiscard]] bool interrupted() const { return interrupted_; }
    // May no operation start any more, and why.
    [[nodiscard]] bool ended() const { return closed_ || expired_ || interrupted_; }
    [[nodiscard]] Error end_error() const;
    // As io::Stream has it.
    [[nodiscard]] const std::string& peer() const { return peer_; }
    [[nodiscard]] int descriptor() { return socket_.native_handle(); }

private:
    using Socket = boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol,
                                                    boost::asio::io_context::executor_type>;
    using Waiting = io::Resumer<Transferred>;

    void fire() override;
    void finish(Waiting& waiting, const boost::system::error_code& failure, std::size_t count);

    const io::Clock& clock_;
    Socket socket_;
    const std::string peer_;  // an address of the kernel's has four times the size
    const int family_;
    Instant deadline_ = never;
    Waiting reader_;
    Waiting writer_;
    int writes_at_once_ = 0;
    bool shut_ = false;
    bool closed_ = false;
    bool expired_ = false;
    bool interrupted_ = false;
};

class SocketStream final : public io::Stream {
public:
    static constexpr int writes_at_once_max = 32;

    explicit SocketStream(Held<SocketState> state) : state_(std::move(state)) {}
    SocketStream(const SocketStream&) = delete;
    SocketStream& operator=(const SocketStream&) = delete;
    ~SocketStream() override { state_->close(); }

    io::Task<Result<std::size_t>> read_some(std::span<char> buffer) override;
    io::Task<Result<void>> write(std::string_view bytes) override;
    void shutdown_write() override { state_->shutdown_write(); }
    void close() override { state_->close(); }
    void expire_at(Instant at) override { state_->expire_at(at); }
    void interrupt() override { state_->interrupt(); }
    io::Detached detach() override;
    [[nodiscard]] std::string peer_address() const override { return state_->peer(); }

private:
    Held<SocketState> state_;
    std::string unsent_;  // since it was interrupted
};

}  // namespace playback::adapters
