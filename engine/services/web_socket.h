// WebSocket: one open WebSocket over a stream, of either end.
//
//     auto socket = std::make_shared<WebSocket>(io, std::move(stream), received, options, metrics);
//     socket->start();
//     for (;;) {
//         const SocketEvent event = co_await socket->read();     // waits
//         if (event.kind == SocketEvent::Kind::closed) break;
//         ...                                                    // socket->next(): what is there
//         already
//     }
//     co_await socket->finish();                                  // always, and last
//
// One coroutine reads; anybody may send. What was sent in one turn of the loop leaves in one write.
// An idle socket holds a small buffer and one suspended coroutine: whoever reads. Bounds:
// queue_bytes_max of frames wait, then `send` refuses; a peer that takes nothing for write_timeout,
// or says nothing (not even a pong) for two and a half ping intervals while it is read, is cut off.
// Pings of the peer are events: whoever reads answers them, in order with what it does about the
// messages before. Errors of a socket are its end. One core; io outlives it; it is shared, so that
// whoever waits for its room never dangles. Spec: RFC 6455, omgservers.md 7.4, 7.5.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/limits.h"
#include "engine/base/random.h"
#include "engine/base/time.h"
#include "engine/io/io.h"
#include "engine/io/network.h"
#include "engine/io/task.h"
#include "engine/io/wait.h"
#include "engine/services/handover.h"
#include "engine/wire/websocket.h"

namespace playback::io {
class Counter;
class Gauge;
}  // namespace playback::io

namespace playback::services {

struct WebSocketOptions {
    wire::WebSocketEnd end = wire::WebSocketEnd::server;
    wire::WebSocketLimits limits{.message_bytes_max = limits::socket_message_bytes_max,
                                 .fragments_max = limits::socket_fragments_max};
    std::size_t queue_bytes_max = limits::socket_queue_bytes_max;
    Duration ping_interval = seconds(16);  // zero: no pings, and nobody is missed
    Duration idle_timeout;  // closed with 1002 after so long without a message; zero: off
    Duration write_timeout = limits::request_timeout;
    Duration close_timeout = seconds(2);  // for the peer to answer our close
};

// What all sockets of a kind have in common. Handles cost an addition.
class SocketMetrics {
public:
    // `kind` is a word of a closed list ("connector", "dispatcher").
    SocketMetrics(io::Metrics& metrics, std::string_view kind);

    void opened() { count(1); }
    void ended() { count(-1); }

    io::Counter& received;  // messages
    io::Counter& sent;      // messages
    io::Counter& refused;   // messages that found the queue full
    io::Counter& cut_off;   // sockets of peers that took or said nothing

private:
    void count(std::int64_t change);
    io::Gauge& open_gauge_;
    std::int64_t open_ = 0;
};

struct SocketEvent {
    enum class Kind : std::uint8_t { text, binary, ping, pong, closed };
    Kind kind = Kind::closed;
    std::string_view payload;  // until the next read() or next()
};

class WebSocket {
public:
    WebSocket(io::Io& io,
              std::unique_ptr<io::Stream> stream,
              std::string_view received,
              std::shared_ptr<const WebSocketOptions> options,
              SocketMetrics& metrics);
    WebSocket(const WebSocket&) = delete;
    WebSocket& operator=(const WebSocket&) = delete;

    // Goes on where the process before left it. Before `start`.
    void resume(const SocketState& state, std::string unsent);
    // Once, before anything else.
    void start();

    // The connection is to go on in the next process: whoever reads gets `closed` and ends without
    // `finish`. What is sent from now on, without bound, is passed on. A socket that is closing
    // already is not passed on: it soon ends as ever.
    void hand_over();
    [[nodiscard]] bool handing_over() const { return handing_over_; }
    // Returns when nothing is read or written any more.
    io::Task<void> rest();
    // After that, when nobody sends any more. Its words are empty: `state` is what goes into them.
    Parcel pack(SocketState& state);

    // The next event, when there is one. `closed` is the last: the peer has closed, is gone, broke
    // the protocol or did not answer our close in time.
    io::Task<SocketEvent> read();
    // The next event if it has arrived already.
    std::optional<SocketEvent> next();
    // What `read` does when there is none, for who waits with many others and needs no frame for
    // it: if `begin_read`, then `end_read` with what `more` gave; then `next` again.
    bool begin_read();
    io::Task<Result<std::size_t>> more();
    void end_read(const Result<std::size_t>& got);

    // Queues a message (text or binary) or a control frame. False: the queue is full (messages
    // only), or the socket is closing.
    bool send(wire::Opcode opcode, std::string_view payload);
    // Returns when at most half of the queue waits, or the socket is closing.
    io::Task<void> wait_for_room();
    // Pings now, and says the same in each regular ping from then on.
    void ping(std::string payload);
    // Does the peer say anything before `deadline`? Asks with a ping.
    io::Task<bool> answers(Instant deadline);

    // Nothing is sent after what is queued and this. The first call decides. The reader gets
    // `closed` at the latest after close_timeout.
    void close(std::uint16_t code, std::string_view reason);
    // Writes what is queued, says goodbye (normal unless closed before) and ends the stream. Call
    // it last, once, from where it was read.
    io::Task<void> finish();

    [[nodiscard]] bool closing() const { return close_sent_ || ended_ || broken_; }
    // What the peer closed with; none_received if it did not.
    [[nodiscard]] std::uint16_t peer_code() const { return peer_code_; }

private:
    // Wakes it for pings and for what was silent too long.
    class Pulse final : public io::Timer {
    public:
        Pulse(io::Clock& clock, WebSocket& socket) : Timer(clock), socket_(socket) {}

    private:
        void fire() override { socket_.on_time(); }
        WebSocket& socket_;
    };

    std::optional<SocketEvent> take_event();
    void make_room();
    void resize_buffer(std::size_t size);
    void start_writing();
    io::Task<void> write_queued();
    io::Task<bool> write_once();
    void append(wire::Opcode opcode, std::string_view payload);
    void on_time();
    void let_go_of_memory();
    [[nodiscard]] Instant next_wake() const;
    void set_deadline();
    void break_off();
    [[nodiscard]] std::span<char> unread() { return {buffer_.data() + begin_, end_ - begin_}; }

    io::Io& io_;
    std::unique_ptr<io::Stream> stream_;
    std::shared_ptr<const WebSocketOptions> options_;  // of all sockets of a kind
    SocketMetrics& metrics_;
    std::unique_ptr<Random> masks_;  // of a client
    wire::WebSocketParser parser_;

    std::vector<char> buffer_;
    std::size_t begin_ = 0;  // of what no event has consumed
    std::size_t end_ = 0;
    unsigned small_reads_ = 0;  // one after the other
    bool read_filled_ = false;  // the last read took all the room there was

    std::string output_;   // frames that wait for the writer
    std::string writing_;  // those that it writes
    std::string ping_payload_;
    Instant next_ping_ = never;
    Instant last_heard_;    // anything from the peer
    Instant last_message_;  // a message in either direction
    Instant write_deadline_ = never;
    Instant close_deadline_ = never;
    bool reading_ = false;
    bool close_sent_ = false;  // or queued
    bool is_writing_ = false;  // a coroutine that ends when all is written
    bool ended_ = false;       // nothing more is read
    bool broken_ = false;      // nothing more is written
    bool handing_over_ = false;
    std::uint16_t peer_code_ = wire::close_code::none_received;
    Pulse pulse_;
    io::Signal drained_;  // who waits for room
    io::Signal heard_;    // who asked for an answer
    io::TaskGroup tasks_;
};

}  // namespace playback::services
