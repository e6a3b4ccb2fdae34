// HTTP/1.1, the server's side: bytes to requests, answers to bytes (the client's: http1_client.h).
//
//     RequestParser parser(limits);                    // one for each connection
//     switch (parser.parse(unread)) {                  // everything received and not yet consumed
//         case RequestParser::Status::need_more: ...   // read more behind it, call again
//         case RequestParser::Status::ready:           // parser.request(); then drop .consumed
//         bytes case RequestParser::Status::failed: ...      // answer parser.error(), close
//     }
//
// Several requests may stand in the buffer; `parse` takes one at a time. Views of a request point
// into the buffer, or into the parser if the body was chunked: they live until the buffer changes
// or `parse` is called again. Every error is final for the connection. Whatever the bytes and
// however they are split, the result is the same. Spec: RFC 9110, 9112; performance.md section 6.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/wire/http1_chunked.h"
#include "engine/wire/http1_head.h"

namespace playback::wire {

struct Request {
    std::string_view method;  // as sent: methods are upper-case words
    std::string_view target;  // as sent
    std::string_view path;    // of the target, still percent-encoded; starts with '/' (or is "*")
    std::string_view query;   // of the target, behind '?', still encoded
    std::string_view host;
    std::string_view content_type;   // with its parameters; see is_json
    std::string_view authorization;  // see bearer_token
    std::string_view body;
    std::vector<HttpHeader> headers;            // all of them, in order
    std::size_t consumed = 0;                   // bytes of the buffer that were this request
    std::optional<std::uint32_t> wait_seconds;  // "Prefer: wait=N" (RFC 7240), at most a day
    int version_minor = 1;                      // HTTP/1.x
    bool keep_alive = true;

    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
        return find_header(headers, name);
    }
    // Asks for an upgrade of the connection to `protocol`, for example "websocket".
    [[nodiscard]] bool wants_upgrade(std::string_view protocol) const;
    // "application/json", whatever its parameters and case.
    [[nodiscard]] bool is_json() const;
    // What follows "Bearer " in Authorization, or empty.
    [[nodiscard]] std::string_view bearer_token() const;
};

class RequestParser {
public:
    enum class Status : std::uint8_t { need_more, ready, failed };

    explicit RequestParser(const HttpLimits& limits = {});

    // `buffer` starts with the first byte that no request has consumed. Between calls that return
    // need_more it may move in memory, but only grows. After `ready`, the next call starts anew.
    Status parse(std::string_view buffer);

    [[nodiscard]] const Request& request() const { return request_; }
    [[nodiscard]] const HttpError& error() const { return error_; }

    // After need_more: true once if the client waits for continue_response before it sends the
    // body.
    bool take_continue();
    // After need_more: is a request under way (its first byte is there)?
    [[nodiscard]] bool in_request() const { return in_request_; }

private:
    enum class Phase : std::uint8_t { head, body, ready, failed };

    void start_over();
    Status fail(const HttpError& error);
    bool find_head(std::string_view buffer, Status& status);
    HttpError read_head(std::string_view head);
    HttpError read_target(std::string_view target);
    HttpError read_fields();
    HttpError read_field(const HttpHeader& header);
    Status read_body(std::string_view buffer);

    HttpLimits limits_;
    Phase phase_ = Phase::head;
    HeadFinder finder_;
    BodyFraming framing_;
    ChunkDecoder chunks_;
    std::size_t head_begin_ = 0;
    std::size_t body_begin_ = 0;
    std::size_t body_read_ = 0;  // bytes of the chunked body that were decoded
    std::string decoded_;
    bool expects_continue_ = false;
    bool in_request_ = false;
    Request request_;
    HttpError error_;
};

inline constexpr std::string_view continue_response = "HTTP/1.1 100 Continue\r\n\r\n";

struct Response {
    int status = 200;
    std::string_view body;
    std::string_view content_type = "application/json";  // empty: none
    std::string_view extra_headers;                      // lines made by append_header
    int version_minor = 1;                               // of the request
    bool keep_alive = true;
    bool head_only = false;  // answers HEAD: the length of the body without the body
};

// One flat piece of bytes, behind whatever `out` holds already (pipelined answers go out at once).
void append_response(std::string& out, const Response& response);

// One header line. CHECKs that name and value are legal: callers encode what people give them.
void append_header(std::string& lines, std::string_view name, std::string_view value);

std::string_view reason_phrase(int status);

}  // namespace playback::wire
