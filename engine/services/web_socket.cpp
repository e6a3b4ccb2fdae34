#include "engine/services/web_socket.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/check.h"
#include "engine/io/clock.h"
#include "engine/io/metrics.h"
#include "engine/io/security.h"

namespace playback::services {
namespace {

using wire::Opcode;
using Kind = SocketEvent::Kind;

constexpr std::size_t small_buffer = 128;       // of an idle socket
constexpr std::size_t busy_buffer = 32 * 1024;  // kept while that much comes at once
// What comes together is handled together, so a burst must not be read in pieces because a few
// answers to pings came before it.
constexpr unsigned small_reads_max = 16;
constexpr std::size_t linger_bytes_max = 1024 * 1024;
constexpr Duration last_words_time = milliseconds(100);  // of a closing socket, at a handover

bool is_message(Opcode opcode) {
    return opcode == Opcode::text || opcode == Opcode::binary;
}

}  // namespace

SocketMetrics::SocketMetrics(io::Metrics& metrics, std::string_view kind)
    : received(metrics.counter("playback_socket_messages_received_total",
                               "Messages from sockets",
                               {{"kind", kind}})),
      sent(metrics.counter("playback_socket_messages_sent_total",
                           "Messages queued for sockets",
                           {{"kind", kind}})),
      refused(metrics.counter("playback_socket_messages_refused_total",
                              "Messages for sockets whose queue was full",
                              {{"kind", kind}})),
      cut_off(metrics.counter("playback_sockets_cut_off_total",
                              "Sockets whose peer took or said nothing for too long",
                              {{"kind", kind}})),
      open_gauge_(metrics.gauge("playback_sockets", "Open sockets", {{"kind", kind}})) {
}

void SocketMetrics::count(std::int64_t change) {
    open_ += change;
    open_gauge_.set(open_);
}

WebSocket::WebSocket(io::Io& io,
                     std::unique_ptr<io::Stream> stream,
                     std::string_view received,
                     std::shared_ptr<const WebSocketOptions> options,
                     SocketMetrics& metrics)
    : io_(io),
      stream_(std::move(stream)),
      options_(std::move(options)),
      metrics_(metrics),
      parser_(options_->end, options_->limits),
      buffer_(std::max(small_buffer, received.size())),
      end_(received.size()),
      last_heard_(io.clock.now()),
      last_message_(last_heard_),
      pulse_(io.clock, *this),
      drained_(io.clock),
      heard_(io.clock),
      tasks_(io.executor) {
    std::ranges::copy(received, buffer_.begin());
    if (options_->end == wire::WebSocketEnd::client)
        masks_ = std::make_unique<Random>(io.entropy.generator());
    if (options_->ping_interval > Duration{}) next_ping_ = last_heard_ + options_->ping_interval;
}

void WebSocket::start() {
    metrics_.opened();
    pulse_.arm(next_wake());
    if (!output_.empty()) start_writing();
}

// --- from process to process ---

void WebSocket::resume(const SocketState& state, std::string unsent) {
    CHECK(output_.empty());
    output_ = std::move(unsent);
    parser_.go_on({.opcode = static_cast<Opcode>(state.opcode),
                   .fragments = static_cast<std::size_t>(state.fragment_count),
                   .message = state.fragments});
    ping_payload_ = state.ping_payload;
    if (!state.is_closing) return;
    close_sent_ = true;
    close_deadline_ = io_.clock.now() + options_->close_timeout;
}

void WebSocket::hand_over() {
    if (handing_over_ || ended_ || broken_) return;
    if (close_sent_) {
        close_deadline_ = std::min(close_deadline_, io_.clock.now() + last_words_time);
        return set_deadline();
    }
    handing_over_ = true;
    pulse_.disarm();
    stream_->interrupt();
    drained_.notify_all();
    heard_.notify_all();
}

io::Task<void> WebSocket::rest() {
    CHECK(handing_over_);
    co_await tasks_.join();
}

Parcel WebSocket::pack(SocketState& state) {
    CHECK(handing_over_ && !reading_);
    io::Detached left = stream_->detach();
    const wire::WebSocketParser::Unfinished message = parser_.unfinished();
    state.fragments = message.message;
    state.fragment_count = message.fragments;
    state.opcode = static_cast<std::uint8_t>(message.opcode);
    state.ping_payload = ping_payload_;
    state.is_closing = close_sent_;
    metrics_.ended();
    Parcel parcel;
    parcel.handle = std::move(left.handle);
    parcel.unsent = std::move(left.unsent);
    parcel.unsent += output_;
    parcel.received =
        std::string(buffer_.data() + begin_ + message.parsed, end_ - begin_ - message.parsed);
    return parcel;
}

// --- reading ---

io::Task<SocketEvent> WebSocket::read() {
    for (;;) {
        const std::optional<SocketEvent> event = next();
        if (event) co_return *event;
        if (!begin_read()) continue;
        const Result<std::size_t> got = co_await more();
        end_read(got);
    }
}

io::Task<Result<std::size_t>> WebSocket::more() {
    CHECK(reading_);
    return stream_->read_some({buffer_.data() + end_, buffer_.size() - end_});
}

std::optional<SocketEvent> WebSocket::next() {
    for (;;) {
        if (ended_ || handing_over_) return SocketEvent{};
        switch (parser_.parse(unread())) {
            case wire::WebSocketParser::Status::need_more:
                return std::nullopt;
            case wire::WebSocketParser::Status::failed:
                close(parser_.close_code(), parser_.error());
                ended_ = true;
                return SocketEvent{};
            case wire::WebSocketParser::Status::ready:
                break;
        }
        std::optional<SocketEvent> event = take_event();
        if (event) return event;
    }
}

// Nothing: the event is not for whoever reads.
std::optional<SocketEvent> WebSocket::take_event() {
    const wire::WebSocketParser::Event& event = parser_.event();
    begin_ += event.consumed;
    CHECK(begin_ <= end_);
    switch (event.opcode) {
        case Opcode::close:
            peer_code_ = event.close_code;
            // The same code back, as RFC 6455 5.5.1 has it.
            close(peer_code_ == wire::close_code::none_received ? wire::close_code::normal
                                                                : peer_code_,
                  "");
            ended_ = true;
            return SocketEvent{};
        case Opcode::ping:
            return SocketEvent{Kind::ping, event.payload};
        case Opcode::pong:
            return SocketEvent{Kind::pong, event.payload};
        case Opcode::text:
        case Opcode::binary:
            if (close_sent_) return std::nullopt;
            metrics_.received.add();
            last_message_ = io_.clock.now();
            return SocketEvent{event.opcode == Opcode::text ? Kind::text : Kind::binary,
                               event.payload};
        case Opcode::continuation:
            break;
    }
    CHECK(false);
    return std::nullopt;
}

// Room behind end_ to read into: more for who fills it, little for who says little.
void WebSocket::make_room() {
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= std::exchange(begin_, 0);
    }
    const std::size_t size = buffer_.size();
    const bool is_busy = read_filled_ && size < busy_buffer;
    if (end_ == size || is_busy) {
        // The parser refuses what is longer than a frame may be before the buffer is full.
        const std::size_t most = options_->limits.frame_bytes_max() + busy_buffer;
        CHECK(size < most);
        resize_buffer(std::min(size * 2, most));
    } else if (end_ == 0 && size > busy_buffer) {
        resize_buffer(busy_buffer);
    } else if (end_ == 0 && small_reads_ >= small_reads_max) {
        small_reads_ = 0;
        resize_buffer(small_buffer);
    }
}

