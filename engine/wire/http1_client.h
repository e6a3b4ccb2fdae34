// HTTP/1.1, the client's side: requests to bytes, bytes to responses (the server's: http1.h).
//
//     ResponseParser parser(method);
//     while (parser.state() == ResponseParser::State::head || ... ::body) {
//         // read; then, with what was read (it takes all of it until the response is over):
//         used = parser.feed(bytes);       // or parser.end_of_stream() when the peer closed
//         piece = parser.take_body();      // streams (Docker events, pulls) take it as it comes
//     }
//
// Used towards the Docker daemon, by actors and by load generators: not the hot path of a node, so
// the parser owns what it has read and views never dangle. Bounds: HttpLimits; body_bytes_max
// limits what nobody has taken yet, so a stream may go on for ever. Fails with Errc::corrupt.
// Spec: RFC 9110, 9112.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/wire/http1_chunked.h"
#include "engine/wire/http1_head.h"

namespace playback::wire {

struct ClientRequest {
    std::string_view method = "GET";
    std::string_view target = "/";  // path and query, encoded (url.h)
    std::string_view host = "localhost";
    std::string_view body;
    std::string_view content_type = "application/json";  // sent if there is a body
    std::string_view bearer_token;                       // empty: none
    std::string_view extra_headers;                      // lines made by append_header (http1.h)
    bool keep_alive = true;
};

// CHECKs that no part can break out of its place; callers encode what people give them.
void append_request(std::string& out, const ClientRequest& request);

class ResponseParser {
public:
    enum class State : std::uint8_t {
        head,    // the final head is not whole yet
        body,    // the head is known, the body is under way
        done,    // all there
        failed,  // see error()
    };

    // `method` is that of the request: an answer to HEAD has no body.
    explicit ResponseParser(std::string_view method, const HttpLimits& limits = {});
    // Fields are views into the head that this owns.
    ResponseParser(const ResponseParser&) = delete;
    ResponseParser& operator=(const ResponseParser&) = delete;

    // Uses bytes from the front of `bytes` and says how many: all of them, unless the response is
    // over (then the rest belongs to the next one, or to the upgraded protocol) or fails.
    std::size_t feed(std::string_view bytes);
    // The peer closed: ends a body without a length, and cuts short any other.
    void end_of_stream();

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const Error& error() const { return error_; }

    // Known from State::body on. Interim answers (1xx but 101) are skipped.
    [[nodiscard]] int status() const { return status_; }
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
        return find_header(headers_, name);
    }
    // May the connection carry another request? Known at State::done.
    [[nodiscard]] bool keep_alive() const { return keep_alive_; }

    // What came of the body and was not taken yet.
    [[nodiscard]] const std::string& body() const { return body_; }
    std::string take_body();

private:
    static constexpr std::size_t interim_max = 8;
    enum class Framing : std::uint8_t { length, chunked, until_close };

    std::size_t feed_head(std::string_view bytes);
    std::size_t feed_body(std::string_view bytes);
    void read_head(std::string_view head);
    void read_status_line(std::string_view line);
    void fail(std::string_view what);

    HttpLimits limits_;
    bool to_head_;
    State state_ = State::head;
    HeadFinder finder_;
    std::string head_;
    std::vector<HttpHeader> headers_;
    int status_ = 0;
    int version_minor_ = 1;
    bool keep_alive_ = false;
    std::size_t interim_ = 0;
    Framing framing_ = Framing::length;
    std::uint64_t left_ = 0;
    ChunkDecoder chunks_;
    std::string body_;
    Error error_;
};

}  // namespace playback::wire
