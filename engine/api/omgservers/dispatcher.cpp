#include "engine/api/omgservers/dispatcher.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/handshake.h"
#include "engine/api/omgservers/passed_on.h"
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
    Session(Dispatcher& dispatcher, PassedDispatcher passed, std::string unsent)
        : Session(dispatcher, pass_of(passed)) {
        if (passed.has_entered && !passed.is_runtime) ++dispatcher_.arriving_;
        passed_.emplace(std::move(passed));
        unsent_ = std::move(unsent);
    }

    io::Task<void> run(std::unique_ptr<io::Stream> stream, std::string received) override;
    void hand_over() override;
    std::optional<services::Parcel> pack() override;

private:
    static services::SocketPass pass_of(const PassedDispatcher& passed);

    void open(std::unique_ptr<io::Stream> stream, std::string_view received);
    void enter_again();
    io::Task<void> serve_runtime();
    io::Task<void> serve_player();
    io::Task<bool> enter_as_runtime();
    io::Task<bool> enter_as_player();
    io::Task<bool> gives_way(Socket older);
    io::Task<bool> runtime_exists();
    void relay(std::string_view text);
    io::Task<void> pass_on(SocketEvent event);
    io::Task<void> pass_frame_on();
    io::Task<void> wait_for_runtime(Duration patience);
    void close_room();
    void refuse() { socket_->close(wire::close_code::protocol_error, "Failed to open"); }
    std::shared_ptr<Room> find_room();
    std::shared_ptr<Room> find_or_make_room();

    Dispatcher& dispatcher_;
    Api& api_;
    const services::SocketPass pass_;
    Socket socket_;
    std::shared_ptr<Room> room_;
    std::string frame_;  // of a player, for its runtime
    bool handing_over_ = false;
    bool is_waiting_ = false;  // the room, for its runtime
    Instant waits_until_;
    std::optional<PassedDispatcher> passed_;  // of the process before
    std::string unsent_;                      // likewise
};

services::SocketPass Dispatcher::Session::pass_of(const PassedDispatcher& passed) {
    services::SocketPass pass;
    pass.is_runtime = passed.is_runtime;
    pass.runtime = passed.runtime;
    pass.client = passed.client;
    return pass;
}

io::Task<void> Dispatcher::Session::run(std::unique_ptr<io::Stream> stream, std::string received) {
    if (passed_ && passed_->is_waiting) {
        room_ = find_or_make_room();
        co_await wait_for_runtime(passed_->patience);
        co_return;
    }
    open(std::move(stream), received);
    if (api_.stopping())
        socket_->close(wire::close_code::going_away, "Node is stopping");
    else if (pass_.is_runtime)
        co_await serve_runtime();
    else
        co_await serve_player();
    if (socket_->handing_over()) {
        co_await socket_->rest();
        co_return;
    }
    co_await socket_->finish();
    // The room outlives its runtime's socket for a while.
    if (pass_.is_runtime && room_) co_await wait_for_runtime(dispatcher_.options_.room_grace);
}

void Dispatcher::Session::open(std::unique_ptr<io::Stream> stream, std::string_view received) {
    const auto& options =
        pass_.is_runtime ? dispatcher_.runtime_options_ : dispatcher_.player_options_;
    socket_ = std::make_shared<services::WebSocket>(
        api_.io, std::move(stream), received, options, dispatcher_.metrics_);
    if (passed_) {
        socket_->resume(passed_->socket, std::move(unsent_));
        frame_ = std::move(passed_->frame);
        if (passed_->has_entered) enter_again();
    }
    socket_->start();
    if (handing_over_) socket_->hand_over();
}

// Where the process before had admitted it.
void Dispatcher::Session::enter_again() {
    room_ = find_or_make_room();
    if (pass_.is_runtime) {
        room_->runtime = socket_;
        room_->changed.notify_all();
    } else {
        room_->members[pass_.client] = socket_;
        --dispatcher_.arriving_;
        dispatcher_.arrived_.notify_all();
    }
}

void Dispatcher::Session::hand_over() {
    handing_over_ = true;
    if (socket_) socket_->hand_over();
    if (room_) room_->changed.notify_all();
}

std::optional<services::Parcel> Dispatcher::Session::pack() {
    PassedDispatcher passed;
    passed.is_runtime = pass_.is_runtime;
    passed.runtime = pass_.runtime;
    passed.client = pass_.client;
    services::Parcel parcel;
    if (socket_ && socket_->handing_over()) {
        parcel = socket_->pack(passed.socket);
        passed.has_entered = room_ != nullptr;
        passed.frame = std::move(frame_);
        if (!parcel.handle && pass_.is_runtime && room_) {
            is_waiting_ = true;  // it broke off just now
            room_->runtime.reset();
            waits_until_ = api_.io.clock.now() + dispatcher_.options_.room_grace;
        }
    }
    if (is_waiting_ && room_->runtime == nullptr) {
        passed.is_waiting = true;
        passed.patience = waits_until_ - api_.io.clock.now();
    } else if (!parcel.handle) {
        return std::nullopt;
    }
    parcel.words = dispatcher_letter + encode(passed);
    return parcel;
}

