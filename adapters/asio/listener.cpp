#include "adapters/asio/listener.h"

#include <cerrno>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "adapters/asio/handle.h"
#include "adapters/asio/stream.h"

namespace playback::adapters {
namespace {

Error listener_closed() {
    return {Errc::closed, "listener was closed"};
}

// The peer went away between the handshake and accept: nothing of ours is wrong.
bool concerns_one_peer(int number) {
    return number == ECONNABORTED || number == EINTR || number == EPROTO || number == ENETDOWN ||
           number == EHOSTUNREACH || number == ENETUNREACH || number == EPERM;
}

// A dead process leaves the file of its unix socket behind, and bind would refuse it for ever.
// Whoever still listens there answers a connect.
Result<void> remove_stale(const io::Endpoint& at, const SocketAddress& address) {
    struct stat found{};
    if (::lstat(at.path.c_str(), &found) != 0) return {};
    if (!S_ISSOCK(found.st_mode))
        return Error{Errc::in_use, "cannot listen at " + at.path + ": another file is there"};
    TRY(probe, open_socket(AF_UNIX));
    const int failed = ::connect(probe.get(), address.get(), address.size());
    if (failed == 0 || errno != ECONNREFUSED) return listen_error(at, EADDRINUSE);
    if (::unlink(at.path.c_str()) != 0 && errno != ENOENT) return listen_error(at, errno);
    return {};
}

Result<SocketAddress> address_to_listen(const io::Endpoint& at) {
    if (at.host.empty()) {
        TRY(address, SocketAddress::of_path(at.path));
        TRY_VOID(remove_stale(at, address));
        return address;
    }
    const std::vector<SocketAddress> known = SocketAddress::of_known_host(at.host, at.port);
    if (known.empty())
        return Error{Errc::invalid_argument,
                     "cannot listen at " + io::to_string(at) + ": host must be a numeric address"};
    return known.front();
}

}  // namespace

Result<void> ListenerState::adopt(Descriptor listening) {
    boost::system::error_code failure;
    descriptor_.assign(listening.get(), failure);
    if (failure) return Error{Errc::io_failed, "cannot watch a socket: " + failure.message()};
    static_cast<void>(listening.release());
    return {};
}

void ListenerState::start_wait(io::Resumer<bool> resumer) {
    CHECK(!acceptor_);
    acceptor_ = std::move(resumer);
    descriptor_.async_wait(Watched::wait_read,
                           [self = Held(this)](const boost::system::error_code&) {
                               io::Resumer<bool> waiting = std::move(self->acceptor_);
                               waiting.resume_now(true);
                           });
}

void ListenerState::close() {
    if (closed_) return;
    closed_ = true;
    boost::system::error_code ignored;
    descriptor_.close(ignored);
    acceptor_.resume(false);
}

Descriptor ListenerState::release() {
    if (std::exchange(closed_, true)) return Descriptor();
    const int number = descriptor_.release();
    acceptor_.resume(false);
    return Descriptor(number);
}

Result<std::unique_ptr<io::Listener>> SocketListener::open(Loop& loop,
                                                           io::Clock& clock,
                                                           const io::Endpoint& at) {
    TRY(address, address_to_listen(at));
    TRY(socket, open_socket(address.family()));
    const int on = 1;
    if (address.family() != AF_UNIX)
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(socket.get(), address.get(), address.size()) != 0) return listen_error(at, errno);
    if (::listen(socket.get(), backlog) != 0) return listen_error(at, errno);

    io::Endpoint local = at;
    if (!at.host.empty()) local.port = SocketAddress::local_of(socket.get()).port();
    return adopt(loop, clock, std::move(socket), std::move(local));
}

Result<std::unique_ptr<io::Listener>> SocketListener::adopt(Loop& loop,
                                                            io::Clock& clock,
                                                            Descriptor socket,
                                                            io::Endpoint local) {
    Held<ListenerState> state(new ListenerState(loop));
    TRY_VOID(state->adopt(std::move(socket)));
    return std::make_unique<SocketListener>(loop, clock, std::move(state), std::move(local));
}

SocketListener::SocketListener(Loop& loop,
                               io::Clock& clock,
                               Held<ListenerState> state,
                               io::Endpoint local)
    : loop_(loop), clock_(clock), state_(std::move(state)), local_(std::move(local)) {
}

io::Task<Result<std::unique_ptr<io::Stream>>> SocketListener::accept() {
    const Held<ListenerState> state = state_;  // outlives this object if it is closed and destroyed
    for (;;) {
        if (state->closed()) co_return listener_closed();
        int refused = EAGAIN;
        if (accepted_at_once_ < accepts_at_once_max) {
            ++accepted_at_once_;
            Descriptor socket(
                ::accept4(state->descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
            refused = errno;
            if (socket) {
                const SocketAddress peer = SocketAddress::peer_of(socket.get());
                Held<SocketState> connection(new SocketState(loop_, clock_, peer));
                const Result<void> adopted = connection->adopt(std::move(socket));
                if (!adopted) co_return adopted.error();
                co_return std::make_unique<SocketStream>(std::move(connection));
            }
        }
        if (concerns_one_peer(refused)) continue;
        if (refused != EAGAIN && refused != EWOULDBLOCK)
            co_return system_error(Errc::io_failed, "cannot accept a connection", refused);
        auto start = [&state](io::Resumer<bool> resumer) { state->start_wait(std::move(resumer)); };
        const bool open = co_await io::suspend<bool>(start);
        if (!open) co_return listener_closed();
        accepted_at_once_ = 0;
    }
}

void SocketListener::close() {
    if (state_->closed()) return;
    state_->close();
    if (local_.host.empty()) ::unlink(local_.path.c_str());
}

std::unique_ptr<io::Handle> SocketListener::detach() {
    Descriptor socket = state_->release();
    if (!socket) return nullptr;
    return std::make_unique<SocketHandle>(std::move(socket));
}

}  // namespace playback::adapters
