#include "scenarios/actors/room_host.h"

#include <utility>

#include "engine/io/clock.h"
#include "engine/wire/base64.h"
#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"

namespace playback::scenarios {
namespace {

constexpr Duration patience = seconds(5);
constexpr Duration retry_pause = milliseconds(300);
constexpr std::uint64_t every_fifth = 5;

struct Relayed {
    std::uint64_t client = 0;
    bool is_binary = false;
    std::string message;
};

Relayed parse_relayed(std::string_view json) {
    Relayed relayed;
    wire::JsonReader in(json);
    in.object([&](std::string_view name) {
        if (name == "client_id")
            relayed.client = in.id();
        else if (name == "encoding")
            relayed.is_binary = in.string() == "B64";
        else if (name == "message")
            relayed.message = in.string();
    });
    CHECK(in.finish().has_value());
    if (!relayed.is_binary) return relayed;
    Result<std::string> bytes = wire::base64_decode(relayed.message);
    CHECK(bytes.has_value());
    relayed.message = *std::move(bytes);
    return relayed;
}

// As it came: text as text, bytes as bytes.
std::string relay_of(const RoomFrame& frame, bool is_binary) {
    const std::string message = to_json(frame);
    std::string text;
    wire::JsonWriter out(text);
    out.object().key("encoding").string(is_binary ? "B64" : "TXT");
    out.key("message").string(is_binary ? wire::base64_encode(message) : message);
    if (!frame.is_for_all) out.key("clients").array().id(frame.client).end_array();
    out.end_object();
    return text;
}

}  // namespace

RoomHost::RoomHost(const io::Io& io, io::Endpoint target, std::uint64_t runtime, Observer& observer)
    : io_(io),
      target_(std::move(target)),
      runtime_(runtime),
      observer_(observer),
      metrics_(io_.metrics, "runtime actor"),
      signal_(io_.clock) {
}

void RoomHost::let_in(SocketConfig where) {
    where_ = std::move(where);
    wants_token_ = false;
    signal_.notify_all();
}

void RoomHost::stop() {
    is_stopped_ = true;
    if (socket_) socket_->close(wire::close_code::normal, "");
    signal_.notify_all();
}

io::Task<void> RoomHost::run() {
    while (!is_stopped_) {
        if (where_.empty()) {
            co_await signal_.wait();
            continue;
        }
        co_await serve();
        const Instant later = io_.clock.now() + retry_pause;
        if (!is_stopped_) co_await signal_.wait(later);
    }
}

io::Task<void> RoomHost::serve() {
    SocketOrder order;
    order.target = target_;
    order.where = where_;
    order.deadline = io_.clock.now() + patience;
    Result<std::shared_ptr<services::WebSocket>> opened =
        co_await open_socket(io_, std::move(order), &metrics_);
    if (!opened && opened.error().code == Errc::refused) {
        where_ = {};
        wants_token_ = true;
    }
    if (!opened) co_return;
    socket_ = *std::move(opened);
    if (is_stopped_) socket_->close(wire::close_code::normal, "");
    ++life_;
    for (;;) {
        const services::SocketEvent event = co_await socket_->read();
        if (event.kind == services::SocketEvent::Kind::closed) break;
        if (event.kind == services::SocketEvent::Kind::text) hear(event.payload);
        if (event.kind == services::SocketEvent::Kind::ping)
            socket_->send(wire::Opcode::pong, event.payload);
    }
    const std::shared_ptr<services::WebSocket> socket = std::exchange(socket_, nullptr);
    co_await socket->finish();
}

void RoomHost::hear(std::string_view relayed) {
    const Relayed said = parse_relayed(relayed);
    Result<RoomFrame> frame = parse_room_frame(said.message);
    CHECK(frame.has_value());
    frame->runtime = runtime_;
    frame->life = life_;
    observer_.room_received(said.client, *frame);
    socket_->send(wire::Opcode::text, relay_of(*frame, said.is_binary));
    if (++heard_ % every_fifth != 0) return;
    frame->is_for_all = true;
    socket_->send(wire::Opcode::text, relay_of(*frame, said.is_binary));
}

}  // namespace playback::scenarios
