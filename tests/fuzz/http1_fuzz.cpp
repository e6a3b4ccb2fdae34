// Fuzz target: whatever bytes come and however they are split, both HTTP parsers say the same.
//
// The first byte of the input is the size of the pieces; the rest is what the peer sends.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/wire/http1.h"
#include "engine/wire/http1_client.h"

namespace playback::wire {
namespace {

constexpr HttpLimits small{.line_bytes_max = 256, .head_bytes_max = 512, .body_bytes_max = 256};

void note(std::string& log, std::string_view text) {
    log.append(text).append("|");
}

// Reads requests out of a buffer that moves with every piece; the log says what was read.
std::string read_requests(std::string_view input, std::size_t piece) {
    std::string log;
    RequestParser parser(small);
    std::unique_ptr<std::string> unread = std::make_unique<std::string>();
    while (!input.empty()) {
        auto larger = std::make_unique<std::string>(*unread);
        larger->append(input.substr(0, piece));
        larger->shrink_to_fit();
        unread = std::move(larger);
        input.remove_prefix(std::min(piece, input.size()));
        for (;;) {
            const RequestParser::Status status = parser.parse(*unread);
            if (status == RequestParser::Status::failed) {
                CHECK(parser.error().status >= 400 && parser.error().status < 600);
                note(log, std::to_string(parser.error().status));
                return log;
            }
            CHECK(unread->size() <= small.message_bytes_max() + piece ||
                  status == RequestParser::Status::ready);
            if (status == RequestParser::Status::need_more) break;
            const Request& request = parser.request();
            CHECK(request.consumed > 0 && request.consumed <= unread->size());
            CHECK(request.body.size() <= small.body_bytes_max);
            note(log, request.method);
            note(log, request.path);
            note(log, request.query);
            note(log, request.host);
            note(log, request.bearer_token());
            note(log, request.body);
            for (const HttpHeader& header : request.headers) note(log, header.value);
            unread->erase(0, request.consumed);
        }
    }
    return log;
}

// How a response is framed must not depend on the pieces; its error may name another byte.
std::string read_response(std::string_view input, std::size_t piece) {
    std::string body;
    ResponseParser parser("GET", small);
    while (!input.empty()) {
        const std::string part(input.substr(0, piece));
        const std::size_t used = parser.feed(part);
        CHECK(used <= part.size());
        input.remove_prefix(used);
        body += parser.take_body();
        if (used < part.size() || parser.state() == ResponseParser::State::failed) break;
    }
    parser.end_of_stream();
    if (parser.state() == ResponseParser::State::failed) return "failed";
    CHECK(parser.state() == ResponseParser::State::done);
    return std::to_string(parser.status()) + body;
}

}  // namespace
}  // namespace playback::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using playback::wire::read_requests;
    using playback::wire::read_response;
    if (size == 0) return 0;
    const std::size_t piece = data[0] % 64 + 1U;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    CHECK(read_requests(input, piece) == read_requests(input, input.size()));
    // The limit of what nobody takes counts pieces, so only short answers are compared.
    const std::string whole = read_response(input, std::max<std::size_t>(input.size(), 1));
    if (input.size() <= playback::wire::small.body_bytes_max)
        CHECK(read_response(input, piece) == whole);
    return 0;
}
