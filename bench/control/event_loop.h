// EventLoop: one thread, epoll and as few system calls as there can be.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace playback::control {

struct Connection {
    int socket = -1;
    std::string unread;  // what was not whole
    std::string out;
    std::uint32_t room = 0;    // of a relay
    std::uint32_t number = 0;  // in its room
    bool is_open = false;      // the handshake is over
    bool is_runtime = false;
};

// What is done with bytes: takes what is whole, says how much that was, and appends to `out` of
// this connection or another (and then calls `wake` for that one).
class Protocol {
public:
    virtual ~Protocol() = default;
    virtual std::size_t take(Connection& connection, std::string_view bytes) = 0;
    virtual void closed(Connection&) {}
};

class EventLoop {
public:
    // Listens at a free port of 127.0.0.1 and says so in a line of JSON.
    EventLoop();
    [[noreturn]] void run(Protocol& protocol);
    // This one has something to say: sent when all that came has been looked at.
    void wake(Connection& connection) { woken_.push_back(&connection); }

private:
    void accept_all();
    void serve(Connection& connection, Protocol& protocol);
    void flush(Connection& connection);

    int epoll_ = -1;
    int listener_ = -1;
    std::vector<std::unique_ptr<Connection>> connections_;  // by socket
    std::vector<Connection*> woken_;
    std::vector<char> buffer_;
};

}  // namespace playback::control
