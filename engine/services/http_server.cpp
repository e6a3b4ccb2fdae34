#include "engine/services/http_server.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/plant.h"
#include "engine/io/clock.h"
#include "engine/io/log.h"
#include "engine/services/http_connection.h"

namespace playback::services {
namespace {

// After an accept that failed for want of descriptors: until some may be free.
constexpr Duration accept_pause = milliseconds(100);

// For peers to take their answers, before a handover; what they have not taken is passed on.
constexpr Duration flush_time = milliseconds(250);

// After the grace, for connections that were cut off to notice it.
constexpr Duration cut_off_time = milliseconds(500);

}  // namespace

HttpServer::HttpServer(io::Io& io, HttpHandler& handler, const HttpServerOptions& options)
    : io_(io),
      handler_(handler),
      options_(options),
      metrics_(io.metrics, handler.routes()),
      log_(io),
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
    while (!stopping_ && !handing_over_) {
        if (connections_ >= options_.connections_max) {
            co_await ended_.wait();
            continue;
        }
        Result<std::unique_ptr<io::Stream>> stream = co_await listener.accept();
        if (stream) {
            if (stopping_) co_return;
            metrics_.connections(++connections_);
            serve_one(*std::move(stream), Parcel());
            continue;
        }
        if (stream.error().code == Errc::closed || PLAYBACK_PLANT(accept_error_ends)) co_return;
        const Instant later = io_.clock.now() + accept_pause;
        co_await io::sleep_until(io_.clock, later);
    }
}

void HttpServer::adopt(Parcel parcel) {
    CHECK(!stopping_ && !handing_over_);
    std::unique_ptr<io::Stream> stream;
    if (parcel.handle) {
        Result<std::unique_ptr<io::Stream>> adopted = io_.network.adopt(std::move(parcel.handle));
        if (!adopted) {
            io_.log.warn("connection not taken over", {{"why", adopted.error().detail}});
            return;
        }
        stream = *std::move(adopted);
    }
    if (parcel.words.empty()) {
        CHECK(stream != nullptr);
        metrics_.connections(++connections_);
        serve_one(std::move(stream), std::move(parcel));
        return;
    }
    auto upgrade = handler_.resume(parcel.words, std::move(parcel.unsent));
    if (!upgrade) {
        io_.log.warn("connection not taken over", {{"why", "nobody knows what it is"}});
        return;
    }
    metrics_.connections(++connections_);
    auto next = std::make_unique<Continuation>();
    next->upgrade = std::move(upgrade);
    next->stream = std::move(stream);
    next->received = std::move(parcel.received);
    tasks_.spawn(run_upgrade(std::move(next)));
}

void HttpServer::serve_one(std::unique_ptr<io::Stream> stream, Parcel bytes) {
    tasks_.spawn(
        run_http(std::make_unique<HttpConnection>(*this, std::move(stream), std::move(bytes))));
}

io::Task<void> HttpServer::run_http(std::unique_ptr<HttpConnection> connection) {
    co_await connection->run();
    std::unique_ptr<Continuation> next = connection->take_upgrade();
    if (!next) connection->pack(parcels_);
    connection.reset();
    if (next)
        tasks_.spawn(run_upgrade(std::move(next)));
    else
        count_ended();
}

io::Task<void> HttpServer::run_upgrade(std::unique_ptr<Continuation> next) {
    std::unique_ptr<Upgrade> upgrade = std::move(next->upgrade);
    const auto place = upgrades_.insert(upgrades_.end(), upgrade.get());
    if (handing_over_) upgrade->hand_over();
    io::Task<void> rest = upgrade->run(std::move(next->stream), std::move(next->received));
    next.reset();
    co_await std::move(rest);
    upgrades_.erase(place);
    // Only when all have come to rest: until then others may still send to it.
    if (handing_over_) passengers_.push_back(std::move(upgrade));
    count_ended();
}

void HttpServer::count_ended() {
    metrics_.connections(--connections_);
    ended_.notify_all();
}

bool HttpServer::take_buffer(std::size_t bytes) {
    if (buffered_ + bytes > options_.buffer_bytes_max) return false;
    buffered_ += bytes;
    return true;
}

io::Task<void> HttpServer::wait_for_end(Instant deadline) {
    while (connections_ > 0 && io_.clock.now() < deadline) co_await ended_.wait(deadline);
}

io::Task<Luggage> HttpServer::hand_over(Duration grace) {
    CHECK(!stopping_ && !handing_over_);
    handing_over_ = true;
    Luggage luggage;
    for (const std::unique_ptr<io::Listener>& listener : listeners_) {
        const io::Endpoint local = listener->local();
        luggage.listeners.push_back({listener->detach(), local, local});
        listener->close();  // where it could not be detached
    }
    ended_.notify_all();
    for (HttpConnection* one = first_; one != nullptr; one = one->next()) one->hand_over();
    for (Upgrade* const one : upgrades_) one->hand_over();

    const Instant now = io_.clock.now();
    co_await wait_for_end(now + std::min(grace, flush_time));
    for (HttpConnection* one = first_; one != nullptr; one = one->next()) one->interrupt();
    co_await wait_for_end(now + grace);

    luggage.cut_off = connections_;
    for (HttpConnection* one = first_; one != nullptr; one = one->next()) one->cut_off();
    luggage.parcels = std::move(parcels_);
    for (const std::unique_ptr<Upgrade>& passenger : passengers_) {
        std::optional<Parcel> parcel = passenger->pack();
        if (parcel) luggage.parcels.push_back(*std::move(parcel));
    }
    if (connections_ == 0) co_await tasks_.join();
    co_return luggage;
}

io::Task<void> HttpServer::stop(Duration grace) {
    stopping_ = true;
    for (const std::unique_ptr<io::Listener>& listener : listeners_) listener->close();
    ended_.notify_all();
    for (HttpConnection* one = first_; one != nullptr; one = one->next()) one->stop();

    co_await wait_for_end(io_.clock.now() + grace);
    for (HttpConnection* one = first_; one != nullptr; one = one->next()) one->cut_off();
    co_await wait_for_end(io_.clock.now() + cut_off_time);
    if (connections_ == 0) co_await tasks_.join();
}

}  // namespace playback::services
