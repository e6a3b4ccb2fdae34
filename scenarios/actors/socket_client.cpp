#include "scenarios/actors/socket_client.h"

#include <array>
#include <utility>

#include "engine/io/clock.h"
#include "engine/io/security.h"
#include "engine/wire/base64.h"
#include "engine/wire/http1.h"
#include "engine/wire/http1_client.h"
#include "engine/wire/json_reader.h"

namespace playback::scenarios {
namespace {

constexpr std::size_t read_buffer_bytes = 4 * 1024;
constexpr int switching_protocols = 101;

std::string path_in(std::string_view url) {
    const std::size_t host = url.find("//");
    const std::size_t path = url.find('/', host == std::string_view::npos ? 0 : host + 2);
    return path == std::string_view::npos ? "/" : std::string(url.substr(path));
}

std::string handshake(const io::Endpoint& target, const SocketConfig& where, io::Io& io) {
    std::array<char, 16> nonce{};
    io.entropy.fill(nonce);
    std::string extra;
    wire::append_header(extra, "Connection", "Upgrade");
    wire::append_header(extra, "Upgrade", "websocket");
    wire::append_header(extra, "Sec-WebSocket-Version", "13");
    wire::append_header(
        extra, "Sec-WebSocket-Key", wire::base64_encode({nonce.data(), nonce.size()}));
    wire::append_header(extra, "Sec-WebSocket-Protocol", where.protocol);
    const std::string host = io::to_string(target);
    wire::ClientRequest request;
    request.target = where.path;
    request.host = host;
    request.extra_headers = extra;
    std::string bytes;
    wire::append_request(bytes, request);
    return bytes;
}

}  // namespace

SocketConfig parse_socket_config(std::string_view json) {
    SocketConfig config;
    wire::JsonReader in(json);
    in.object([&](std::string_view name) {
        if (name == "connection_url")
            config.path = path_in(in.string());
        else if (name == "sec_web_socket_protocol")
            config.protocol = in.string();
    });
    return config;
}

SocketConfig socket_config_of_token(std::string_view token) {
    SocketConfig config;
    config.path = "/dispatcher/v1/entrypoint/websocket/endpoint?ws_token=";
    config.path += token;
    config.protocol = "omgservers";
    return config;
}

io::Task<Result<std::shared_ptr<services::WebSocket>>>
open_socket(io::Io& io, SocketOrder order, services::SocketMetrics* metrics) {
    const std::string request = handshake(order.target, order.where, io);
    auto connected = co_await io.network.connect(order.target, order.deadline);
    if (!connected) co_return std::move(connected).error();
    std::unique_ptr<io::Stream> stream = *std::move(connected);
    stream->expire_at(order.deadline);
    const Result<void> sent = co_await stream->write(request);
    if (!sent) co_return sent.error();

    wire::ResponseParser parser("GET");
    std::array<char, read_buffer_bytes> buffer{};
    std::string received;
    while (parser.state() == wire::ResponseParser::State::head) {
        const Result<std::size_t> got = co_await stream->read_some(buffer);
        if (!got) co_return got.error();
        if (*got == 0) co_return Error{Errc::reset, "closed in the handshake"};
        const std::string_view bytes(buffer.data(), *got);
        received = bytes.substr(parser.feed(bytes));
    }
    if (parser.status() != switching_protocols)
        co_return Error{Errc::refused, std::to_string(parser.status())};
    stream->expire_at(never);
    auto options = std::make_shared<services::WebSocketOptions>();
    options->end = wire::WebSocketEnd::client;
    options->ping_interval = order.ping_interval;
    auto socket =
        std::make_shared<services::WebSocket>(io, std::move(stream), received, options, *metrics);
    socket->start();
    co_return socket;
}

}  // namespace playback::scenarios
