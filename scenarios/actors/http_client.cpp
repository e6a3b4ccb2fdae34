#include "scenarios/actors/http_client.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/base/check.h"
#include "engine/io/clock.h"
#include "engine/wire/http1.h"
#include "engine/wire/http1_client.h"
#include "scenarios/actors/observer.h"
#include "scenarios/actors/words.h"

namespace playback::scenarios {
namespace {

constexpr std::size_t read_buffer_bytes = 16 * 1024;

void append_chunk(std::string& out, std::string_view bytes) {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + 16, bytes.size(), 16).ptr;
    out.append(digits.data(), end).append("\r\n").append(bytes).append("\r\n");
}

// The framing is changed behind the head, which is otherwise the same.
std::string chunked(std::string request, std::string_view body) {
    const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
    const std::size_t at = request.find(length);
    CHECK(at != std::string::npos && request.ends_with(body));
    request.resize(request.size() - body.size());
    request.replace(at, length.size(), "Transfer-Encoding: chunked\r\n");
    const std::size_t first = std::min<std::size_t>(body.size(), 7);
    append_chunk(request, body.substr(0, first));
    if (body.size() > first) append_chunk(request, body.substr(first));
    append_chunk(request, {});
    return request;
}

std::string request_of(const HttpCall& call, std::string_view host) {
    std::string extra;
    if (call.wait_seconds > 0) {
        wire::append_header(extra, "Prefer", "wait=" + std::to_string(call.wait_seconds));
    }
    wire::ClientRequest request;
    request.method = call.method;
    request.target = call.path;
    request.host = host;
    request.body = call.body;
    request.bearer_token = call.token;
    request.extra_headers = extra;
    std::string bytes;
    wire::append_request(bytes, request);
    if (call.is_chunked && !call.body.empty()) bytes = chunked(std::move(bytes), call.body);
    return bytes;
}

std::string ping_of(std::string_view host) {
    HttpCall ping;
    ping.path = path_of("player", "ping-service");
    ping.body = R"({"message":"hello"})";
    return request_of(ping, host);
}

}  // namespace

void show_answer(const Result<HttpAnswer>& answer, CallSeen& seen) {
    if (!answer) return;
    seen.status = answer->status;
    seen.body = answer->body;
    seen.content_type = answer->content_type;
    seen.has_retry_after = answer->has_retry_after;
    seen.was_held = answer->was_held;
}

HttpClient::HttpClient(const io::Io& io, io::Endpoint target)
    : io_(io), target_(std::move(target)), host_(io::to_string(target_)) {
}

io::Task<Result<HttpAnswer>> HttpClient::call(HttpCall call) {
    const Instant deadline = io_.clock.now() + call.patience;
    std::string request = call.pings_ahead ? ping_of(host_) : std::string();
    request += request_of(call, host_);
    if (!stream_) {
        Result<void> connected = co_await connect(deadline);
        if (!connected) co_return connected.error();
    }
    stream_->expire_at(deadline);
    Result<HttpAnswer> answer =
        co_await exchange(std::move(request), std::move(call.method), call.pings_ahead);
    if (!answer) stream_.reset();
    co_return answer;
}

io::Task<Result<void>> HttpClient::connect(Instant deadline) {
    auto connected = co_await io_.network.connect(target_, deadline);
    if (!connected) {
        const bool timed_out = connected.error().code == Errc::timed_out;
        co_return Error{timed_out ? Errc::timed_out : Errc::refused, connected.error().detail};
    }
    stream_ = *std::move(connected);
    co_return Result<void>();
}

io::Task<Result<HttpAnswer>> HttpClient::exchange(std::string request,
                                                  std::string method,
                                                  bool pinged) {
    Result<void> sent = co_await stream_->write(request);
    if (!sent) co_return Error{Errc::unknown_outcome, "request lost: " + sent.error().detail};
    std::string rest;
    int ping_status = 0;
    if (pinged) {
        Result<HttpAnswer> pong = co_await next_answer("POST", rest);
        if (!pong) co_return pong.error();
        ping_status = pong->status;
        if (!stream_) co_return Error{Errc::unknown_outcome, "answer lost: closed behind another"};
    }
    Result<HttpAnswer> answer = co_await next_answer(std::move(method), rest);
    if (answer) answer->ping_status = ping_status;
    co_return answer;
}

io::Task<Result<HttpAnswer>> HttpClient::next_answer(std::string method, std::string& rest) {
    wire::ResponseParser parser(method);
    std::string buffer = std::move(rest);
    rest.clear();
    std::size_t got = buffer.size();
    buffer.resize(std::max(got, read_buffer_bytes));
    for (;;) {
        const std::size_t used = parser.feed(std::string_view(buffer).substr(0, got));
        const bool is_over = parser.state() == wire::ResponseParser::State::done ||
                             parser.state() == wire::ResponseParser::State::failed;
        if (is_over) rest.assign(buffer, used, got - used);
        if (is_over) break;
        Result<std::size_t> more = co_await stream_->read_some(buffer);
        if (!more) co_return Error{Errc::unknown_outcome, "answer lost: " + more.error().detail};
        got = *more;
        if (got == 0) parser.end_of_stream();
        if (got == 0) break;
    }
    if (parser.state() != wire::ResponseParser::State::done) {
        co_return Error{Errc::unknown_outcome, "answer malformed: " + parser.error().detail};
    }
    HttpAnswer answer;
    answer.status = parser.status();
    answer.content_type = parser.header("content-type").value_or("");
    answer.has_retry_after = parser.header("retry-after").has_value();
    answer.was_held = parser.header("preference-applied").has_value();
    answer.body = parser.take_body();
    if (!parser.keep_alive()) stream_.reset();
    co_return answer;
}

}  // namespace playback::scenarios
