// LiveHttp and LiveWebSocket: blocking clients over real TCP, for tests and for what they run in
// containers. Addresses are "127.0.0.1:8080"; nothing here throws; patience is real time.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "tests/support/socket_client.h"

namespace playback::testing {

// A connected TCP socket.
class LiveStream {
public:
    using Milliseconds = std::chrono::milliseconds;

    explicit LiveStream(const std::string& address);
    LiveStream(const LiveStream&) = delete;
    LiveStream& operator=(const LiveStream&) = delete;
    ~LiveStream();

    [[nodiscard]] bool is_open() const { return end_ >= 0; }
    // All of it, or the stream is closed.
    void send(std::string_view bytes);
    // Appends what is there, waiting for the first byte at most so long. False: nothing came.
    bool receive(std::string& into, Milliseconds patience);

private:
    void close();

    int end_ = -1;
};

struct HttpAnswer {
    int status = 0;  // 0: no answer
    std::string head;
    std::string body;
};

// One call on a connection of its own. `request` is whole; the answer has a Content-Length.
HttpAnswer exchange_http(const std::string& address,
                         std::string_view request,
                         LiveStream::Milliseconds patience = std::chrono::seconds(20));

// POST of JSON. `headers` are whole lines.
HttpAnswer post_http(const std::string& address,
                     std::string_view path,
                     std::string_view body,
                     std::string_view token = {},
                     std::string_view headers = "Content-Type: application/json\r\n");

// A WebSocket: `client` has what was said, queues what is to be said, and answers pings.
class LiveWebSocket {
public:
    // Sends the handshake and takes its answer.
    LiveWebSocket(const std::string& address, std::string_view target, std::string_view protocol);

    // Sends what is queued and takes what came, waiting for the first byte at most so long. False
    // once the stream is closed and all of it is read.
    bool pump(LiveStream::Milliseconds patience = LiveStream::Milliseconds(0));

    tests::SocketClient client;

private:
    LiveStream stream_;
};

// Of "ws://127.0.0.1:8080/path?query", "127.0.0.1:8080" and "/path?query".
std::string address_of_url(std::string_view url);
std::string target_of_url(std::string_view url);

}  // namespace playback::testing
