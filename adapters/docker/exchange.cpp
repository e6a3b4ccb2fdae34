#include "adapters/docker/exchange.h"

#include <string_view>
#include <utility>

#include "adapters/docker/messages.h"
#include "engine/wire/http1.h"

namespace playback::adapters::docker {
namespace {

constexpr std::string_view api_version = "/v1.41";

using State = wire::ResponseParser::State;

wire::HttpLimits limits_of(const Request& request) {
    wire::HttpLimits limits;
    limits.body_bytes_max = request.answer_bytes_max;
    return limits;
}

// What happened on the way, in the words of the interface.
Error on_the_way(const Error& error) {
    if (error.code == Errc::timed_out) return {Errc::timed_out, "docker took too long"};
    if (error.code == Errc::invalid_argument) return error;
    return {Errc::unavailable, "docker cannot be reached: " + error.detail};
}

}  // namespace

io::Task<Result<std::unique_ptr<Exchange>>> Exchange::open(io::Network& network,
                                                           io::Endpoint daemon,
                                                           Request request,
                                                           Instant deadline) {
    Result<std::unique_ptr<io::Stream>> stream = co_await network.connect(daemon, deadline);
    if (!stream) co_return on_the_way(stream.error());
    (*stream)->expire_at(deadline);
    std::unique_ptr<Exchange> exchange(new Exchange(std::move(*stream), request));

    Result<void> sent = co_await exchange->send(request, daemon);
    if (!sent) co_return std::move(sent).error();
    while (exchange->parser_.state() == State::head) {
        Result<void> more = co_await exchange->read_more();
        if (!more) co_return std::move(more).error();
    }
    co_return exchange;
}

Exchange::Exchange(std::unique_ptr<io::Stream> stream, const Request& request)
    : stream_(std::move(stream)), parser_(request.method, limits_of(request)) {
}

io::Task<Result<void>> Exchange::send(const Request& request, const io::Endpoint& daemon) {
    const std::string target = std::string(api_version) + request.target;
    const std::string host = daemon.host.empty() ? "docker" : daemon.host;
    wire::ClientRequest head;
    head.method = request.method;
    head.target = target;
    head.host = host;
    head.body = request.body;
    head.keep_alive = false;
    std::string headers;
    if (!request.registry_token.empty())
        wire::append_header(headers, "X-Registry-Auth", registry_auth(request.registry_token));
    head.extra_headers = headers;
    std::string bytes;
    wire::append_request(bytes, head);
    Result<void> written = co_await stream_->write(bytes);
    if (!written) co_return on_the_way(written.error());
    co_return Result<void>();
}

io::Task<Result<void>> Exchange::read_more() {
    Result<std::size_t> size = co_await stream_->read_some(buffer_);
    if (!size) co_return on_the_way(size.error());
    if (*size == 0)
        parser_.end_of_stream();
    else
        parser_.feed(std::string_view(buffer_.data(), *size));
    if (parser_.state() != State::failed) co_return Result<void>();
    // An answer that the daemon's end cut short is no bad answer.
    if (*size == 0) co_return Error{Errc::unavailable, "docker broke off its answer"};
    co_return Error{Errc::corrupt, "docker: " + parser_.error().detail};
}

io::Task<Result<bool>> Exchange::read() {
    if (parser_.state() == State::done) co_return false;
    Result<void> more = co_await read_more();
    if (!more) co_return std::move(more).error();
    co_return true;
}

io::Task<Result<Answer>> call(io::Network& network,
                              io::Endpoint daemon,
                              Request request,
                              Instant deadline) {
    Result<std::unique_ptr<Exchange>> opened =
        co_await Exchange::open(network, std::move(daemon), std::move(request), deadline);
    if (!opened) co_return std::move(opened).error();
    Exchange& exchange = **opened;
    for (bool more = true; more;) {
        Result<bool> read = co_await exchange.read();
        if (!read) co_return std::move(read).error();
        more = *read;
    }
    Answer answer;
    answer.status = exchange.status();
    answer.body = exchange.take_body();
    co_return answer;
}

}  // namespace playback::adapters::docker
