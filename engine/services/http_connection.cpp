#include "engine/services/http_connection.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/plant.h"
#include "engine/io/clock.h"

namespace playback::services {
namespace {

constexpr Duration linger_time = seconds(2);

}  // namespace

HttpConnection::HttpConnection(HttpServer& server, std::unique_ptr<io::Stream> stream, Parcel bytes)
    : server_(server),
      stream_(std::move(stream)),
      next_(server.first_),
      peer_(stream_->peer_address()),
      parser_(server.options_.limits),
      buffer_(std::max(small_buffer, bytes.received.size())),
      end_(bytes.received.size()),
      output_(std::move(bytes.unsent)),
      request_deadline_(bytes.request_deadline),
      closing_(server.stopping_) {
    std::ranges::copy(bytes.received, buffer_.begin());
    server_.buffered_ += buffer_.size() - small_buffer;
    if (next_ != nullptr) next_->previous_ = this;
    server_.first_ = this;
}

HttpConnection::~HttpConnection() {
    (previous_ != nullptr ? previous_->next_ : server_.first_) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
    server_.give_buffer(buffer_.size() - small_buffer);
}

void HttpConnection::stop() {
    closing_ = true;
    if (reading_) stream_->close();
}

void HttpConnection::hand_over() {
    if (lingering_) stream_->close();
    if (reading_) interrupt();
}

void HttpConnection::interrupt() {
    interrupted_ = true;
    stream_->interrupt();
}

void HttpConnection::pack(std::vector<Parcel>& parcels) {
    if (!passes_on_) return;
    stream_->interrupt();
    io::Detached left = stream_->detach();
    if (!left.handle) return;
    Parcel parcel;
    parcel.handle = std::move(left.handle);
    parcel.unsent = std::move(left.unsent);
    parcel.received = unread();
    if (parser_.in_request()) parcel.request_deadline = request_deadline_;
    parcels.push_back(std::move(parcel));
}

io::Task<void> HttpConnection::run() {
    for (;;) {
        const Step step = handle_received();
        if (step == Step::answer) {
            if (parser_.request().wait_seconds && !output_.empty()) {
                const bool sent = co_await flush();
                if (!sent) co_return;
            }
            server_.metrics_.waiting(1);
            co_await std::move(awaited_);
            server_.metrics_.waiting(-1);
            finish_answer();
            continue;
        }
        if (!output_.empty()) {
            const bool sent = co_await flush();
            if (!sent) co_return;
        }
        if (answer_.upgrade) co_return;
        if (closing_) break;
        if (step == Step::pass_on) {
            passes_on_ = true;
            co_return;
        }
        if (step == Step::write) continue;
        const bool more = co_await read_more();
        if (!more && output_.empty()) co_return;
    }
    if (lost_frame_) co_await linger();
}

// Answers everything whole in the buffer, until an answer has to be waited for.
HttpConnection::Step HttpConnection::handle_received() {
    for (;;) {
        if (closing_ || answer_.upgrade) return Step::write;
        if (server_.handing_over_) return Step::pass_on;
        if (output_.size() >= output_flush_bytes) return Step::write;
        switch (parser_.parse(unread())) {
            case wire::RequestParser::Status::need_more:
                if (parser_.take_continue()) output_ += wire::continue_response;
                return Step::read;
            case wire::RequestParser::Status::failed:
                refuse(parser_.error());
                return Step::write;
            case wire::RequestParser::Status::ready:
                break;
        }
        request_deadline_ = never;
        const int status_before = answer_.status;
        answer_.reset();
        if (PLAYBACK_PLANT(status_outlives_answer)) answer_.status = status_before;
        awaited_ = server_.handler_.handle(parser_.request(), peer_, answer_);
        if (awaited_.valid()) return Step::answer;
        finish_answer();
    }
}

void HttpConnection::finish_answer() {
    const wire::Request& request = parser_.request();
    if (answer_.upgrade)
        CHECK(answer_.status == 101);
    else if (!request.keep_alive || server_.stopping_)
        closing_ = true;
    if (answer_.status >= 400) note_trouble(trace_of(request));
    wire::Response response;
    response.status = answer_.status;
    response.body = answer_.body;
    response.content_type = answer_.content_type;
    response.extra_headers = answer_.headers;
    response.version_minor = request.version_minor;
    response.keep_alive = !closing_;
    response.head_only = request.method == "HEAD";
    wire::append_response(output_, response);
    server_.metrics_.answered(answer_.route, answer_.status);
    if (answer_.body.capacity() > small_buffer) answer_.body = std::string();
    begin_ = PLAYBACK_PLANT(pipelined_request_dropped) ? end_ : begin_ + request.consumed;
    CHECK(begin_ <= end_);
}

void HttpConnection::note_trouble(std::string_view trace) {
    server_.log_.note(trace, server_.handler_.routes()[answer_.route], peer_, answer_);
}

std::unique_ptr<Continuation> HttpConnection::take_upgrade() {
    if (!answer_.upgrade) return nullptr;
    auto result = std::make_unique<Continuation>();
    result->upgrade = std::move(answer_.upgrade);
    result->stream = std::move(stream_);
    result->stream->expire_at(never);
    result->received = unread();
    return result;
}

void HttpConnection::refuse(const wire::HttpError& error) {
    answer_.reset();
    answer_.status = error.status;
    server_.handler_.refuse(error, answer_);
    note_trouble({});
    wire::Response response;
    response.status = answer_.status;
    response.body = answer_.body;
    response.content_type = answer_.content_type;
    response.extra_headers = answer_.headers;
    response.keep_alive = false;
    wire::append_response(output_, response);
    server_.metrics_.answered(answer_.route, answer_.status);
    closing_ = true;
    lost_frame_ = true;
}

// Room behind end_ to read into. False: there is none, and the request was refused.
bool HttpConnection::make_room() {
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= std::exchange(begin_, 0);
    }
    if (end_ == buffer_.size()) {
        // The parser refuses what is longer than this before the buffer is full.
        const std::size_t most = server_.options_.limits.message_bytes_max() + small_buffer;
        CHECK(buffer_.size() < most);
        if (resize_buffer(std::min(buffer_.size() * 2, most))) return true;
        refuse({503, "too many bytes of requests are waiting"});
        return false;
    }
    // Who pipelines is read in larger pieces, and answered in larger ones.
    if (read_filled_ && buffer_.size() < busy_buffer) {
        (void)resize_buffer(buffer_.size() * 2);
    } else if (end_ == 0 && buffer_.size() > small_buffer &&
               (buffer_.size() > busy_buffer || last_read_ < buffer_.size() / 4)) {
        (void)resize_buffer(small_buffer);
    }
    return true;
}

