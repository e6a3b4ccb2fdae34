#include "tools/playback/probes.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <netdb.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <unistd.h>

namespace playback::tools {
namespace {

namespace fs = std::filesystem;

constexpr int syncs = 15;
constexpr std::size_t body_bytes_max = 64 * 1024;

// A descriptor that is closed when this goes.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] bool is_open() const { return number_ >= 0; }

private:
    int number_;
};

std::string words_of(int number) {
    return std::generic_category().message(number);
}

Error system_error(std::string_view what, int number) {
    Errc code = Errc::io_failed;
    if (number == EACCES || number == EPERM || number == EROFS) code = Errc::denied;
    if (number == ENOSPC || number == EDQUOT) code = Errc::full;
    if (number == EADDRINUSE) code = Errc::in_use;
    return {code, std::string(what) + words_of(number)};
}

// An address of either kind, as the kernel wants it.
struct Address {
    sockaddr_storage bytes{};
    socklen_t size = 0;
    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
    [[nodiscard]] int family() const { return bytes.ss_family; }
};

Result<Address> unix_address(const std::string& path) {
    sockaddr_un made{};
    made.sun_family = AF_UNIX;
    if (path.size() >= sizeof(made.sun_path))
        return Error{Errc::invalid_argument, path + " is too long for a socket"};
    std::memcpy(made.sun_path, path.c_str(), path.size() + 1);
    Address address;
    std::memcpy(&address.bytes, &made, sizeof(made));
    address.size = sizeof(made);
    return address;
}

Result<Address> address_of(const io::Endpoint& endpoint) {
    if (!endpoint.path.empty()) return unix_address(endpoint.path);
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failed = ::getaddrinfo(
        endpoint.host.c_str(), std::to_string(endpoint.port).c_str(), &wanted, &found);
    if (failed != 0) return Error{Errc::unavailable, endpoint.host + ": " + ::gai_strerror(failed)};
    Address address;
    std::memcpy(&address.bytes, found->ai_addr, found->ai_addrlen);
    address.size = found->ai_addrlen;
    ::freeaddrinfo(found);
    return address;
}

Error not_reached(int number) {
    const bool is_late = number == EAGAIN || number == EINPROGRESS || number == ETIMEDOUT;
    return {is_late ? Errc::timed_out : Errc::unavailable,
            is_late ? "it does not answer in time" : words_of(number)};
}

Result<std::string> exchange(int socket, const Address& address, std::string_view request) {
    if (::connect(socket, address.get(), address.size) != 0) return not_reached(errno);
    if (::send(socket, request.data(), request.size(), MSG_NOSIGNAL) < 0) return not_reached(errno);
    std::string answer;
    std::array<char, 4096> piece{};
    while (answer.size() < body_bytes_max) {
        const ::ssize_t got = ::recv(socket, piece.data(), piece.size(), 0);
        if (got < 0 && answer.empty()) return not_reached(errno);
        if (got <= 0) break;
        answer.append(piece.data(), static_cast<std::size_t>(got));
    }
    return answer;
}

}  // namespace

Result<Answered> ask_http(const io::Endpoint& endpoint, std::string_view path, Duration patience) {
    TRY(address, address_of(endpoint));
    const Descriptor socket(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket.is_open()) return not_reached(errno);
    timeval limit{};
    limit.tv_sec = patience.ns / 1'000'000'000;
    limit.tv_usec = patience.ns / 1000 % 1'000'000;
    ::setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    ::setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    std::string request = "GET " + std::string(path) + " HTTP/1.0\r\nHost: ";
    request += endpoint.host.empty() ? "localhost" : endpoint.host;
    request += "\r\nConnection: close\r\n\r\n";
    TRY(answer, exchange(socket.number(), address, request));
    constexpr std::size_t status_at = 9;  // behind "HTTP/1.1 "
    if (!answer.starts_with("HTTP/1.") || answer.size() < status_at + 3)
        return Error{Errc::corrupt, "what answers there does not speak HTTP"};
    Answered answered;
    answered.status = std::atoi(answer.substr(status_at, 3).c_str());
    const std::size_t end = answer.find("\r\n\r\n");
    if (end != std::string::npos) answered.body = answer.substr(end + 4);
    return answered;
}

Result<void> try_listen(const io::Endpoint& endpoint) {
    TRY(address, address_of(endpoint));
    const bool is_file = !endpoint.path.empty();
    std::error_code ignored;
    if (is_file && fs::exists(endpoint.path, ignored)) {
        // A socket that nobody serves any more is replaced by the node.
        const Descriptor caller(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (::connect(caller.number(), address.get(), address.size) == 0)
            return system_error("", EADDRINUSE);
        return {};
    }
    const Descriptor socket(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    if (::bind(socket.number(), address.get(), address.size) != 0) return system_error("", errno);
    const bool listens = ::listen(socket.number(), 1) == 0;
    const int failed = errno;
    if (is_file) ::unlink(endpoint.path.c_str());
    if (!listens) return system_error("", failed);
    return {};
}

std::string existing_part(const std::string& directory) {
    std::error_code ignored;
    fs::path path = fs::absolute(directory, ignored);
    while (!fs::exists(path, ignored) && path.has_parent_path() && path != path.root_path())
        path = path.parent_path();
    return path.string();
}

Result<std::uint64_t> free_bytes(const std::string& directory) {
    struct statvfs disk{};
    if (::statvfs(directory.c_str(), &disk) != 0) return system_error("", errno);
    return std::uint64_t{disk.f_bavail} * disk.f_frsize;
}

Result<Duration> sync_time(const std::string& directory) {
    std::string path = directory + "/.doctor.XXXXXX";
    const Descriptor file(::mkostemp(path.data(), O_CLOEXEC));
    if (!file.is_open()) return system_error("", errno);
    ::unlink(path.c_str());
    const std::string block(4096, 'x');
    std::vector<std::int64_t> times;
    for (int i = 0; i < syncs; ++i) {
        const auto before = std::chrono::steady_clock::now();
        const ::ssize_t written = ::write(file.number(), block.data(), block.size());
        if (written < 0 || ::fdatasync(file.number()) != 0) return system_error("", errno);
        const auto took = std::chrono::steady_clock::now() - before;
        times.push_back(std::chrono::duration_cast<std::chrono::nanoseconds>(took).count());
    }
    std::ranges::nth_element(times, times.begin() + syncs / 2);
    return Duration{times[syncs / 2]};
}

std::uint64_t files_max() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : 0;
}

ClockState read_clock() {
    timex state{};
    const int answer = ::adjtimex(&state);
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(since).count(),
            answer != TIME_ERROR && (static_cast<unsigned>(state.status) & STA_UNSYNC) == 0};
}

}  // namespace playback::tools
