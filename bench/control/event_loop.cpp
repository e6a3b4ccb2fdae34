#include "bench/control/event_loop.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace playback::control {
namespace {

constexpr int events_max = 512;
constexpr int backlog = 4096;
constexpr std::size_t buffer_bytes = 64UL * 1024;

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

void watch(int epoll, int how, int socket, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = socket;
    if (::epoll_ctl(epoll, how, socket, &event) != 0) fail("epoll_ctl");
}

}  // namespace

EventLoop::EventLoop() : buffer_(buffer_bytes) {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, plain, size) != 0 || ::listen(listener_, backlog) != 0) fail("listen");
    ::getsockname(listener_, plain, &size);
    watch(epoll_, EPOLL_CTL_ADD, listener_, EPOLLIN);
    std::printf("{\"listening\":[\"127.0.0.1:%d\"]}\n", ntohs(address.sin_port));
    std::fflush(stdout);
}

void EventLoop::accept_all() {
    for (;;) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0) return;
        const int yes = 1;
        ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        const auto place = static_cast<std::size_t>(socket);
        if (connections_.size() <= place) connections_.resize(place + 1);
        connections_[place] = std::make_unique<Connection>();
        connections_[place]->socket = socket;
        watch(epoll_, EPOLL_CTL_ADD, socket, EPOLLIN);
    }
}

void EventLoop::flush(Connection& connection) {
    if (connection.out.empty()) return;
    const ssize_t sent =
        ::send(connection.socket, connection.out.data(), connection.out.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return connection.out.clear();  // the end will be read
    if (sent > 0) connection.out.erase(0, static_cast<std::size_t>(sent));
    if (!connection.out.empty())
        watch(epoll_, EPOLL_CTL_MOD, connection.socket, EPOLLIN | EPOLLOUT);
}

void EventLoop::serve(Connection& connection, Protocol& protocol) {
    const ssize_t got = ::recv(connection.socket, buffer_.data(), buffer_.size(), 0);
    if (got < 0 && errno == EAGAIN) return wake(connection);
    if (got <= 0) {
        protocol.closed(connection);
        std::erase(woken_, &connection);
        const auto place = static_cast<std::size_t>(connection.socket);
        ::close(connection.socket);
        connections_[place].reset();
        return;
    }
    std::string_view bytes(buffer_.data(), static_cast<std::size_t>(got));
    if (!connection.unread.empty()) {
        connection.unread += bytes;
        bytes = connection.unread;
    }
    const std::size_t used = protocol.take(connection, bytes);
    if (!connection.unread.empty())
        connection.unread.erase(0, used);
    else if (used < bytes.size())
        connection.unread = bytes.substr(used);
    if (!connection.out.empty()) wake(connection);
}

void EventLoop::run(Protocol& protocol) {
    std::array<epoll_event, events_max> events{};
    for (;;) {
        const int count = ::epoll_wait(epoll_, events.data(), events_max, -1);
        for (int i = 0; i < count; ++i) {
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            if (event.data.fd == listener_) {
                accept_all();
                continue;
            }
            Connection* const connection =
                connections_[static_cast<std::size_t>(event.data.fd)].get();
            if (connection == nullptr) continue;
            if ((event.events & EPOLLOUT) != 0)
                watch(epoll_, EPOLL_CTL_MOD, connection->socket, EPOLLIN);
            serve(*connection, protocol);
        }
        for (Connection* const connection : woken_) flush(*connection);
        woken_.clear();
    }
}

}  // namespace playback::control