// False, and nothing changed, if that would be beyond the budget of all.
bool HttpConnection::resize_buffer(std::size_t size) {
    CHECK(end_ <= size);
    if (size > buffer_.size()) {
        if (!server_.take_buffer(size - buffer_.size())) return false;
    } else {
        server_.give_buffer(buffer_.size() - size);
    }
    std::vector<char> next(size);
    std::memcpy(next.data(), buffer_.data(), end_);
    buffer_ = std::move(next);
    return true;
}

Instant HttpConnection::read_deadline() {
    const Instant now = server_.io_.clock.now();
    if (!parser_.in_request()) return now + server_.options_.idle_timeout;
    if (request_deadline_ == never || PLAYBACK_PLANT(slow_request_never_cut))
        request_deadline_ = now + server_.options_.request_timeout;
    return request_deadline_;
}

// False: nothing more will come. output_ then holds a refusal, or is empty.
io::Task<bool> HttpConnection::read_more() {
    if (!make_room()) co_return false;
    const Instant deadline = read_deadline();
    stream_->expire_at(deadline);
    reading_ = true;
    const Result<std::size_t> got =
        co_await stream_->read_some({buffer_.data() + end_, buffer_.size() - end_});
    reading_ = false;
    if (!got && interrupted_) co_return true;
    if (got && *got > 0) {
        CHECK(*got <= buffer_.size() - end_);
        end_ += *got;
        last_read_ = *got;
        read_filled_ = end_ == buffer_.size();
        server_.metrics_.received(*got);
        co_return true;
    }
    if (!got && got.error().code == Errc::timed_out && parser_.in_request())
        refuse({408, "the request did not arrive in time"});
    co_return false;
}

io::Task<bool> HttpConnection::flush() {
    stream_->expire_at(server_.io_.clock.now() + server_.options_.request_timeout);
    const Result<void> written = co_await stream_->write(output_);
    // What an interrupted stream did not send, it keeps for who goes on.
    if (!written && !interrupted_) co_return false;
    server_.metrics_.sent(output_.size());
    output_.clear();
    if (output_.capacity() > small_buffer) output_ = std::string();
    co_return true;
}

io::Task<void> HttpConnection::linger() {
    lingering_ = true;
    stream_->shutdown_write();
    stream_->expire_at(server_.io_.clock.now() + linger_time);
    for (std::size_t dropped = 0; dropped < linger_bytes_max;) {
        const Result<std::size_t> got =
            co_await stream_->read_some({buffer_.data(), buffer_.size()});
        if (!got || *got == 0) co_return;
        dropped += *got;
    }
}

}  // namespace playback::services
