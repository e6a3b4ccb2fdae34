#include "engine/wire/http1_head.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace playback::wire {
namespace {

// RFC 9110 section 5.6.2: tchar.
constexpr std::array<bool, 256> token_chars = [] {
    std::array<bool, 256> table{};
    for (std::size_t c = '0'; c <= '9'; ++c) table[c] = true;
    for (std::size_t c = 'a'; c <= 'z'; ++c) table[c] = true;
    for (std::size_t c = 'A'; c <= 'Z'; ++c) table[c] = true;
    for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
        table[static_cast<std::uint8_t>(c)] = true;
    return table;
}();

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool is_token_char(char c) {
    return token_chars[static_cast<std::uint8_t>(c)];
}

bool is_control(char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

// Most bytes of a head are a token in a long value: blocks without an exit inside become vector
// instructions.
bool has_control(std::string_view value) {
    constexpr std::size_t block = 32;
    for (; value.size() >= block; value.remove_prefix(block)) {
        std::uint8_t found = 0;
        for (std::size_t i = 0; i < block; ++i)
            found = static_cast<std::uint8_t>(found | (is_control(value.data()[i]) ? 1 : 0));
        if (found != 0) return true;
    }
    return std::any_of(value.begin(), value.end(), is_control);
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
               return lower(x) == lower(y);
           });
}

std::optional<std::string_view> find_header(const std::vector<HttpHeader>& headers,
                                            std::string_view name) {
    for (const HttpHeader& header : headers)
        if (equals_ignoring_case(header.name, name)) return header.value;
    return std::nullopt;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

HeadFinder::Found HeadFinder::refuse(int status, std::string_view reason) {
    error_ = {status, reason};
    return Found::refused;
}

// Of the two limits, the one that was passed first. A CR at the end is not part of the line.
bool HeadFinder::within_limits(std::string_view bytes, std::size_t line_end, std::size_t end) {
    std::size_t line_limit = line_begin_ + limits_.line_bytes_max;
    if (line_limit < line_end && bytes[line_limit] == '\r') ++line_limit;
    const bool line_over = line_end > line_limit;
    const bool head_over = end > limits_.head_bytes_max;
    if (line_over && (!head_over || line_limit <= limits_.head_bytes_max)) {
        if (lines_ == 0)
            refuse(414, "the request line is too long");
        else
            refuse(431, "a header is too long");
    } else if (head_over) {
        refuse(431, "the head is too long");
    }
    return !error_;
}

HeadFinder::Found HeadFinder::look(std::string_view bytes) {
    if (error_) return Found::refused;
    while (looked_ < bytes.size()) {
        const void* const found = std::memchr(bytes.data() + looked_, '\n', bytes.size() - looked_);
        if (found == nullptr) {
            looked_ = bytes.size();
            break;
        }
        const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data());
        if (!within_limits(bytes, at, at + 1)) return Found::refused;
        if (at == 0 || bytes[at - 1] != '\r') return refuse(400, "a line must end in CR LF");
        const bool empty = at - 1 == line_begin_;
        looked_ = at + 1;
        if (empty) return Found::whole;
        line_begin_ = looked_;
        ++lines_;
    }
    return within_limits(bytes, looked_, looked_) ? Found::not_yet : Found::refused;
}

std::string_view take_line(std::string_view& head) {
    const std::size_t end = head.find('\n');
    const std::string_view line = head.substr(0, end - 1);
    head.remove_prefix(end + 1);
    return line;
}

HttpError read_headers(std::string_view lines,
                       const HttpLimits& limits,
                       std::vector<HttpHeader>& headers) {
    headers.clear();
    for (;;) {
        const std::string_view line = take_line(lines);
        if (line.empty()) return {};
        if (headers.size() == limits.headers_max) return {431, "too many headers"};
        if (line.front() == ' ' || line.front() == '\t')
            return {400, "a header must not continue on the next line"};
        std::size_t length = 0;
        while (length < line.size() && is_token_char(line[length])) ++length;
        if (length == 0 || length == line.size() || line[length] != ':')
            return {400, "a header needs a name followed by ':'"};
        const std::string_view value = trimmed(line.substr(length + 1));
        if (has_control(value)) return {400, "a control character in a header"};
        HttpHeader& header = headers.emplace_back();
        header.name = line.substr(0, length);
        header.value = value;
    }
}

HttpError read_framing(const std::vector<HttpHeader>& headers,
                       int version_minor,
                       BodyFraming& framing) {
    framing = {};
    for (const HttpHeader& header : headers) {
        if (is_named(header, "content-length")) {
            if (framing.length) return {400, "Content-Length is given twice"};
            std::uint64_t length = 0;
            const std::string_view digits = header.value;
            const auto [stop, code] = std::from_chars(digits.begin(), digits.end(), length);
            if (code != std::errc() || stop != digits.end())
                return {400, "Content-Length must be a whole number"};
            framing.length = length;
        } else if (is_named(header, "transfer-encoding")) {
            if (framing.chunked) return {400, "Transfer-Encoding is given twice"};
            if (!equals_ignoring_case(header.value, "chunked"))
                return {501, "the only transfer coding known is chunked"};
            framing.chunked = true;
        }
    }
    if (framing.chunked && framing.length)
        return {400, "Content-Length and Transfer-Encoding exclude each other"};
    if (framing.chunked && version_minor == 0) return {400, "Transfer-Encoding needs HTTP/1.1"};
    return {};
}

HttpError read_version(std::string_view text, int& version_minor) {
    if (text == "HTTP/1.1")
        version_minor = 1;
    else if (text == "HTTP/1.0")
        version_minor = 0;
    else if (text.size() == 8 && text.starts_with("HTTP/"))
        return {505, "the versions known are HTTP/1.0 and HTTP/1.1"};
    else
        return {400, "the first line is malformed"};
    return {};
}

bool keeps_alive(const std::vector<HttpHeader>& headers, int version_minor) {
    bool close = false;
    bool keep = version_minor >= 1;
    for (const HttpHeader& header : headers) {
        if (!is_named(header, "connection")) continue;
        for_each_element(header.value, [&](std::string_view option) {
            if (equals_ignoring_case(option, "close")) close = true;
            if (equals_ignoring_case(option, "keep-alive")) keep = true;
        });
    }
    return keep && !close;
}

}  // namespace playback::wire
