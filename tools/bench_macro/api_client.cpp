#include "tools/bench_macro/api_client.h"

#include <array>

#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/time.h>

#include "engine/wire/http1_client.h"
#include "tools/bench_macro/http_talker.h"

namespace playback::bench {
namespace {

using nlohmann::json;

constexpr timeval patience{20, 0};

}  // namespace

std::string text_of(const json& object, const char* member) {
    const bool is_there =
        object.is_object() && object.contains(member) && object[member].is_string();
    return is_there ? object[member].get<std::string>() : "";
}

Result<json> ApiClient::call(std::string_view role,
                             std::string_view method,
                             const json& body,
                             std::string_view token) {
    const std::string path = path_of(role, method);
    const Result<std::string> answer = exchange(request_bytes(path, body.dump(), token));
    if (!answer) return Error{answer.error().code, path + ": " + answer.error().detail};
    json parsed = json::parse(*answer, nullptr, false);
    if (parsed.is_discarded()) return Error{Errc::corrupt, path + " answered no JSON"};
    return parsed;
}

Result<std::string> ApiClient::ask(std::string_view path, const json& body, const char* member) {
    const std::size_t slash = path.find('/');
    TRY(answer, call(path.substr(0, slash), path.substr(slash + 1), body, token_));
    std::string text = text_of(answer, member);
    if (text.empty() && *member != '\0')
        return Error{Errc::corrupt, std::string(path) + " answered no " + member};
    return text;
}

Result<std::string> ApiClient::get(std::string_view path) {
    return exchange("GET " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
}

Result<std::string> ApiClient::exchange(std::string_view request) {
    if (!socket_) {
        TRY(socket, connect_to(port_));
        ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        socket_ = std::move(socket);
    }
    const ssize_t sent = ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request.size()))
        return adapters::process::errno_error("a call did not leave");
    wire::ResponseParser parser(request.substr(0, request.find(' ')));
    std::array<char, 16UL * 1024> buffer{};
    while (parser.state() != wire::ResponseParser::State::done) {
        const ssize_t got = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (got == 0) return Error{Errc::closed, "the connection was closed before the answer"};
        if (got < 0) return adapters::process::errno_error("no answer");
        parser.feed({buffer.data(), static_cast<std::size_t>(got)});
        if (parser.state() == wire::ResponseParser::State::failed) return parser.error();
    }
    if (!parser.keep_alive()) socket_.reset();
    if (parser.status() != 200)
        return Error{Errc::refused,
                     "answered " + std::to_string(parser.status()) + " " + parser.body()};
    return parser.take_body();
}

}  // namespace playback::bench
