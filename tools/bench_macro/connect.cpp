#include "tools/bench_macro/connect.h"

#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace playback::bench {
namespace {

constexpr std::size_t connections_of_address = 16'000;

sockaddr_in address_of(std::uint32_t host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(host);
    return address;
}

// The one cast that the socket calls ask for.
const sockaddr* as_sockaddr(const sockaddr_in& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

Result<Descriptor> connect_to(std::uint16_t port, std::size_t number) {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket) return adapters::process::errno_error("cannot make a socket");
    const int yes = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const auto from = INADDR_LOOPBACK + static_cast<std::uint32_t>(number / connections_of_address);
    if (from != INADDR_LOOPBACK) {
        ::setsockopt(socket.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
        const sockaddr_in own = address_of(from, 0);
        if (::bind(socket.get(), as_sockaddr(own), sizeof own) != 0)
            return adapters::process::errno_error("cannot bind a socket of the load");
    }
    const sockaddr_in server = address_of(INADDR_LOOPBACK, port);
    if (::connect(socket.get(), as_sockaddr(server), sizeof server) != 0)
        return adapters::process::errno_error("cannot connect to port " + std::to_string(port));
    return socket;
}

Result<std::uint16_t> free_port() {
    const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = address_of(INADDR_LOOPBACK, 0);
    socklen_t size = sizeof address;
    if (!socket || ::bind(socket.get(), as_sockaddr(address), sizeof address) != 0 ||
        ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return adapters::process::errno_error("no port is free");
    return ntohs(address.sin_port);
}

}  // namespace playback::bench