void WebSocket::resize_buffer(std::size_t size) {
    if (size == buffer_.size()) return;
    std::vector<char> next(size);
    std::memcpy(next.data(), buffer_.data(), end_);
    buffer_ = std::move(next);
}

// False: nothing more will come, as `next` says.
bool WebSocket::begin_read() {
    ended_ = ended_ || broken_;
    if (ended_) return false;
    make_room();
    reading_ = true;
    // Whoever did not read could not hear.
    last_heard_ = std::max(last_heard_, io_.clock.now() - options_->ping_interval);
    set_deadline();
    return true;
}

void WebSocket::end_read(const Result<std::size_t>& got) {
    reading_ = false;
    if (handing_over_ && !got) return;
    if (!broken_) set_deadline();
    if (!got || *got == 0) {
        if (!got && got.error().code == Errc::timed_out && !close_sent_) {
            metrics_.cut_off.add();
            break_off();
        }
        ended_ = true;
        return;
    }
    end_ += *got;
    read_filled_ = end_ == buffer_.size();
    small_reads_ = *got < buffer_.size() / 4 ? small_reads_ + 1 : 0;
    last_heard_ = io_.clock.now();
    heard_.notify_all();
}

// --- writing ---

bool WebSocket::send(Opcode opcode, std::string_view payload) {
    if (closing()) return false;
    if (is_message(opcode)) {
        const std::size_t queued = output_.size() + writing_.size();
        if (!handing_over_ && queued + payload.size() > options_->queue_bytes_max) {
            metrics_.refused.add();
            return false;
        }
        metrics_.sent.add();
        last_message_ = io_.clock.now();
    } else if (output_.size() > options_->queue_bytes_max) {
        break_off();  // it asks and asks and takes no answer
        return false;
    }
    append(opcode, payload);
    return true;
}

