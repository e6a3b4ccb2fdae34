#include "engine/wire/http1_client.h"

#include <algorithm>

#include "engine/base/check.h"

namespace playback::wire {
namespace {

bool fits_first_line(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

bool fits_header(std::string_view text) {
    return std::none_of(
        text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

}  // namespace

void append_request(std::string& out, const ClientRequest& request) {
    CHECK(is_token(request.method) && fits_first_line(request.target));
    CHECK(fits_header(request.host) && fits_header(request.content_type));
    CHECK(fits_header(request.bearer_token));
    out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ");
    out.append(request.host).append("\r\n");
    if (!request.bearer_token.empty())
        out.append("Authorization: Bearer ").append(request.bearer_token).append("\r\n");
    if (!request.keep_alive) out += "Connection: close\r\n";
    out += request.extra_headers;
    const bool bodiless =
        request.method == "GET" || request.method == "HEAD" || request.method == "DELETE";
    if (!request.body.empty())
        out.append("Content-Type: ").append(request.content_type).append("\r\n");
    if (!request.body.empty() || !bodiless)
        out.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
    out += "\r\n";
    out += request.body;
}

ResponseParser::ResponseParser(std::string_view method, const HttpLimits& limits)
    : limits_(limits), to_head_(method == "HEAD"), finder_(limits) {
}

void ResponseParser::fail(std::string_view what) {
    state_ = State::failed;
    keep_alive_ = false;
    error_ = {Errc::corrupt, "HTTP response: " + std::string(what)};
}

std::string ResponseParser::take_body() {
    std::string taken;
    taken.swap(body_);
    return taken;
}

std::size_t ResponseParser::feed(std::string_view bytes) {
    std::size_t used = 0;
    while (used < bytes.size() && state_ == State::head) used += feed_head(bytes.substr(used));
    if (state_ == State::body) used += feed_body(bytes.substr(used));
    return used;
}

std::size_t ResponseParser::feed_head(std::string_view bytes) {
    const std::size_t before = head_.size();
    const std::size_t room = limits_.head_bytes_max + 1 - std::min(before, limits_.head_bytes_max);
    head_.append(bytes.substr(0, room));
    switch (finder_.look(head_)) {
        case HeadFinder::Found::refused:
            fail(finder_.error().reason);
            return head_.size() - before;
        case HeadFinder::Found::not_yet:
            return head_.size() - before;
        case HeadFinder::Found::whole:
            break;
    }
    head_.resize(finder_.length());
    const std::size_t used = head_.size() - before;
    read_head(head_);
    return used;
}

void ResponseParser::read_status_line(std::string_view line) {
    const std::string_view version = line.substr(0, 8);
    if (const HttpError error = read_version(version, version_minor_)) return fail(error.reason);
    const bool digits = line.size() >= 12 && line[8] == ' ' &&
                        std::all_of(line.begin() + 9, line.begin() + 12, [](char c) {
                            return c >= '0' && c <= '9';
                        });
    if (!digits || line[9] == '0' || (line.size() > 12 && line[12] != ' '))
        return fail("the status line is malformed");
    status_ = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
}

void ResponseParser::read_head(std::string_view head) {
    read_status_line(take_line(head));
    if (state_ == State::failed) return;
    if (const HttpError error = read_headers(head, limits_, headers_)) return fail(error.reason);
    if (status_ < 200 && status_ != 101) {
        if (++interim_ > interim_max) return fail("too many interim answers");
        headers_.clear();
        head_.clear();
        finder_.reset();
        return;
    }
    BodyFraming framing;
    if (const HttpError error = read_framing(headers_, version_minor_, framing))
        return fail(error.reason);
    keep_alive_ = keeps_alive(headers_, version_minor_);
    if (to_head_ || status_ == 101 || status_ == 204 || status_ == 304) {
        state_ = State::done;
        return;
    }
    state_ = State::body;
    if (framing.chunked) {
        framing_ = Framing::chunked;
    } else if (framing.length) {
        framing_ = Framing::length;
        left_ = *framing.length;
        if (left_ == 0) state_ = State::done;
    } else {
        framing_ = Framing::until_close;
        keep_alive_ = false;
    }
}

std::size_t ResponseParser::feed_body(std::string_view bytes) {
    std::size_t used = bytes.size();
    if (framing_ == Framing::chunked) {
        used = chunks_.feed(bytes, body_);
        if (chunks_.error()) fail(chunks_.error().reason);
    } else {
        if (framing_ == Framing::length)
            used = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
        body_.append(bytes.substr(0, used));
        left_ -= framing_ == Framing::length ? used : 0;
    }
    if (state_ == State::failed) return used;
    if (body_.size() > limits_.body_bytes_max) {
        fail("the body is too long");
        return used;
    }
    const bool over =
        framing_ == Framing::chunked ? chunks_.done() : framing_ == Framing::length && left_ == 0;
    if (over) state_ = State::done;
    return used;
}

void ResponseParser::end_of_stream() {
    if (state_ == State::done || state_ == State::failed) return;
    if (state_ == State::body && framing_ == Framing::until_close)
        state_ = State::done;
    else
        fail("the connection was closed in the middle");
}

}  // namespace playback::wire
