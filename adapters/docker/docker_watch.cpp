// The events of a DockerHost: how it notices that something has changed.
#include <algorithm>

#include "adapters/docker/docker_host.h"

namespace playback::adapters {
namespace {

using docker::Exchange;
using docker::Request;

constexpr Duration connect_timeout = seconds(5);
constexpr Duration ping_timeout = seconds(5);
constexpr Duration settle_timeout = seconds(5);
// A stream that says nothing for this long may have lost its other end.
constexpr Duration quiet_max = seconds(10);
constexpr Duration backoff_min = milliseconds(100);
constexpr Duration backoff_max = seconds(5);

}  // namespace

io::Task<void> DockerHost::wait_for_change(std::uint64_t seen, Instant deadline) {
    if (!watching_ && !stopping_) {
        watching_ = true;
        tasks_.spawn(watch());
    }
    while (version_ == seen && clock_.now() < deadline) co_await changed_.wait(deadline);
}

io::Task<void> DockerHost::stop() {
    stopping_ = true;
    if (events_ != nullptr) events_->close();
    stopped_.notify_all();
    co_await tasks_.join();
}

void DockerHost::changed() {
    ++version_;
    changed_.notify_all();
}

io::Task<void> DockerHost::watch() {
    Duration backoff = backoff_min;
    while (!stopping_) {
        const bool stood = co_await follow_events();
        if (stopping_) break;
        backoff = stood ? backoff_min : std::min(backoff * 2, backoff_max);
        co_await stopped_.wait(clock_.now() + backoff);
    }
}

// One connection's worth of events. False if it did not come about.
io::Task<bool> DockerHost::follow_events() {
    Request request;
    // The daemon answers before it subscribes us; `since` makes it repeat what it still remembers,
    // so nothing falls in between.
    request.target = "/events?since=1&filters=" + docker::event_filter();
    const Instant deadline = clock_.now() + connect_timeout;
    Result<std::unique_ptr<Exchange>> opened =
        co_await Exchange::open(network_, daemon_, std::move(request), deadline);
    if (!opened || (*opened)->status() != 200 || stopping_) co_return false;

    Exchange& events = **opened;
    events_ = &events;
    log_.info("docker events followed", {{"daemon", to_string(daemon_)}});
    changed();
    co_await read_events(events);
    events_ = nullptr;
    if (!stopping_) log_.warn("docker events lost", {{"daemon", to_string(daemon_)}});
    changed();
    co_return true;
}

io::Task<void> DockerHost::read_events(Exchange& events) {
    docker::Lines lines;
    for (;;) {
        events.expire_at(clock_.now() + quiet_max);
        Result<bool> read = co_await events.read();
        if (stopping_) co_return;
        if (!read && read.error().code == Errc::timed_out) {
            Result<void> alive = co_await ping(clock_.now() + ping_timeout);
            if (!alive || stopping_) co_return;
            continue;
        }
        if (!read || !*read) co_return;
        Result<std::vector<std::string>> taken = lines.take(events.take_body());
        if (!taken) co_return;
        for (const std::string& line : *taken) co_await settle(docker::parse_event(line));
        if (!taken->empty()) changed();
    }
}

// The daemon tells of a death before a listing shows it, and holds the container's lock until one
// does. Inspecting waits for that lock.
io::Task<void> DockerHost::settle(docker::Event event) {
    if (event.action != "die" || stopping_) co_return;
    Result<docker::Inspection> settled =
        co_await inspect(std::move(event.container), clock_.now() + settle_timeout);
    static_cast<void>(settled);
}

}  // namespace playback::adapters
