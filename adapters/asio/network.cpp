#include "adapters/asio/network.h"

#include <cerrno>
#include <utility>

#include <poll.h>

#include "adapters/asio/handle.h"
#include "adapters/asio/listener.h"
#include "adapters/asio/resolver.h"
#include "adapters/asio/stream.h"
#include "engine/io/wait.h"

namespace playback::adapters {
namespace {

using Connected = Result<std::unique_ptr<io::Stream>>;

// A unix socket whose listener's backlog is full cannot be waited for: ask again, not too often.
constexpr Duration backlog_retry = milliseconds(10);

Error connect_timed_out(const io::Endpoint& to) {
    return {Errc::timed_out, "cannot connect to " + io::to_string(to) + ": deadline passed"};
}

// The outcome of a connect that has ended: 0, or an error number.
int outcome_of(int descriptor) {
    int number = 0;
    socklen_t size = sizeof number;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size) != 0) return errno;
    return number;
}

Result<Descriptor> socket_of(io::Handle* handle) {
    auto* const socket = dynamic_cast<SocketHandle*>(handle);
    if (socket == nullptr || socket->descriptor() < 0)
        return Error{Errc::unsupported, "this is no socket of a process"};
    return socket->take();
}

bool still_connecting(int descriptor) {
    pollfd asked{descriptor, POLLOUT, 0};
    return ::poll(&asked, 1, 0) == 0;
}

}  // namespace

Result<std::unique_ptr<io::Listener>> AsioNetwork::listen(const io::Endpoint& at) {
    return SocketListener::open(loop_, clock_, at);
}

Connected AsioNetwork::adopt(std::unique_ptr<io::Handle> connection) {
    TRY(socket, socket_of(connection.get()));
    const SocketAddress peer = SocketAddress::peer_of(socket.get());
    Held<SocketState> state(new SocketState(loop_, clock_, peer));
    TRY_VOID(state->adopt(std::move(socket)));
    return std::make_unique<SocketStream>(std::move(state));
}

Result<std::unique_ptr<io::Listener>> AsioNetwork::adopt_listener(
    std::unique_ptr<io::Handle> listening,
    const io::Endpoint& local) {
    TRY(socket, socket_of(listening.get()));
    return SocketListener::adopt(loop_, clock_, std::move(socket), local);
}

io::Task<Connected> AsioNetwork::connect(io::Endpoint to, Instant deadline) {
    const Result<std::vector<SocketAddress>> addresses = co_await addresses_of(to, deadline);
    if (!addresses) co_return addresses.error();
    Connected connected = Error{Errc::invalid_argument, "host has no address"};
    for (const SocketAddress& address : *addresses) {
        connected = co_await connect_to(to, address, deadline);
        if (connected || connected.error().code == Errc::timed_out) break;
    }
    co_return connected;
}

io::Task<Result<std::vector<SocketAddress>>> AsioNetwork::addresses_of(io::Endpoint to,
                                                                       Instant deadline) {
    if (to.host.empty()) {
        const Result<SocketAddress> address = SocketAddress::of_path(to.path);
        if (!address) co_return address.error();
        co_return std::vector<SocketAddress>{*address};
    }
    std::vector<SocketAddress> known = SocketAddress::of_known_host(to.host, to.port);
    if (!known.empty()) co_return known;
    Result<std::vector<SocketAddress>> found = co_await resolve(loop_, clock_, to, deadline);
    co_return found;
}

io::Task<Connected> AsioNetwork::connect_to(io::Endpoint to,
                                            SocketAddress address,
                                            Instant deadline) {
    Result<Descriptor> socket = open_socket(address.family());
    if (!socket) co_return socket.error();
    int outcome = ::connect(socket->get(), address.get(), address.size()) == 0 ? 0 : errno;
    while (outcome == EAGAIN) {
        if (clock_.now() >= deadline) co_return connect_timed_out(to);
        co_await io::sleep_until(clock_, std::min(deadline, clock_.now() + backlog_retry));
        outcome = ::connect(socket->get(), address.get(), address.size()) == 0 ? 0 : errno;
    }
    if (outcome != 0 && outcome != EINPROGRESS && outcome != EINTR)
        co_return connect_error(to, outcome);

    Held<SocketState> state(new SocketState(loop_, clock_, address));
    const Result<void> adopted = state->adopt(std::move(*socket));
    if (!adopted) co_return adopted.error();
    auto stream = std::make_unique<SocketStream>(state);  // closes it if we fail or are destroyed
    if (outcome == 0) co_return stream;

    stream->expire_at(deadline);
    while (still_connecting(state->descriptor())) {
        auto start = [&state](io::Resumer<SocketState::Transferred> resumer) {
            state->start_wait_writable(std::move(resumer));
        };
        const SocketState::Transferred waited =
            co_await io::suspend<SocketState::Transferred>(start);
        if (!waited) co_return connect_timed_out(to);
    }
    outcome = outcome_of(state->descriptor());
    if (outcome != 0) co_return connect_error(to, outcome);
    stream->expire_at(never);
    co_return stream;
}

}  // namespace playback::adapters
