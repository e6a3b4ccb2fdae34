#include "engine/services/request_log.h"

#include <algorithm>

#include "engine/io/clock.h"
#include "engine/io/log.h"

namespace playback::services {
namespace {

constexpr std::string_view detail_header = "X-Error-Detail: ";
constexpr std::size_t id_length_max = 64;
constexpr std::size_t trace_id_length = 32;
// version-traceid-parentid-flags
constexpr std::size_t traceparent_length = 2 + 1 + trace_id_length + 1 + 16 + 1 + 2;
constexpr std::size_t why_length_max = 400;

bool is_hex(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_plain(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
}

std::string_view trace_in(std::string_view parent) {
    const bool is_shaped = parent.size() >= traceparent_length && parent[2] == '-' &&
                           parent[35] == '-' && parent[52] == '-';
    if (!is_shaped || !is_hex(parent.substr(0, 2)) || !is_hex(parent.substr(36, 16)) ||
        !is_hex(parent.substr(53, 2)) || parent.starts_with("ff"))
        return {};
    // Later versions may go on, behind a dash.
    const bool is_longer = parent.size() > traceparent_length;
    if (is_longer && (parent.starts_with("00") || parent[traceparent_length] != '-')) return {};
    const std::string_view id = parent.substr(3, trace_id_length);
    const bool is_zero = std::ranges::all_of(id, [](char c) { return c == '0'; });
    return is_hex(id) && !is_zero ? id : std::string_view();
}

void append_hex(std::string& text, std::uint64_t number) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[(number >> shift) & 15U];
}

// What the answer says for people, else its body.
std::string_view reason_of(const Answer& answer) {
    const std::string_view headers = answer.headers;
    const std::size_t at = headers.find(detail_header);
    std::string_view why = answer.body;
    if (at != std::string_view::npos) {
        why = headers.substr(at + detail_header.size());
        why = why.substr(0, why.find('\r'));
    }
    return why.substr(0, why_length_max);
}

}  // namespace

std::string_view trace_of(const wire::Request& request) {
    if (const auto parent = request.header("traceparent")) {
        const std::string_view id = trace_in(*parent);
        if (!id.empty()) return id;
    }
    const std::string_view id = request.header("x-request-id").value_or("");
    const bool is_good = id.size() <= id_length_max && std::ranges::all_of(id, is_plain);
    return is_good ? id : std::string_view();
}

RequestLog::RequestLog(io::Io& io)
    : io_(io), began_ms_(static_cast<std::uint64_t>(io.clock.wall().ms)) {
}

std::string RequestLog::make_id() {
    std::string id;
    append_hex(id, began_ms_);
    append_hex(id, ++made_);
    return id;
}

bool RequestLog::has_room() {
    const Instant now = io_.clock.now();
    if (now - second_ >= seconds(1)) {
        second_ = now;
        lines_ = 0;
    }
    if (lines_ >= lines_per_second_max) {
        ++unwritten_;
        return false;
    }
    ++lines_;
    return true;
}

void RequestLog::note(std::string_view given,
                      std::string_view route,
                      std::string_view peer,
                      Answer& answer) {
    const std::string id = given.empty() ? make_id() : std::string(given);
    const bool is_ours = answer.status >= 500;
    if (has_room()) {
        const io::LogLevel level = is_ours ? io::LogLevel::warn : io::LogLevel::debug;
        io_.log.write(level,
                      is_ours ? "request failed" : "request refused",
                      {{"trace", id},
                       {"route", route},
                       {"status", answer.status},
                       {"peer", peer},
                       {"why", reason_of(answer)},
                       {"unwritten", unwritten_}});
        unwritten_ = 0;
    }
    wire::append_header(answer.headers, "X-Request-Id", id);
}

}  // namespace playback::services
