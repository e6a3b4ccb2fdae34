// Network: byte streams between nodes, players, runtimes and daemons (TCP and unix sockets).
//
// A Stream is used by one coroutine for reading and one for writing at a time. Deadlines are a
// property of the stream, checked by a coarse sweep, so that they cost no timer per operation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/io/task.h"

namespace playback::io {

// host and port, or the path of a unix socket (then host is empty). A listener may ask for port 0.
struct Endpoint {
    std::string host;
    std::uint16_t port = 0;
    std::string path;

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// "127.0.0.1:8080", "[::1]:8080" or "unix:/run/docker.sock".
std::string to_string(const Endpoint& endpoint);
// Reads what to_string writes. Fails with invalid_argument.
Result<Endpoint> parse_endpoint(std::string_view text);

// A connection, or a place to listen at, that nobody uses at the moment: it stays open until a
// Network adopts it, in this process or in the one that comes after it. Destroying it lets go of
// it; what another process adopted lives on.
class Handle {
public:
    Handle() = default;
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    virtual ~Handle() = default;
};

struct Detached {
    std::unique_ptr<Handle> handle;  // none: the connection has ended, or cannot be passed on
    std::string unsent;              // what was to be written and was not
};

class Stream {
public:
    // Destroying a stream closes it; its suspended reader and writer must be gone or resumed.
    virtual ~Stream() = default;

    // At least one byte into `buffer`, or 0 at the end of the stream (the peer half-closed).
    // Fails with reset, timed_out (expire_at passed) or closed (closed on this side).
    virtual Task<Result<std::size_t>> read_some(std::span<char> buffer) = 0;

    // All of `bytes`, which must stay valid until it returns. Success says that they left, not that
    // they arrived. Fails as read_some; then any prefix may have arrived.
    virtual Task<Result<void>> write(std::string_view bytes) = 0;

    // Half-close: the peer reads the end of the stream after what was written.
    virtual void shutdown_write() = 0;

    // Ends both directions now; pending operations fail with `closed`. May be called again.
    virtual void close() = 0;

    // Reads and writes that are pending after `at` fail with timed_out (late by up to 250 ms in
    // production). Stays in force for later operations; `never` lifts it.
    virtual void expire_at(Instant at) = 0;

    // The connection is to go on elsewhere: what is pending fails with `closed`, and so does what
    // comes later. Nothing is lost: unread bytes wait for the next reader, and what was given to
    // `write` and has not left is kept for `detach`. Where nothing can be passed on: as `close`.
    virtual void interrupt() { close(); }
    // After `interrupt`, when nothing is pending any more: what goes on elsewhere. This stream is
    // closed then, and the peer hears nothing of it.
    virtual Detached detach() { return {}; }

    // The address of the other side, without its port: what rate limits count.
    [[nodiscard]] virtual std::string peer_address() const = 0;
};

class Listener {
public:
    virtual ~Listener() = default;

    // Fails with closed, or io_failed (no descriptors left: wait a little and go on).
    virtual Task<Result<std::unique_ptr<Stream>>> accept() = 0;
    virtual void close() = 0;
    // As Stream::detach: who connects meanwhile waits. A pending accept fails with `closed`.
    virtual std::unique_ptr<Handle> detach() { return nullptr; }
    // Where it really listens: with the port that was chosen for port 0.
    [[nodiscard]] virtual Endpoint local() const = 0;
};

class Network {
public:
    virtual ~Network() = default;

    // Fails with in_use (another process has it), invalid_argument or denied.
    virtual Result<std::unique_ptr<Listener>> listen(const Endpoint& at) = 0;

    // Fails with refused, timed_out, reset, or invalid_argument (host is not a numeric address or a
    // name that resolves).
    virtual Task<Result<std::unique_ptr<Stream>>> connect(Endpoint to, Instant deadline) = 0;

    // Goes on with what a Network of this kind has detached. Fails with unsupported, or io_failed.
    virtual Result<std::unique_ptr<Stream>> adopt(std::unique_ptr<Handle> connection);
    // `local`: where it listens, as the listener before said.
    virtual Result<std::unique_ptr<Listener>> adopt_listener(std::unique_ptr<Handle> listening,
                                                             const Endpoint& local);
};

}  // namespace playback::io
