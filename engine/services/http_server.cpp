#include "engine/services/http_server.h"

#include <utility>

#include "engine/base/check.h"
#include "engine/base/plant.h"
#include "engine/io/clock.h"
#include "engine/services/http_connection.h"

namespace playback::services {
namespace {

// After an accept that failed for want of descriptors: until some may be free.
constexpr Duration accept_pause = milliseconds(100);

// After the grace, for connections that were cut off to notice it.
constexpr Duration cut_off_time = milliseconds(500);

}  // namespace

HttpServer::HttpServer(io::Io& io, HttpHandler& handler, const HttpServerOptions& options)
    : io_(io),
      handler_(handler),
      options_(options),
      metrics_(io.metrics, handler.routes()),
      ended_(io.clock),
      tasks_(io.executor) {
}

HttpServer::~HttpServer() = default;

void HttpServer::serve(std::unique_ptr<io::Listener> listener) {
    CHECK(!stopping_);
    listeners_.push_back(std::move(listener));
    tasks_.spawn(accept_from(*listeners_.back()));
}

io::Task<void> HttpServer::accept_from(io::Listener& listener) {
    while (!stopping_) {
        if (connections_ >= options_.connections_max) {
            co_await ended_.wait();
            continue;
        }
        Result<std::unique_ptr<io::Stream>> stream = co_await listener.accept();
        if (stream) {
            if (stopping_) co_return;
            metrics_.connections(++connections_);
            tasks_.spawn(serve_one(*std::move(stream)));
            continue;
        }
        if (stream.error().code == Errc::closed || PLAYBACK_PLANT(accept_error_ends)) co_return;
        const Instant later = io_.clock.now() + accept_pause;
        co_await io::sleep_until(io_.clock, later);
    }
}

io::Task<void> HttpServer::serve_one(std::unique_ptr<io::Stream> stream) {
    HttpConnection::Continuation next;
    {
        HttpConnection connection(*this, std::move(stream));
        co_await connection.run();
        next = connection.take_upgrade();
    }
    if (next.upgrade) {
        io::Task<void> rest = next.upgrade->run(std::move(next.stream), std::move(next.received));
        co_await std::move(rest);
    }
    metrics_.connections(--connections_);
    ended_.notify_all();
}

bool HttpServer::take_buffer(std::size_t bytes) {
    if (buffered_ + bytes > options_.buffer_bytes_max) return false;
    buffered_ += bytes;
    return true;
}

io::Task<void> HttpServer::stop(Duration grace) {
    stopping_ = true;
    for (const std::unique_ptr<io::Listener>& listener : listeners_) listener->close();
    ended_.notify_all();
    for (HttpConnection* one = first_; one != nullptr; one = one->next()) one->stop();

    const Instant deadline = io_.clock.now() + grace;
    while (connections_ > 0 && io_.clock.now() < deadline) co_await ended_.wait(deadline);
    for (HttpConnection* one = first_; one != nullptr; one = one->next()) one->cut_off();
    const Instant last = io_.clock.now() + cut_off_time;
    while (connections_ > 0 && io_.clock.now() < last) co_await ended_.wait(last);
    if (connections_ == 0) co_await tasks_.join();
}

}  // namespace playback::services
