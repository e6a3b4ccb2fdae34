#include "tests/support/live_http.h"

#include <array>
#include <charconv>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace playback::testing {
namespace {

constexpr auto handshake_patience = std::chrono::seconds(20);

std::size_t content_length(std::string_view head) {
    constexpr std::string_view name = "Content-Length: ";
    const std::size_t at = head.find(name);
    std::size_t length = 0;
    if (at != std::string_view::npos)
        std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
    return length;
}

// Takes an answer off `bytes` if it is whole.
bool take_answer(std::string_view bytes, HttpAnswer& answer) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos || end < 12) return false;
    const std::string_view head = bytes.substr(0, end + 2);
    const std::string_view rest = bytes.substr(end + 4);
    const std::size_t length = content_length(head);
    if (rest.size() < length) return false;
    answer.head = head;
    answer.body = rest.substr(0, length);
    std::from_chars(head.data() + 9, head.data() + 12, answer.status);
    return true;
}

}  // namespace

LiveStream::LiveStream(const std::string& address) {
    const std::size_t colon = address.rfind(':');
    unsigned port = 0;
    if (colon == std::string::npos) return;
    std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    if (inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr) != 1) return;
    end_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(end_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(end_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) close();
}

LiveStream::~LiveStream() {
    close();
}

void LiveStream::close() {
    if (end_ >= 0) ::close(end_);
    end_ = -1;
}

void LiveStream::send(std::string_view bytes) {
    while (end_ >= 0 && !bytes.empty()) {
        const ssize_t sent = ::send(end_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return close();
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool LiveStream::receive(std::string& into, Milliseconds patience) {
    if (end_ < 0) return false;
    pollfd ready{end_, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(patience.count())) <= 0) return false;
    std::array<char, 16 * 1024> buffer{};
    const ssize_t size = ::recv(end_, buffer.data(), buffer.size(), 0);
    if (size <= 0) {
        close();
        return false;
    }
    into.append(buffer.data(), static_cast<std::size_t>(size));
    return true;
}

HttpAnswer exchange_http(const std::string& address,
                         std::string_view request,
                         LiveStream::Milliseconds patience) {
    HttpAnswer answer;
    LiveStream stream(address);
    stream.send(request);
    std::string bytes;
    while (!take_answer(bytes, answer) && stream.receive(bytes, patience)) {
    }
    return answer;
}

HttpAnswer post_http(const std::string& address,
                     std::string_view path,
                     std::string_view body,
                     std::string_view token,
                     std::string_view headers) {
    std::string request = "POST ";
    request.append(path).append(" HTTP/1.1\r\nHost: ").append(address).append("\r\n");
    request.append(headers).append("Connection: close\r\n");
    if (!token.empty()) request.append("Authorization: Bearer ").append(token).append("\r\n");
    request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
    request.append(body);
    return exchange_http(address, request);
}

LiveWebSocket::LiveWebSocket(const std::string& address,
                             std::string_view target,
                             std::string_view protocol)
    : stream_(address) {
    stream_.send(tests::SocketClient::handshake(target, protocol));
    std::string bytes;
    while (client.head.empty() && stream_.receive(bytes, handshake_patience)) {
        client.feed(bytes);
        bytes.clear();
    }
}

bool LiveWebSocket::pump(LiveStream::Milliseconds patience) {
    stream_.send(client.take_output());
    std::string bytes;
    while (stream_.receive(bytes, patience)) patience = LiveStream::Milliseconds(0);
    client.feed(bytes);
    stream_.send(client.take_output());
    return stream_.is_open();
}

std::string address_of_url(std::string_view url) {
    const std::size_t begin = url.find("//") + 2;
    return std::string(url.substr(begin, url.find('/', begin) - begin));
}

std::string target_of_url(std::string_view url) {
    const std::size_t slash = url.find('/', url.find("//") + 2);
    return slash == std::string_view::npos ? "" : std::string(url.substr(slash));
}

}  // namespace playback::testing
