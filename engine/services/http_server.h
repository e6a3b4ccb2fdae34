// HttpServer: accepts connections and serves each in a coroutine until it ends.
//
// Bounds: at most connections_max connections (new ones wait in the listen queue) and
// buffer_bytes_max bytes of requests beyond the small buffer that each connection has. A request
// must arrive whole within request_timeout of its first byte, an answer must be taken within the
// same time, and between requests a connection may rest for idle_timeout: slow clients are cut off.
// Ownership: the caller owns handler and io, which outlive the server; the server owns listeners
// and connections. Errors of one connection never reach another.
// Spec: omgservers.md 0.2 (error bodies come from the handler), performance.md section 4.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <vector>

#include "engine/base/limits.h"
#include "engine/base/time.h"
#include "engine/io/io.h"
#include "engine/io/network.h"
#include "engine/io/task.h"
#include "engine/io/wait.h"
#include "engine/services/http_handler.h"
#include "engine/services/http_metrics.h"
#include "engine/services/request_log.h"

namespace playback::services {

struct HttpServerOptions {
    wire::HttpLimits limits{.head_bytes_max = limits::request_head_bytes_max,
                            .headers_max = limits::request_headers_max,
                            .body_bytes_max = limits::request_body_bytes_max};
    Duration request_timeout = limits::request_timeout;
    Duration idle_timeout = limits::idle_timeout;
    std::size_t connections_max = limits::connections_max;
    std::size_t buffer_bytes_max = 256UL * 1024 * 1024;
};

class HttpConnection;

// Who goes on with a connection, and with what.
struct Continuation {
    std::unique_ptr<Upgrade> upgrade;
    std::unique_ptr<io::Stream> stream;
    std::string received;
};

class HttpServer {
public:
    HttpServer(io::Io& io, HttpHandler& handler, const HttpServerOptions& options = {});
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    ~HttpServer();

    // Accepts from `listener` from now on. For several listeners: call it again.
    void serve(std::unique_ptr<io::Listener> listener);

    // Goes on with a connection of the process before, after `serve` or instead of it.
    void adopt(Parcel parcel);

    // Instead of `stop`: accepts and reads nothing more, lets running requests be answered for
    // `grace` (their handlers must not wait for more to come), and returns everything for the next
    // process. No peer hears of it. Nothing is left then but to be destroyed.
    io::Task<Luggage> hand_over(Duration grace);

    // Accepts nothing more, closes what rests, lets running requests finish for `grace`, then cuts
    // the rest off. Returns when no connection is left, or soon after the grace with those whose
    // handler still waits (the scheduler destroys them).
    io::Task<void> stop(Duration grace);

    [[nodiscard]] std::size_t connections() const { return connections_; }
    [[nodiscard]] bool stopping() const { return stopping_; }
    [[nodiscard]] bool handing_over() const { return handing_over_; }

private:
    friend class HttpConnection;

    io::Task<void> accept_from(io::Listener& listener);
    // Its bytes may have come from the process before.
    void serve_one(std::unique_ptr<io::Stream> stream, Parcel bytes);
    // Each has little to remember: there may be many of them, and most are idle.
    io::Task<void> run_http(std::unique_ptr<HttpConnection> connection);
    io::Task<void> run_upgrade(std::unique_ptr<Continuation> next);
    // Returns when no connection is left, or at the deadline.
    io::Task<void> wait_for_end(Instant deadline);
    void count_ended();
    // Takes `bytes` of the budget of all request buffers. False: it is used up.
    bool take_buffer(std::size_t bytes);
    void give_buffer(std::size_t bytes) { buffered_ -= bytes; }

    io::Io& io_;
    HttpHandler& handler_;
    HttpServerOptions options_;
    HttpMetrics metrics_;
    RequestLog log_;
    std::vector<std::unique_ptr<io::Listener>> listeners_;
    HttpConnection* first_ = nullptr;  // all connections, in a list through them
    std::size_t connections_ = 0;
    std::size_t buffered_ = 0;
    bool stopping_ = false;
    bool handing_over_ = false;
    std::list<Upgrade*> upgrades_;                      // that run
    std::vector<std::unique_ptr<Upgrade>> passengers_;  // that have run and are to be packed
    std::vector<Parcel> parcels_;                       // packed already
    io::Signal ended_;                                  // a connection
    io::TaskGroup tasks_;
};

}  // namespace playback::services