std::shared_ptr<Dispatcher::Room> Dispatcher::Session::find_room() {
    const auto it = dispatcher_.rooms_.find(pass_.runtime);
    return it == dispatcher_.rooms_.end() ? nullptr : it->second;
}

std::shared_ptr<Dispatcher::Room> Dispatcher::Session::find_or_make_room() {
    std::shared_ptr<Room>& room = dispatcher_.rooms_[pass_.runtime];
    if (!room) room = std::make_shared<Room>(api_.io.clock);
    return room;
}

// Is the place of an older socket free? Unless that one answers, it is closed. When the node hands
// over, the next process asks again.
io::Task<bool> Dispatcher::Session::gives_way(Socket older) {
    const Instant deadline = api_.io.clock.now() + proof_time;
    const bool lively = co_await older->answers(deadline);
    if (handing_over_) co_return false;
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
    room = find_or_make_room();
    room->runtime = socket_;
    room->changed.notify_all();
    room_ = room;
    co_return true;
}

io::Task<void> Dispatcher::Session::serve_runtime() {
    bool entered = room_ != nullptr;
    if (!entered) entered = co_await enter_as_runtime();
    if (!entered) {
        if (!socket_->handing_over()) refuse();
        co_return;
    }
    while (dispatcher_.arriving_ > 0) co_await dispatcher_.arrived_.wait();
    for (;;) {
        const SocketEvent event = co_await socket_->read();
        if (event.kind == SocketEvent::Kind::closed) break;
        if (event.kind == SocketEvent::Kind::text) relay(event.payload);
        if (event.kind == SocketEvent::Kind::ping) socket_->send(Opcode::pong, event.payload);
    }
    if (socket_->handing_over()) co_return;
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
io::Task<void> Dispatcher::Session::wait_for_runtime(Duration patience) {
    const Instant deadline = api_.io.clock.now() + patience;
    is_waiting_ = true;
    waits_until_ = deadline;
    while (!room_->runtime && !api_.stopping() && api_.io.clock.now() < deadline) {
        if (handing_over_) co_return;
        co_await room_->changed.wait(deadline);
    }
    is_waiting_ = false;
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
    bool entered = room_ != nullptr;
    if (!entered) entered = co_await enter_as_player();
    if (!entered) {
        if (!socket_->handing_over()) refuse();
        co_return;
    }
    if (!frame_.empty()) co_await pass_frame_on();
    for (;;) {
        const SocketEvent event = co_await socket_->read();
        if (event.kind == SocketEvent::Kind::closed) break;
        if (event.kind == SocketEvent::Kind::ping)
            socket_->send(Opcode::pong, event.payload);
        else if (event.kind != SocketEvent::Kind::pong)
            co_await pass_on(event);
    }
    if (socket_->handing_over()) co_return;
    const auto it = room_->members.find(pass_.client);
    if (it != room_->members.end() && it->second == socket_) room_->members.erase(it);
}

// Player -> runtime, when there is one with room for it. The payload stays where it is: nobody else
// reads this socket.
io::Task<void> Dispatcher::Session::pass_on(SocketEvent event) {
    const bool is_binary = event.kind == SocketEvent::Kind::binary;
    frame_ = relay_frame_of(pass_.client, is_binary, event.payload);
    co_await pass_frame_on();
}

// When the node hands over, a frame that has no runtime to go to is kept.
io::Task<void> Dispatcher::Session::pass_frame_on() {
    while (!socket_->closing()) {
        const Socket runtime = room_->runtime;
        if (!runtime) {
            if (handing_over_) co_return;
            co_await room_->changed.wait();
            if (find_room() != room_) co_return;
            continue;
        }
        co_await runtime->wait_for_room();
        if (runtime->send(Opcode::text, frame_)) break;
        // Full again, or closing: then it soon leaves its room.
        if (runtime->closing() && handing_over_) co_return;
        if (runtime->closing() && room_->runtime == runtime) co_await room_->changed.wait();
    }
    frame_.clear();
}

// --- Dispatcher ---

Dispatcher::Dispatcher(Api& api, const SocketOptions& options)
    : api_(api), options_(options), metrics_(api.io.metrics, "dispatcher"), arrived_(api.io.clock) {
    services::WebSocketOptions of_socket;
    of_socket.ping_interval = options.ping_interval;
    runtime_options_ = std::make_shared<const services::WebSocketOptions>(of_socket);
    of_socket.idle_timeout = options.inactive;
    player_options_ = std::make_shared<const services::WebSocketOptions>(of_socket);
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

std::unique_ptr<services::Upgrade> Dispatcher::resume(std::string_view words, std::string unsent) {
    Result<PassedDispatcher> passed = decode<PassedDispatcher>(words);
    if (!passed) return nullptr;
    return std::make_unique<Session>(*this, *std::move(passed), std::move(unsent));
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
