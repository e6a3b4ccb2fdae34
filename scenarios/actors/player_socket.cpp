// Player over the connector's socket instead of polling: what it says leaves at once, and is
// acknowledged by the pong to a ping that followed it.
#include "engine/io/clock.h"
#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"
#include "scenarios/actors/player.h"

namespace playback::scenarios {
namespace {

using services::SocketEvent;
using wire::Opcode;

constexpr Duration beat_interval = seconds(1);
constexpr std::uint64_t messages_ahead_max = 64;  // sent and not acknowledged

std::uint64_t number_of(std::string_view digits) {
    std::uint64_t number = 0;
    for (const char digit : digits) {
        if (digit < '0' || digit > '9') return 0;
        number = number * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    return number;
}

}  // namespace

// The life of one socket.
io::Task<void> Player::converse() {
    bool can_open = co_await log_in();
    if (can_open && connector_.empty()) can_open = co_await renew_connector();
    if (!can_open || client_ == 0 || is_silent_ || wants_new_client_ || is_stopped_) {
        co_await pause(options_.retry_pause);
        co_return;
    }
    const std::uint64_t client = client_;
    SocketOrder order;
    order.target = options_.target;
    order.where = std::exchange(connector_, {});
    order.deadline = io_.clock.now() + options_.patience;
    Result<std::shared_ptr<services::WebSocket>> opened =
        co_await open_socket(io_, std::move(order), &socket_metrics_);
    if (!opened) {
        co_await pause(options_.retry_pause);
        co_return;
    }
    const std::shared_ptr<services::WebSocket> socket = *std::move(opened);
    if (client == client_ && !is_silent_ && !wants_new_client_ && !is_stopped_) {
        socket_ = socket;
        socket_mail_ = sent_ = sent_total_ = acknowledged_total_ = 0;
        beat_ = {};
        tasks_.spawn(speak(socket));
        while (socket_ == socket) {
            const SocketEvent event = co_await socket->read();
            if (event.kind == SocketEvent::Kind::closed) break;
            if (socket_ == socket) listen_to(event);
        }
    }
    if (socket_ == socket) socket_.reset();
    signal_.notify_all();
    co_await socket->finish();
    if (!is_stopped_) co_await pause(options_.retry_pause);
}

io::Task<bool> Player::renew_connector() {
    std::string body;
    wire::JsonWriter out(body);
    const std::uint64_t client = client_;
    out.object().key("client_id").id(client).end_object();
    Result<HttpAnswer> answer = co_await call("create-connector-token", std::move(body), 0);
    if (client != client_) co_return false;
    if (answer && answer->status == 401) token_.clear();
    if (answer && answer->status == 404) {
        observer_.client_not_found(client_);
        end_client("not found");
    }
    if (!answer || !answer->ok()) co_return false;
    wire::JsonReader in(answer->body);
    in.object([&](std::string_view name) {
        if (name == "connector_config") connector_ = parse_socket_config(in.raw().view());
    });
    co_return true;
}

// Says what there is to say, and a ping behind it or after a while. One ping is out at a time: what
// its pong tells is then as old as the ping.
io::Task<void> Player::speak(std::shared_ptr<services::WebSocket> socket) {
    Instant next_beat = io_.clock.now();
    while (socket_ == socket && !socket->closing()) {
        while (say_next(*socket)) {
        }
        const bool has_news = sent_total_ > beat_.messages;
        const bool is_due = has_news || io_.clock.now() >= next_beat;
        if (!beat_.is_out && is_due) {
            beat_ = {beat_.number + 1, sent_total_, true};
            observer_.client_calling(client_);
            socket->ping(std::to_string(beat_.number));
            next_beat = io_.clock.now() + beat_interval;
        }
        const Instant until = beat_.is_out ? never : next_beat;
        co_await signal_.wait(until);
    }
}

// False: there is nothing to say now.
bool Player::say_next(services::WebSocket& socket) {
    if (runtime_ == 0 || socket.closing()) return false;
    if (sent_ == in_flight_.size()) {
        if (outgoing_.empty() || in_flight_.size() >= messages_ahead_max) return false;
        in_flight_.push_back(outgoing_.front());
        outgoing_.pop_front();
    }
    const GameMessage& message = in_flight_[sent_];
    std::string text;
    wire::JsonWriter out(text);
    out.object()
        .key("id")
        .unsigned_integer(sent_total_)
        .key("qualifier")
        .string("MESSAGE_PRODUCED");
    out.key("body").object().key("message").raw(JsonText::trusted(to_json(message)));
    out.end_object().end_object();
    if (!socket.send(Opcode::text, text)) return false;
    observer_.said(client_, message.serial);
    ++sent_;
    ++sent_total_;
    return true;
}

void Player::listen_to(const SocketEvent& event) {
    if (event.kind == SocketEvent::Kind::ping)
        socket_->send(Opcode::pong, event.payload);
    else if (event.kind == SocketEvent::Kind::pong)
        acknowledged_by(event.payload);
    else
        understand_frame(event.payload);
}

void Player::acknowledged_by(std::string_view pong) {
    if (!beat_.is_out || number_of(pong) != beat_.number) return;
    beat_.is_out = false;
    for (; acknowledged_total_ < beat_.messages; ++acknowledged_total_) {
        observer_.say_acknowledged(client_, in_flight_.front().serial);
        in_flight_.pop_front();
        --sent_;
    }
    observer_.client_active(client_);
    signal_.notify_all();
}

void Player::understand_frame(std::string_view text) {
    wire::JsonReader in(text);
    const Incoming message = read_message(in);
    CHECK(in.finish().has_value());
    observer_.mail_pushed(client_, socket_mail_, message.id);
    socket_mail_ = message.id;
    if (message.id <= last_taken_) return;  // the pong for it was lost with an earlier socket
    last_taken_ = message.id;
    take(message);
}

void Player::hang_up() {
    if (socket_) socket_->close(wire::close_code::normal, "");
    socket_.reset();
}

// In the words of either generation.
void Player::follow_invitation(std::string_view body) {
    SocketConfig where;
    wire::JsonReader in(body);
    in.object([&](std::string_view name) {
        if (name == "dispatcher_config") {
            where = parse_socket_config(in.raw().view());
        } else if (name == "web_socket_config") {
            in.object([&](std::string_view member) {
                if (member == "ws_token") where = socket_config_of_token(in.string());
            });
        }
    });
    room_.enter(client_, runtime_, std::move(where));
}

}  // namespace playback::scenarios
