#include "engine/wire/http1.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/base/check.h"
#include "engine/base/plant.h"

namespace playback::wire {
namespace {

constexpr std::size_t method_bytes_max = 32;
constexpr std::uint32_t wait_seconds_max = 24 * 60 * 60;

// Visible ASCII without '#'. No early exit, so that the compiler can look at many bytes at once.
bool is_target(std::string_view text) {
    bool good = true;
    for (const char c : text) good &= c > ' ' && c < 0x7f && c != '#';
    return good;
}

// Host: a name or address with an optional port; nothing that ends one in some other reader.
bool is_host(std::string_view text) {
    return is_target(text) && text.find_first_of("/\\?@,") == std::string_view::npos;
}

// "wait=N" among the preferences; what cannot be understood is no preference (RFC 7240 section 2).
std::optional<std::uint32_t> read_wait(std::string_view preferences) {
    std::optional<std::uint32_t> wait;
    for_each_element(preferences, [&](std::string_view preference) {
        preference = preference.substr(0, preference.find(';'));
        if (wait || preference.size() < 6 ||
            !equals_ignoring_case(preference.substr(0, 5), "wait="))
            return;
        preference.remove_prefix(5);
        std::uint32_t seconds = 0;
        const auto [stop, code] = std::from_chars(preference.begin(), preference.end(), seconds);
        if (stop != preference.end()) return;
        wait = code == std::errc() ? std::min(seconds, wait_seconds_max) : wait_seconds_max;
    });
    return wait;
}

void append_number(std::string& out, std::size_t value) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

}  // namespace

bool Request::wants_upgrade(std::string_view protocol) const {
    const auto offered = header("upgrade");
    const auto options = header("connection");
    if (!offered || !options || version_minor == 0) return false;
    bool named = false;
    bool asked = false;
    for_each_element(*offered,
                     [&](std::string_view word) { named |= equals_ignoring_case(word, protocol); });
    for_each_element(
        *options, [&](std::string_view word) { asked |= equals_ignoring_case(word, "upgrade"); });
    return named && asked;
}

bool Request::is_json() const {
    std::string_view type = content_type.substr(0, content_type.find(';'));
    while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
    return equals_ignoring_case(type, "application/json");
}

std::string_view Request::bearer_token() const {
    constexpr std::string_view scheme = "Bearer ";
    if (!equals_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return {};
    std::string_view token = authorization.substr(scheme.size());
    while (!token.empty() && token.front() == ' ') token.remove_prefix(1);
    return token;
}

RequestParser::RequestParser(const HttpLimits& limits) : limits_(limits), finder_(limits) {
}

void RequestParser::start_over() {
    phase_ = Phase::head;
    finder_.reset();
    head_begin_ = 0;
    body_read_ = 0;
    if (!PLAYBACK_PLANT(chunks_pile_up)) decoded_.clear();
    expects_continue_ = false;
    in_request_ = false;
}

RequestParser::Status RequestParser::fail(const HttpError& error) {
    phase_ = Phase::failed;
    error_ = error;
    return Status::failed;
}

bool RequestParser::take_continue() {
    const bool due = phase_ == Phase::body && expects_continue_;
    expects_continue_ = false;
    return due;
}

RequestParser::Status RequestParser::parse(std::string_view buffer) {
    if (phase_ == Phase::failed) return Status::failed;
    if (phase_ == Phase::ready) start_over();
    const bool head_is_new = phase_ == Phase::head;
    if (head_is_new) {
        Status status = Status::need_more;
        if (!find_head(buffer, status)) return status;
        if (const HttpError error = read_head(buffer.substr(head_begin_))) return fail(error);
        chunks_ = ChunkDecoder({limits_.body_bytes_max, limits_.chunk_overhead_max()});
        phase_ = Phase::body;
    }
    const Status status = read_body(buffer);
    // The buffer may have moved since the head was read: read it again, now for its views.
    if (status == Status::ready && !head_is_new) {
        const std::string_view body = request_.body;
        if (const HttpError error = read_head(buffer.substr(head_begin_))) return fail(error);
        request_.body = body;
    }
    return status;
}

bool RequestParser::find_head(std::string_view buffer, Status& status) {
    // One empty line before a request is forgiven: old clients sent it behind a body.
    if (head_begin_ == 0 && buffer.starts_with("\r\n")) head_begin_ = 2;
    if (buffer == "\r") return false;
    const std::string_view head = buffer.substr(head_begin_);
    in_request_ = !head.empty();
    if (in_request_ && !is_token(head.substr(0, 1))) {
        status = fail({400, "a request must start with its method"});
        return false;
    }
    switch (finder_.look(head)) {
        case HeadFinder::Found::not_yet:
            return false;
        case HeadFinder::Found::refused:
            status = fail(finder_.error());
            return false;
        case HeadFinder::Found::whole:
            body_begin_ = head_begin_ + finder_.length();
            return true;
    }
    return false;
}

HttpError RequestParser::read_head(std::string_view head) {
    std::string_view line = take_line(head);
    const std::size_t method_end = line.find(' ');
    request_.method = line.substr(0, method_end);
    if (method_end > method_bytes_max ||  // npos too
        !is_token(request_.method))
        return {400, "the request line needs a method"};
    line.remove_prefix(method_end + 1);
    const std::size_t target_end = line.find(' ');
    if (target_end == std::string_view::npos) return {400, "the request line needs a version"};
    if (const HttpError error = read_version(line.substr(target_end + 1), request_.version_minor))
        return error;
    if (const HttpError error = read_headers(head, limits_, request_.headers)) return error;
    if (const HttpError error = read_fields()) return error;
    return read_target(line.substr(0, target_end));
}

HttpError RequestParser::read_target(std::string_view target) {
    request_.target = target;
    if (!is_target(target)) return {400, "the target of the request is malformed"};
    constexpr std::string_view scheme = "http://";
    if (equals_ignoring_case(target.substr(0, scheme.size()), scheme)) {
        // RFC 9112 section 3.2.2: a server must accept the absolute form; its host counts.
        target.remove_prefix(scheme.size());
        const std::size_t end = std::min(target.find_first_of("/?"), target.size());
        request_.host = target.substr(0, end);
        target.remove_prefix(end);
        if (request_.host.empty() || !is_host(request_.host))
            return {400, "the target of the request needs a host"};
    } else if (!target.starts_with('/') && !(target == "*" && request_.method == "OPTIONS")) {
        return {400, "the target of the request must start with '/'"};
    }
    const std::size_t mark = std::min(target.find('?'), target.size());
    request_.path = mark == 0 ? std::string_view("/") : target.substr(0, mark);
    request_.query = mark == target.size() ? std::string_view() : target.substr(mark + 1);
    return {};
}

HttpError RequestParser::read_fields() {
    request_.host = {};
    request_.content_type = {};
    request_.authorization = {};
    if (!PLAYBACK_PLANT(wait_outlives_request)) request_.wait_seconds.reset();
    const bool had_expectation = phase_ != Phase::head;
    bool has_host = false;
    for (const HttpHeader& header : request_.headers) {
        if (is_named(header, "host")) {
            if (has_host) return {400, "Host is given twice"};
            if (!is_host(header.value)) return {400, "Host is malformed"};
            has_host = true;
            request_.host = header.value;
        }
        if (const HttpError error = read_field(header)) return error;
    }
    if (had_expectation || request_.version_minor == 0) expects_continue_ = false;
    if (!has_host && request_.version_minor == 1) return {400, "Host is missing"};
    request_.keep_alive = keeps_alive(request_.headers, request_.version_minor);
    if (const HttpError error = read_framing(request_.headers, request_.version_minor, framing_))
        return error;
    if (framing_.length > limits_.body_bytes_max) return {413, "the body is too long"};
    return {};
}

// The fields that every request is asked for; the others are found by name.
HttpError RequestParser::read_field(const HttpHeader& header) {
    if (is_named(header, "prefer")) {
        if (!request_.wait_seconds) request_.wait_seconds = read_wait(header.value);
    } else if (is_named(header, "expect")) {
        if (!equals_ignoring_case(header.value, "100-continue"))
            return {417, "the only expectation known is 100-continue"};
        expects_continue_ = true;
    } else if (is_named(header, "content-type")) {
        if (!request_.content_type.empty()) return {400, "Content-Type is given twice"};
        request_.content_type = header.value;
    } else if (is_named(header, "authorization")) {
        if (!request_.authorization.empty()) return {400, "Authorization is given twice"};
        request_.authorization = header.value;
    }
    return {};
}

RequestParser::Status RequestParser::read_body(std::string_view buffer) {
    const std::string_view bytes = buffer.substr(body_begin_);
    if (!bytes.empty()) expects_continue_ = false;
    if (framing_.chunked) {
        body_read_ += chunks_.feed(bytes.substr(body_read_), decoded_);
        if (chunks_.error()) return fail(chunks_.error());
        if (!chunks_.done()) return Status::need_more;
        request_.body = decoded_;
        request_.consumed = body_begin_ + body_read_;
    } else {
        const auto length = static_cast<std::size_t>(framing_.length.value_or(0));
        const bool takes_part = PLAYBACK_PLANT(partial_body_taken) && !bytes.empty();
        if (bytes.size() < length && !takes_part) return Status::need_more;
        request_.body = bytes.substr(0, length);
        request_.consumed = body_begin_ + request_.body.size();
    }
    phase_ = Phase::ready;
    in_request_ = false;
    return Status::ready;
}

void append_header(std::string& lines, std::string_view name, std::string_view value) {
    CHECK(is_token(name));
    CHECK(std::none_of(
        value.begin(), value.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; }));
    lines.append(name).append(": ").append(value).append("\r\n");
}

void append_response(std::string& out, const Response& response) {
    constexpr std::string_view usual = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    const bool has_body = response.status >= 200 && response.status != 204;
    if (response.status == 200 && response.content_type == "application/json") {
        out += usual;
    } else {
        out += "HTTP/1.1 ";
        append_number(out, static_cast<std::size_t>(response.status));
        out += ' ';
        out += reason_phrase(response.status);
        out += "\r\n";
        if (has_body && !response.content_type.empty())
            append_header(out, "Content-Type", response.content_type);
    }
    if (!response.keep_alive)
        out += "Connection: close\r\n";
    else if (response.version_minor == 0)
        out += "Connection: keep-alive\r\n";
    out += response.extra_headers;
    if (has_body) {
        out += "Content-Length: ";
        append_number(out, response.body.size());
        out += "\r\n\r\n";
        if (!response.head_only && response.status != 304) out += response.body;
    } else {
        out += "\r\n";
    }
}

std::string_view reason_phrase(int status) {
    struct Phrase {
        int status;
        std::string_view words;
    };
    static constexpr std::array phrases = {
        Phrase{101, "Switching Protocols"},
        Phrase{200, "OK"},
        Phrase{201, "Created"},
        Phrase{202, "Accepted"},
        Phrase{204, "No Content"},
        Phrase{304, "Not Modified"},
        Phrase{400, "Bad Request"},
        Phrase{401, "Unauthorized"},
        Phrase{403, "Forbidden"},
        Phrase{404, "Not Found"},
        Phrase{405, "Method Not Allowed"},
        Phrase{408, "Request Timeout"},
        Phrase{409, "Conflict"},
        Phrase{410, "Gone"},
        Phrase{413, "Content Too Large"},
        Phrase{414, "URI Too Long"},
        Phrase{415, "Unsupported Media Type"},
        Phrase{417, "Expectation Failed"},
        Phrase{426, "Upgrade Required"},
        Phrase{429, "Too Many Requests"},
        Phrase{431, "Request Header Fields Too Large"},
        Phrase{500, "Internal Server Error"},
        Phrase{501, "Not Implemented"},
        Phrase{502, "Bad Gateway"},
        Phrase{503, "Service Unavailable"},
        Phrase{504, "Gateway Timeout"},
        Phrase{505, "HTTP Version Not Supported"},
    };
    for (const Phrase& phrase : phrases)
        if (phrase.status == status) return phrase.words;
    return "Status";
}

}  // namespace playback::wire
