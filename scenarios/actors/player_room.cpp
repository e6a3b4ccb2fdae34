#include "scenarios/actors/player_room.h"

#include <utility>

#include "engine/io/clock.h"
#include "scenarios/actors/room_frame.h"

namespace playback::scenarios {
namespace {

constexpr Duration patience = seconds(5);
constexpr std::uint64_t every_fourth = 4;

}  // namespace

PlayerRoom::PlayerRoom(const io::Io& io, io::Endpoint target, Observer& observer)
    : io_(io),
      target_(std::move(target)),
      observer_(observer),
      metrics_(io_.metrics, "player actor"),
      tasks_(io_.executor) {
}

void PlayerRoom::enter(std::uint64_t client, std::uint64_t runtime, SocketConfig where) {
    leave();
    // Counted here: two invitations may come before the first visit begins.
    ++session_;
    tasks_.spawn(visit({client, runtime, session_}, std::move(where)));
}

void PlayerRoom::leave() {
    if (socket_) socket_->close(wire::close_code::normal, "");
    socket_.reset();
}

bool PlayerRoom::shout() {
    if (!socket_ || socket_->closing()) return false;
    RoomFrame frame;
    frame.client = client_;
    frame.session = session_;
    frame.number = ++number_;
    const bool is_binary = number_ % every_fourth == 0;
    return socket_->send(is_binary ? wire::Opcode::binary : wire::Opcode::text, to_json(frame));
}

io::Task<void> PlayerRoom::visit(Visit visit, SocketConfig where) {
    SocketOrder order;
    order.target = target_;
    order.where = std::move(where);
    order.deadline = io_.clock.now() + patience;
    Result<std::shared_ptr<services::WebSocket>> opened =
        co_await open_socket(io_, std::move(order), &metrics_);
    if (!opened) co_return;
    const std::shared_ptr<services::WebSocket> socket = *std::move(opened);
    if (visit.session == session_) {
        socket_ = socket;
        client_ = visit.client;
        number_ = 0;
    } else {
        socket->close(wire::close_code::normal, "");  // it was invited elsewhere meanwhile
    }
    for (;;) {
        const services::SocketEvent event = co_await socket->read();
        if (event.kind == services::SocketEvent::Kind::closed) break;
        if (event.kind == services::SocketEvent::Kind::ping)
            socket->send(wire::Opcode::pong, event.payload);
        else if (event.kind != services::SocketEvent::Kind::pong && visit.session == session_)
            hear(visit, event.payload);
    }
    if (socket_ == socket) socket_.reset();
    co_await socket->finish();
}

void PlayerRoom::hear(const Visit& visit, std::string_view said) {
    const Result<RoomFrame> frame = parse_room_frame(said);
    CHECK(frame.has_value());
    observer_.room_heard(visit.client, visit.session, visit.runtime, *frame);
}

}  // namespace playback::scenarios
