#include "tools/bench_macro/http_talker.h"

#include <utility>

#include "engine/wire/http1_client.h"

namespace playback::bench {

std::string request_bytes(std::string_view path, std::string_view body, std::string_view token) {
    wire::ClientRequest request;
    request.method = "POST";
    request.target = path;
    request.host = "127.0.0.1";
    request.body = body;
    request.bearer_token = token;
    std::string bytes;
    wire::append_request(bytes, request);
    return bytes;
}

std::string path_of(std::string_view role, std::string_view method) {
    return "/service/v1/entrypoint/" + std::string(role) + "/request/" + std::string(method);
}

HttpTalker::HttpTalker(std::string request) : request_(std::move(request)) {
}

void HttpTalker::say(std::string& out) {
    if (next_)
        next_(out);
    else
        out += request_;
}

Result<Heard> HttpTalker::hear(std::span<char> unread, std::string&) {
    Heard heard;
    const std::string_view bytes(unread.data(), unread.size());
    while (heard.used < bytes.size()) {
        const std::optional<HttpAnswer> answer = reader_.next(bytes.substr(heard.used));
        if (!answer) break;
        if (answer->status != 200) return Error{Errc::refused, reader_.in_words(*answer)};
        if (take_) take_(answer->body);
        heard.used += answer->bytes;
        ++heard.answered;
    }
    if (reader_.failed()) return Error{Errc::corrupt, "an answer is not HTTP with a length"};
    return heard;
}

}  // namespace playback::bench
