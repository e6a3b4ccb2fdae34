#include "engine/api/omgservers/dispatcher.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/handshake.h"
#include "engine/api/omgservers/relay_frame.h"
#include "engine/base/plant.h"
#include "engine/domain/mailbox/runtime_inputs.h"
#include "engine/io/clock.h"
#include "engine/io/log.h"
#include "engine/io/wait.h"

namespace playback::omgservers {
namespace {

using services::SocketEvent;
using wire::Opcode;

// For a socket to prove that it lives when another claims its place.
constexpr Duration proof_time = seconds(1);

}  // namespace

struct Dispatcher::Room {
    explicit Room(io::Clock& clock) : changed(clock) {}

    Socket runtime;  // none: it is waited for
    std::map<ClientId, Socket> members;
    io::Signal changed;  // the runtime came or left
};

class Dispatcher::Session final : public services::Upgrade {
public:
    Session(Dispatcher& dispatcher, const services::SocketPass& pass)
        : dispatcher_(dispatcher), api_(dispatcher.api_), pass_(pass) {}

    io::Task<void> run(std::unique_ptr<io::Stream> stream, std::string received) override;

private:
    io::Task<void> serve_runtime();
    io::Task<void> serve_player();
    io::Task<bool> enter_as_runtime();
    io::Task<bool> enter_as_player();
    io::Task<bool> gives_way(Socket older);
    io::Task<bool> runtime_exists();
    void relay(std::string_view text);
    io::Task<void> pass_on(SocketEvent event);
    io::Task<void> wait_for_runtime();
    void close_room();
    void refuse() { socket_->close(wire::close_code::protocol_error, "Failed to open"); }
    std::shared_ptr<Room> find_room();

