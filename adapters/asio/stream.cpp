#include "adapters/asio/stream.h"

#include <cerrno>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "adapters/asio/handle.h"

namespace playback::adapters {
namespace {

namespace asio = boost::asio;

// Whatever the kernel calls it, this connection is no more.
Error broken(const boost::system::error_code& failure) {
    return {Errc::reset, "connection broke: " + failure.message()};
}

}  // namespace

SocketState::SocketState(Loop& loop, io::Clock& clock, const SocketAddress& peer)
    : Timer(clock),
      clock_(clock),
      socket_(loop.context()),
      peer_(peer.host()),
      family_(peer.family()) {
}

Result<void> SocketState::adopt(Descriptor socket) {
    if (family_ != AF_UNIX) {
        const int on = 1;
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    boost::system::error_code failure;
    socket_.assign(asio::generic::stream_protocol(family_, 0), socket.get(), failure);
    if (failure) return Error{Errc::io_failed, "cannot watch a socket: " + failure.message()};
    static_cast<void>(socket.release());
    return {};
}

void SocketState::start_read(std::span<char> buffer, Waiting resumer) {
    CHECK(!reader_ && !buffer.empty());
    if (ended()) {
        resumer.resume(end_error());
        return;
    }
    writes_at_once_ = 0;
    reader_ = std::move(resumer);
    socket_.async_read_some(
        asio::buffer(buffer.data(), buffer.size()),
        [self = Held(this)](const boost::system::error_code& failure, std::size_t count) {
            const bool at_end = failure == asio::error::eof;
            self->finish(self->reader_, at_end ? boost::system::error_code() : failure, count);
        });
}

void SocketState::start_write(std::string_view bytes, Waiting resumer) {
    CHECK(!writer_ && !bytes.empty());
    if (ended()) {
        resumer.resume(end_error());
        return;
    }
    writes_at_once_ = 0;
    writer_ = std::move(resumer);
    socket_.async_write_some(
        asio::buffer(bytes),
        [self = Held(this)](const boost::system::error_code& failure, std::size_t count) {
            self->finish(self->writer_, failure, count);
        });
}

void SocketState::start_wait_writable(Waiting resumer) {
    CHECK(!writer_);
    writer_ = std::move(resumer);
    socket_.async_wait(Socket::wait_write,
                       [self = Held(this)](const boost::system::error_code& failure) {
                           self->finish(self->writer_, failure, 0);
                       });
}

// Nobody waits any more if the stream was closed meanwhile, or its coroutine is gone.
void SocketState::finish(Waiting& waiting,
                         const boost::system::error_code& failure,
                         std::size_t count) {
    Waiting resumer = std::move(waiting);
    if (!failure)
        resumer.resume_now(count);
    else if (failure == asio::error::operation_aborted && interrupted_)
        resumer.resume_now(end_error());
    else if (failure == asio::error::operation_aborted)
        resumer.resume_now(Error{Errc::timed_out, "deadline of the connection passed"});
    else
        resumer.resume_now(broken(failure));
}

SocketState::Transferred SocketState::send_now(std::string_view bytes) {
    if (ended() || shut_) return end_error();
    if (writes_at_once_ == SocketStream::writes_at_once_max) return 0;
    ++writes_at_once_;
    const ssize_t sent =
        ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return 0;
    return broken({errno, boost::system::system_category()});
}

void SocketState::shutdown_write() {
    if (closed_ || std::exchange(shut_, true)) return;
    boost::system::error_code gone;  // the peer went first: then there is nobody to tell
    socket_.shutdown(Socket::shutdown_send, gone);
}

void SocketState::close() {
    if (closed_) return;
    closed_ = true;
    disarm();
    boost::system::error_code ignored;
    if (writer_) socket_.set_option(Socket::linger(true, 0), ignored);
    socket_.close(ignored);
    reader_.resume(end_error());
    writer_.resume(end_error());
}

void SocketState::expire_at(Instant at) {
    if (closed_ || interrupted_) return;
    deadline_ = at;
    expired_ = false;
    if (at < (armed() ? Timer::at() : never)) arm(at);
}

void SocketState::fire() {
    if (deadline_ == never) return;
    if (clock_.now() < deadline_) {  // moved later since
        arm(deadline_);
        return;
    }
    expired_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

void SocketState::interrupt() {
    if (closed_ || std::exchange(interrupted_, true)) return;
    disarm();
    boost::system::error_code ignored;
    if (reader_ || writer_) socket_.cancel(ignored);
}

Descriptor SocketState::release() {
    CHECK(interrupted_ && !reader_ && !writer_);
    if (std::exchange(closed_, true)) return Descriptor();
    boost::system::error_code failure;
    const int number = socket_.release(failure);
    return Descriptor(failure ? -1 : number);
}

Error SocketState::end_error() const {
    if (expired_ && !closed_ && !interrupted_)
        return {Errc::timed_out, "deadline of the connection passed"};
    return {Errc::closed, "connection was closed on this side"};
}

io::Task<Result<std::size_t>> SocketStream::read_some(std::span<char> buffer) {
    auto start = [state = &*state_, buffer](io::Resumer<Result<std::size_t>> resumer) {
        state->start_read(buffer, std::move(resumer));
    };
    return io::suspend<Result<std::size_t>>(start);
}

io::Task<Result<void>> SocketStream::write(std::string_view bytes) {
    SocketState* const state = &*state_;
    Result<std::size_t> sent = state->send_now(bytes);
    for (;;) {
        if (!sent) {
            if (state->interrupted()) unsent_ += bytes;
            co_return std::move(sent).error();
        }
        bytes.remove_prefix(*sent);
        if (bytes.empty()) co_return Result<void>();
        auto start = [state, bytes](io::Resumer<Result<std::size_t>> resumer) {
            state->start_write(bytes, std::move(resumer));
        };
        sent = co_await io::suspend<Result<std::size_t>>(start);
    }
}

io::Detached SocketStream::detach() {
    io::Detached detached;
    Descriptor socket = state_->release();
    if (!socket) return detached;
    detached.handle = std::make_unique<SocketHandle>(std::move(socket));
    detached.unsent = std::move(unsent_);
    return detached;
}

}  // namespace playback::adapters
