#include "adapters/asio/address.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

namespace playback::adapters {

Result<SocketAddress> SocketAddress::of_path(const std::string& path) {
    SocketAddress result;
    auto& raw = reinterpret_cast<sockaddr_un&>(result.raw_);
    if (path.size() >= sizeof raw.sun_path)
        return Error{Errc::invalid_argument,
                     "path of a unix socket is longer than " +
                         std::to_string(sizeof raw.sun_path - 1) + " bytes: " + path};
    raw.sun_family = AF_UNIX;
    std::memcpy(raw.sun_path, path.c_str(), path.size() + 1);
    result.size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    return result;
}

std::vector<SocketAddress> SocketAddress::of_known_host(const std::string& host,
                                                        std::uint16_t port) {
    if (host == "localhost") {  // RFC 6761: always the loopback, also where nothing can be asked
        std::vector<SocketAddress> both = of_known_host("127.0.0.1", port);
        for (const SocketAddress& address : of_known_host("::1", port)) both.push_back(address);
        return both;
    }
    SocketAddress result;
    auto& v4 = reinterpret_cast<sockaddr_in&>(result.raw_);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(result.raw_);
    if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        result.size_ = sizeof v4;
    } else if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
        v6.sin6_family = AF_INET6;
        result.size_ = sizeof v6;
    } else {
        return {};
    }
    result.set_port(port);
    return {result};
}

SocketAddress SocketAddress::of(const sockaddr* address, socklen_t size) {
    SocketAddress result;
    result.size_ = std::min<socklen_t>(size, sizeof result.raw_);
    std::memcpy(&result.raw_, address, result.size_);
    return result;
}

SocketAddress SocketAddress::local_of(int descriptor) {
    SocketAddress result;
    result.size_ = sizeof result.raw_;
    const int failed =
        getsockname(descriptor, reinterpret_cast<sockaddr*>(&result.raw_), &result.size_);
    return failed != 0 ? SocketAddress() : result;
}

SocketAddress SocketAddress::peer_of(int descriptor) {
    SocketAddress result;
    result.size_ = sizeof result.raw_;
    const int failed =
        getpeername(descriptor, reinterpret_cast<sockaddr*>(&result.raw_), &result.size_);
    return failed != 0 ? SocketAddress() : result;
}

std::uint16_t SocketAddress::port() const {
    if (family() == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(raw_).sin_port);
    if (family() == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(raw_).sin6_port);
    return 0;
}

void SocketAddress::set_port(std::uint16_t port) {
    if (family() == AF_INET) reinterpret_cast<sockaddr_in&>(raw_).sin_port = htons(port);
    if (family() == AF_INET6) reinterpret_cast<sockaddr_in6&>(raw_).sin6_port = htons(port);
}

std::string SocketAddress::host() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (family() == AF_INET) {
        const auto& v4 = reinterpret_cast<const sockaddr_in&>(raw_);
        inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
        return text.data();
    }
    if (family() == AF_INET6) {
        const auto& v6 = reinterpret_cast<const sockaddr_in6&>(raw_);
        if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
            inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text.data(), text.size());
        else
            inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
        return text.data();
    }
    return "unix";
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
    if (this != &other) {
        reset();
        number_ = other.release();
    }
    return *this;
}

int Descriptor::release() {
    return std::exchange(number_, -1);
}

void Descriptor::reset() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
}

Result<Descriptor> open_socket(int family) {
    Descriptor made(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!made) return system_error(Errc::io_failed, "cannot open a socket", errno);
    return made;
}

Error system_error(Errc code, std::string_view tried, int number) {
    const char* const words = ::strerrordesc_np(number);
    return {code, std::string(tried) + ": " + (words != nullptr ? words : "unknown error")};
}

Error listen_error(const io::Endpoint& at, int number) {
    const std::string tried = "cannot listen at " + io::to_string(at);
    switch (number) {
        case EADDRINUSE:
            return system_error(Errc::in_use, tried, number);
        case EACCES:
        case EPERM:
        case EROFS:
            return system_error(Errc::denied, tried, number);
        default:
            return system_error(Errc::invalid_argument, tried, number);
    }
}

Error connect_error(const io::Endpoint& to, int number) {
    const std::string tried = "cannot connect to " + io::to_string(to);
    if (number == ECONNRESET) return system_error(Errc::reset, tried, number);
    if (number == ETIMEDOUT) return system_error(Errc::timed_out, tried, number);
    if (is_exhaustion(number)) return system_error(Errc::io_failed, tried, number);
    if (number == EINVAL || number == EAFNOSUPPORT)
        return system_error(Errc::invalid_argument, tried, number);
    return system_error(Errc::refused, tried, number);
}

bool is_exhaustion(int number) {
    return number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM ||
           number == EADDRNOTAVAIL;
}

}  // namespace playback::adapters
