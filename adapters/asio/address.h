// Socket addresses and plain descriptors: from io::Endpoint to what the kernel wants, and from its
// error numbers to ours.
//
// Sockets are made here, not by Asio, so that they are close-on-exec (a child process must not keep
// a listening port alive) and non-blocking from the start.
#pragma once

#include <string>
#include <vector>

#include <sys/socket.h>
#include <sys/un.h>

#include "engine/base/result.h"
#include "engine/io/network.h"

namespace playback::adapters {

class SocketAddress {
public:
    SocketAddress() = default;

    // Fails with invalid_argument: the path is too long for a unix socket.
    static Result<SocketAddress> of_path(const std::string& path);
    // The addresses of a host that need no asking: a numeric one, or the two of "localhost".
    static std::vector<SocketAddress> of_known_host(const std::string& host, std::uint16_t port);
    static SocketAddress of(const sockaddr* address, socklen_t size);
    static SocketAddress local_of(int descriptor);
    static SocketAddress peer_of(int descriptor);

    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&raw_); }
    [[nodiscard]] socklen_t size() const { return size_; }
    [[nodiscard]] int family() const { return raw_.ss_family; }
    [[nodiscard]] std::uint16_t port() const;
    void set_port(std::uint16_t port);
    // The numeric address without its port (IPv4 in IPv6 as IPv4), "unix" for a unix socket.
    [[nodiscard]] std::string host() const;

private:
    sockaddr_storage raw_{};
    socklen_t size_ = 0;
};

// Owns a file descriptor until somebody else takes it.
class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept;
    ~Descriptor() { reset(); }

    [[nodiscard]] int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }
    [[nodiscard]] int release();
    void reset();

private:
    int number_;
};

// A stream socket, non-blocking and close-on-exec.
Result<Descriptor> open_socket(int family);

// The words of the system for `number`, after what was tried.
Error system_error(Errc code, std::string_view tried, int number);

// A failed listen or connect, as io::Network promises to name it.
Error listen_error(const io::Endpoint& at, int number);
Error connect_error(const io::Endpoint& to, int number);

// No descriptors or no memory left for another socket: passes when others close.
bool is_exhaustion(int number);

}  // namespace playback::adapters
