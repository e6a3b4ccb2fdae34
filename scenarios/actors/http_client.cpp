#include "scenarios/actors/http_client.h"

#include <array>

#include "engine/io/clock.h"
#include "engine/wire/http1.h"
#include "engine/wire/http1_client.h"

namespace playback::scenarios {
namespace {

constexpr std::size_t read_buffer_bytes = 16 * 1024;

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
    return bytes;
}

}  // namespace

HttpClient::HttpClient(const io::Io& io, io::Endpoint target)
    : io_(io), target_(std::move(target)), host_(io::to_string(target_)) {
}

io::Task<Result<HttpAnswer>> HttpClient::call(HttpCall call) {
    const Instant deadline = io_.clock.now() + call.patience;
    std::string request = request_of(call, host_);
    if (!stream_) {
        Result<void> connected = co_await connect(deadline);
        if (!connected) co_return connected.error();
    }
    stream_->expire_at(deadline);
    Result<HttpAnswer> answer = co_await exchange(std::move(request), std::move(call.method));
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

io::Task<Result<HttpAnswer>> HttpClient::exchange(std::string request, std::string method) {
    Result<void> sent = co_await stream_->write(request);
    if (!sent) co_return Error{Errc::unknown_outcome, "request lost: " + sent.error().detail};
    wire::ResponseParser parser(method);
    std::string buffer(read_buffer_bytes, '\0');
    while (parser.state() == wire::ResponseParser::State::head ||
           parser.state() == wire::ResponseParser::State::body) {
        Result<std::size_t> got = co_await stream_->read_some(buffer);
        if (!got) co_return Error{Errc::unknown_outcome, "answer lost: " + got.error().detail};
        if (*got == 0)
            parser.end_of_stream();
        else
            parser.feed(std::string_view(buffer).substr(0, *got));
    }
    if (parser.state() == wire::ResponseParser::State::failed) {
        co_return Error{Errc::unknown_outcome, "answer malformed: " + parser.error().detail};
    }
    HttpAnswer answer{parser.status(), parser.take_body()};
    if (!parser.keep_alive()) stream_.reset();
    co_return answer;
}

}  // namespace playback::scenarios