void WebSocket::append(Opcode opcode, std::string_view payload) {
    if (options_->end == wire::WebSocketEnd::server) {
        wire::append_frame(output_, opcode, payload);
    } else {
        const auto mask = static_cast<std::uint32_t>(masks_->next());
        wire::append_masked_frame(output_, opcode, payload, mask);
    }
    start_writing();
}

io::Task<void> WebSocket::wait_for_room() {
    while (!closing() && !handing_over_ &&
           output_.size() + writing_.size() > options_->queue_bytes_max / 2)
        co_await drained_.wait();
}

void WebSocket::ping(std::string payload) {
    ping_payload_ = std::move(payload);
    send(Opcode::ping, ping_payload_);
}

io::Task<bool> WebSocket::answers(Instant deadline) {
    if (closing()) co_return false;
    send(Opcode::ping, ping_payload_);
    const bool heard = co_await heard_.wait(deadline);
    co_return heard && !closing() && !handing_over_;
}

void WebSocket::close(std::uint16_t code, std::string_view reason) {
    if (close_sent_) return;
    close_sent_ = true;
    close_deadline_ = io_.clock.now() + options_->close_timeout;
    if (!broken_) append(Opcode::close, wire::close_payload(code, reason));
    drained_.notify_all();
    set_deadline();
}

void WebSocket::start_writing() {
    if (is_writing_ || handing_over_) return;
    is_writing_ = true;
    tasks_.spawn(write_queued());
}

io::Task<void> WebSocket::write_queued() {
    while (!broken_ && !handing_over_ && !output_.empty()) {
        const bool written = co_await write_once();
        if (!written) break_off();
    }
    is_writing_ = false;
}

io::Task<bool> WebSocket::write_once() {
    std::swap(output_, writing_);
    write_deadline_ = io_.clock.now() + options_->write_timeout;
    set_deadline();
    const Result<void> written = co_await stream_->write(writing_);
    if (handing_over_) writing_.clear();  // the stream keeps what it did not send
    if (handing_over_) co_return true;
    if (!written && written.error().code == Errc::timed_out && !close_sent_) metrics_.cut_off.add();
    write_deadline_ = never;
    writing_.clear();
    if (writing_.capacity() > busy_buffer) writing_ = std::string();
    if (!broken_) set_deadline();
    drained_.notify_all();
    co_return written.has_value();
}

Instant WebSocket::next_wake() const {
    if (close_sent_) return never;
    if (options_->idle_timeout == Duration{}) return next_ping_;
    return std::min(next_ping_, last_message_ + options_->idle_timeout);
}

void WebSocket::on_time() {
    if (close_sent_ || broken_) return;
    const Instant now = io_.clock.now();
    if (options_->idle_timeout > Duration{} && now >= last_message_ + options_->idle_timeout) {
        close(wire::close_code::protocol_error, "Inactive connection");
        return;
    }
    if (now >= next_ping_) {
        next_ping_ = now + options_->ping_interval;
        if (!is_writing_) let_go_of_memory();
        if (output_.empty()) append(Opcode::ping, ping_payload_);
    }
    pulse_.arm(next_wake());
}

// What the last messages needed.
void WebSocket::let_go_of_memory() {
    output_ = std::string();
    writing_ = std::string();
}

// One deadline stands for both directions: whichever passes, the socket is of no more use.
void WebSocket::set_deadline() {
    Instant deadline = write_deadline_;
    if (close_sent_) {
        deadline = std::min(deadline, close_deadline_);
    } else if (reading_ && options_->ping_interval > Duration{}) {
        deadline = std::min(deadline, last_heard_ + options_->ping_interval * 5 / 2);
    }
    stream_->expire_at(deadline);
}

void WebSocket::break_off() {
    broken_ = true;
    output_.clear();
    stream_->close();
    pulse_.disarm();
    drained_.notify_all();
    heard_.notify_all();
}

// --- the end ---

io::Task<void> WebSocket::finish() {
    close(wire::close_code::normal, "");
    co_await tasks_.join();
    pulse_.disarm();
    heard_.notify_all();
    if (!broken_) stream_->shutdown_write();
    // The peer's close, if it was us who began: closing with unread bytes would destroy ours.
    for (std::size_t dropped = 0; !broken_ && !ended_ && dropped < linger_bytes_max;) {
        const Result<std::size_t> got =
            co_await stream_->read_some({buffer_.data(), buffer_.size()});
        if (!got || *got == 0) break;
        dropped += *got;
    }
    ended_ = true;
    stream_->close();
    metrics_.ended();
}

}  // namespace playback::services
