// What the heads of HTTP/1 requests and responses have in common: limits, lines, header fields.
//
// Strict where RFC 9112 lets a server choose, because two readers that differ are how requests get
// smuggled: lines end in CRLF, names are tokens directly followed by ':', no line continues the one
// before it, no control characters. The parser is our own and not Beast's: a usual request costs
// 0.52 us in Beast's basic_parser without any of our checks, against a budget of 0.2 to 0.6 us for
// everything that is not the kernel's (shared performance notes, section 6); docs/performance.md
// has the figures of this one. Nothing here allocates but the list of fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/limits.h"

namespace playback::wire {

struct HttpLimits {
    std::size_t line_bytes_max = 8192;  // the first line and each field
    std::size_t head_bytes_max = limits::request_head_bytes_max;
    std::size_t headers_max = limits::request_headers_max;
    std::size_t body_bytes_max = limits::request_body_bytes_max;  // after decoding

    // What a buffer must be able to hold to see one whole request, however it is chunked.
    [[nodiscard]] constexpr std::size_t message_bytes_max() const {
        return head_bytes_max + body_bytes_max + chunk_overhead_max();
    }
    [[nodiscard]] constexpr std::size_t chunk_overhead_max() const { return body_bytes_max + 4096; }
};

// Why a message was refused: the status to answer with and the words for people. Status 0: it was
// not.
struct HttpError {
    int status = 0;
    std::string_view reason;

    explicit operator bool() const { return status != 0; }
};

struct HttpHeader {
    std::string_view name;
    std::string_view value;  // without white space around it
};

// Names of headers and many of their values ignore case (ASCII only).
bool equals_ignoring_case(std::string_view a, std::string_view b);

// Is this the name? `lower` is a literal of small letters and '-': folding with one bit is exact
// then, because a name is a token.
template <std::size_t size>
constexpr bool is_named(const HttpHeader& header, const char (&lower)[size]) {
    if (header.name.size() != size - 1) return false;
    unsigned different = 0;
    for (std::size_t i = 0; i < size - 1; ++i)
        different |= static_cast<unsigned>((header.name[i] | 0x20) ^ lower[i]);
    return different == 0;
}

// The first header of this name, or nothing.
std::optional<std::string_view> find_header(const std::vector<HttpHeader>& headers,
                                            std::string_view name);

// Calls each(token) for each element of a comma-separated list.
template <class Each>
void for_each_element(std::string_view list, Each&& each);

bool is_token(std::string_view text);

// Finds the empty line that ends a head, within the limits of its lines and its length. Remembers
// how far it has looked, so that a head that comes byte by byte costs no more than a whole one; and
// refuses at the same byte with the same words, however the bytes come.
class HeadFinder {
public:
    enum class Found : std::uint8_t { not_yet, whole, refused };

    explicit HeadFinder(const HttpLimits& limits) : limits_(limits) {}

    // `bytes` starts with the head and only ever grows from call to call.
    Found look(std::string_view bytes);
    // After `whole`: the length of the head with its empty line.
    [[nodiscard]] std::size_t length() const { return looked_; }
    [[nodiscard]] const HttpError& error() const { return error_; }
    void reset() { *this = HeadFinder(limits_); }

private:
    Found refuse(int status, std::string_view reason);
    bool within_limits(std::string_view bytes, std::size_t line_end, std::size_t end);

    HttpLimits limits_;
    std::size_t looked_ = 0;
    std::size_t lines_ = 0;
    std::size_t line_begin_ = 0;
    HttpError error_;
};

// The first line of a head (without CRLF), taken off `head`.
std::string_view take_line(std::string_view& head);

// Reads field lines up to the empty line; `lines` were found whole by HeadFinder.
HttpError read_headers(std::string_view lines,
                       const HttpLimits& limits,
                       std::vector<HttpHeader>& headers);

// How the body of a message is delimited, as its fields say.
struct BodyFraming {
    bool chunked = false;
    std::optional<std::uint64_t> length;
};

// Refuses whatever two readers could understand differently: Content-Length more than once or not
// plain digits, any transfer coding but one "chunked", both together, chunked in HTTP/1.0.
HttpError read_framing(const std::vector<HttpHeader>& headers,
                       int version_minor,
                       BodyFraming& framing);

// "HTTP/1.0" or "HTTP/1.1" to 0 or 1.
HttpError read_version(std::string_view text, int& version_minor);

// Does the connection stay open after this message (Connection header and version)?
bool keeps_alive(const std::vector<HttpHeader>& headers, int version_minor);

template <class Each>
void for_each_element(std::string_view list, Each&& each) {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        std::string_view element = list.substr(0, comma);
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
        while (!element.empty() && (element.front() == ' ' || element.front() == '\t'))
            element.remove_prefix(1);
        while (!element.empty() && (element.back() == ' ' || element.back() == '\t'))
            element.remove_suffix(1);
        if (!element.empty()) each(element);
    }
}

}  // namespace playback::wire