    Dispatcher& dispatcher_;
    Api& api_;
    const services::SocketPass pass_;
    Socket socket_;
    std::shared_ptr<Room> room_;
};

io::Task<void> Dispatcher::Session::run(std::unique_ptr<io::Stream> stream, std::string received) {
    services::WebSocketOptions options;
    options.ping_interval = dispatcher_.options_.ping_interval;
    if (!pass_.is_runtime) options.idle_timeout = dispatcher_.options_.inactive;
    socket_ = std::make_shared<services::WebSocket>(
        api_.io, std::move(stream), received, options, dispatcher_.metrics_);
    socket_->start();
    if (api_.stopping())
        socket_->close(wire::close_code::going_away, "Node is stopping");
    else if (pass_.is_runtime)
        co_await serve_runtime();
    else
        co_await serve_player();
    co_await socket_->finish();
    // The room outlives its runtime's socket for a while.
    if (pass_.is_runtime && room_) co_await wait_for_runtime();
}

std::shared_ptr<Dispatcher::Room> Dispatcher::Session::find_room() {
    const auto it = dispatcher_.rooms_.find(pass_.runtime);
    return it == dispatcher_.rooms_.end() ? nullptr : it->second;
}

// Is the place of an older socket free? Unless that one answers, it is closed.
io::Task<bool> Dispatcher::Session::gives_way(Socket older) {
    const Instant deadline = api_.io.clock.now() + proof_time;
    const bool lively = co_await older->answers(deadline);
    if (!lively) older->close(wire::close_code::policy_violation, "Replaced by a newer connection");
    co_return !lively;
}

// --- the runtime ---

io::Task<bool> Dispatcher::Session::runtime_exists() {
    const mailbox::GetRuntime ask;
    const Result<mailbox::RuntimeDetails> details =
        co_await api_.kernel.submit(address_of(pass_.runtime), ask);
    co_return details || details.error().code != Errc::not_found;
}

io::Task<bool> Dispatcher::Session::enter_as_runtime() {
    const bool exists = co_await runtime_exists();
    if (!exists) co_return false;
    std::shared_ptr<Room> room = find_room();
    if (room && room->runtime) {
        const Socket older = room->runtime;
        const bool is_free = co_await gives_way(older);
        if (!is_free) co_return false;
        room = find_room();
        if (room && room->runtime && room->runtime != older) co_return false;
    }
    if (!room) {
        room = std::make_shared<Room>(api_.io.clock);
        dispatcher_.rooms_.emplace(pass_.runtime, room);
    }
    room->runtime = socket_;
    room->changed.notify_all();
    room_ = room;
    co_return true;
}

io::Task<void> Dispatcher::Session::serve_runtime() {
    const bool entered = co_await enter_as_runtime();
    if (!entered) {
        refuse();
        co_return;
    }
    for (;;) {
        const SocketEvent event = co_await socket_->read();
        if (event.kind == SocketEvent::Kind::closed) break;
        if (event.kind == SocketEvent::Kind::text) relay(event.payload);
        if (event.kind == SocketEvent::Kind::ping) socket_->send(Opcode::pong, event.payload);
    }
    if (room_->runtime == socket_) {
        room_->runtime.reset();
        room_->changed.notify_all();
    } else {
        room_.reset();  // replaced: the room is another's
    }
}

// Runtime -> players. What cannot be read is dropped with a line in the log, as the reference does.
void Dispatcher::Session::relay(std::string_view text) {
    const Result<RelayFrame> frame = read_relay_frame(text);
    if (!frame) {
        api_.io.log.write(io::LogLevel::debug,
                          "real-time message dropped",
                          {{"runtime", pass_.runtime.value}, {"why", frame.error().detail}});
        return;
    }
    const Opcode opcode = frame->is_binary ? Opcode::binary : Opcode::text;
    const auto send = [&](const Socket& member) {
        if (member->send(opcode, frame->payload) || member->closing()) return;
        member->close(wire::close_code::policy_violation, "Too slow");
    };
    if (!frame->clients || PLAYBACK_PLANT(listed_is_everybody)) {
        for (const auto& [client, member] : room_->members) send(member);
        return;
    }
    for (const ClientId client : *frame->clients) {
        const auto it = room_->members.find(client);
        if (it != room_->members.end()) send(it->second);
    }
}

// Ends when the runtime has come back, or the room is closed.
io::Task<void> Dispatcher::Session::wait_for_runtime() {
    const Instant deadline = api_.io.clock.now() + dispatcher_.options_.room_grace;
    while (!room_->runtime && !api_.stopping() && api_.io.clock.now() < deadline)
        co_await room_->changed.wait(deadline);
    if (!room_->runtime) close_room();
}

void Dispatcher::Session::close_room() {
    for (const auto& [client, member] : room_->members)
        member->close(wire::close_code::going_away, "Dispatcher deleted");
    const auto it = dispatcher_.rooms_.find(pass_.runtime);
    if (it != dispatcher_.rooms_.end() && it->second == room_) dispatcher_.rooms_.erase(it);
    room_->changed.notify_all();
}

// --- a player ---

io::Task<bool> Dispatcher::Session::enter_as_player() {
    std::shared_ptr<Room> room = find_room();
    if (!room) co_return false;
    if (const auto it = room->members.find(pass_.client); it != room->members.end()) {
        const Socket older = it->second;
        const bool is_free = co_await gives_way(older);
        if (!is_free) co_return false;
        if (find_room() != room) co_return false;
        const auto now = room->members.find(pass_.client);
        if (now != room->members.end() && now->second != older) co_return false;
    }
    room->members[pass_.client] = socket_;
    room_ = room;
    co_return true;
}

io::Task<void> Dispatcher::Session::serve_player() {
    const bool entered = co_await enter_as_player();
    if (!entered) {
        refuse();
        co_return;
    }
    for (;;) {
        const SocketEvent event = co_await socket_->read();
        if (event.kind == SocketEvent::Kind::closed) break;
        if (event.kind == SocketEvent::Kind::ping)
            socket_->send(Opcode::pong, event.payload);
        else if (event.kind != SocketEvent::Kind::pong)
            co_await pass_on(event);
    }
    const auto it = room_->members.find(pass_.client);
    if (it != room_->members.end() && it->second == socket_) room_->members.erase(it);
}

// Player -> runtime, when there is one with room for it. The payload stays where it is: nobody else
// reads this socket.
io::Task<void> Dispatcher::Session::pass_on(SocketEvent event) {
    const bool is_binary = event.kind == SocketEvent::Kind::binary;
    const std::string frame = relay_frame_of(pass_.client, is_binary, event.payload);
    while (!socket_->closing()) {
        const Socket runtime = room_->runtime;
        if (!runtime) {
            co_await room_->changed.wait();
            if (find_room() != room_) co_return;
            continue;
        }
        co_await runtime->wait_for_room();
        if (runtime->send(Opcode::text, frame)) co_return;
        // Full again, or closing: then it soon leaves its room.
        if (runtime->closing() && room_->runtime == runtime) co_await room_->changed.wait();
    }
}

// --- Dispatcher ---

Dispatcher::Dispatcher(Api& api, const SocketOptions& options)
    : api_(api), options_(options), metrics_(api.io.metrics, "dispatcher") {
}

Dispatcher::~Dispatcher() = default;

io::Task<void> Dispatcher::open(Call call) {
    std::optional<Handshake> handshake = read_handshake(call);
    if (!handshake) co_return;
    const Result<services::SocketPass> pass =
        co_await api_.tokens.verify_for_dispatcher(std::move(handshake->token));
    if (!pass) co_return call.fail(pass.error());
    accept_handshake(call, handshake->protocol, std::make_unique<Session>(*this, *pass));
}

void Dispatcher::stop() {
    for (const auto& [runtime, room] : rooms_) {
        if (room->runtime) room->runtime->close(wire::close_code::going_away, "Node is stopping");
        for (const auto& [client, member] : room->members)
            member->close(wire::close_code::going_away, "Node is stopping");
        room->changed.notify_all();
    }
}

io::Task<void> open_dispatcher(Api& api, const Call& call) {
    return api.dispatcher().open(call);
}

}  // namespace playback::omgservers
