#include "engine/base/json_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace playback {
namespace {

static_assert(std::endian::native == std::endian::little,
              "json_plain_run reads words byte by byte");

constexpr std::uint64_t every_byte(std::uint8_t byte) {
    return 0x0101010101010101ULL * byte;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Which containers are open, innermost last: one bit each, so that depth costs no stack.
class Nesting {
public:
    explicit Nesting(std::size_t depth_max) : depth_max_(std::min(depth_max, json_depth_limit)) {}

    [[nodiscard]] bool empty() const { return depth_ == 0; }
    [[nodiscard]] bool full() const { return depth_ == depth_max_; }
    [[nodiscard]] bool in_object() const {
        return (objects_[(depth_ - 1) / 64] >> ((depth_ - 1) % 64) & 1) != 0;
    }
    void push(bool object) {
        const std::uint64_t bit = std::uint64_t{1} << (depth_ % 64);
        if (object)
            objects_[depth_ / 64] |= bit;
        else
            objects_[depth_ / 64] &= ~bit;
        ++depth_;
    }
    void pop() { --depth_; }

private:
    std::array<std::uint64_t, json_depth_limit / 64> objects_{};
    std::size_t depth_max_;
    std::size_t depth_ = 0;
};

// One pass over the text. Each step returns false and sets `wrong` when it refuses.
class Scanner {
public:
    Scanner(std::string_view text, std::size_t offset) : text_(text), at_(offset) {}

    bool value(std::size_t depth_max);
    bool string(bool& escaped);
    void skip_space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' ||
                                      text_[at_] == '\t' || text_[at_] == '\r'))
            ++at_;
    }
    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] std::size_t at() const { return at_; }
    [[nodiscard]] Error error() const {
        return {Errc::invalid_argument,
                "JSON: " + std::string(wrong_) + " at byte " + std::to_string(at_)};
    }

private:
    [[nodiscard]] bool is(char c) const { return at_ < text_.size() && text_[at_] == c; }
    bool refuse(std::string_view why) {
        wrong_ = at_end() ? std::string_view("the text ends too early") : why;
        return false;
    }
    bool scalar();
    bool literal(std::string_view word);
    bool number();
    bool digits();
    bool escape();
    bool code_unit(std::uint32_t& unit);
    bool key();
    bool open(Nesting& nesting, bool& wants_value);
    bool after_value(Nesting& nesting, bool& wants_value);

    std::string_view text_;
    std::size_t at_;
    std::string_view wrong_;
};

bool Scanner::literal(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return refuse("a value is expected");
    at_ += word.size();
    return true;
}

bool Scanner::digits() {
    if (at_end() || !is_digit(text_[at_])) return refuse("a digit is expected");
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return true;
}

bool Scanner::number() {
    if (is('-')) ++at_;
    if (is('0'))
        ++at_;
    else if (!digits())
        return false;
    if (is('.')) {
        ++at_;
        if (!digits()) return false;
    }
    if (is('e') || is('E')) {
        ++at_;
        if (is('+') || is('-')) ++at_;
        if (!digits()) return false;
    }
    return true;
}

bool Scanner::code_unit(std::uint32_t& unit) {
    unit = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
        const char c = at_end() ? '\0' : text_[at_];
        if (is_digit(c))
            unit = unit << 4 | static_cast<std::uint32_t>(c - '0');
        else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
            unit = unit << 4 | static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
        else
            return refuse("four hexadecimal digits are expected");
    }
    return true;
}

// After the backslash.
bool Scanner::escape() {
    if (at_end()) return refuse("");
    const char c = text_[at_];
    if (c != 'u') {
        if (std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos)
            return refuse("an unknown escape");
        ++at_;
        return true;
    }
    ++at_;
    std::uint32_t unit = 0;
    if (!code_unit(unit)) return false;
    if (unit < 0xd800 || unit > 0xdfff) return true;
    if (unit >= 0xdc00) return refuse("a low surrogate without a high one");
    if (!text_.substr(at_).starts_with("\\u")) return refuse("a high surrogate without a low one");
    at_ += 2;
    if (!code_unit(unit)) return false;
    if (unit < 0xdc00 || unit > 0xdfff) return refuse("a high surrogate without a low one");
    return true;
}

bool Scanner::string(bool& escaped) {
    escaped = false;
    if (!is('"')) return refuse("a string is expected");
    ++at_;
    for (;;) {
        at_ += json_plain_run(text_, at_);
        if (at_end()) return refuse("");
        const char c = text_[at_];
        if (c == '"') {
            ++at_;
            return true;
        }
        if (c == '\\') {
            escaped = true;
            ++at_;
            if (!escape()) return false;
        } else if (static_cast<std::uint8_t>(c) < 0x20) {
            return refuse("a control character in a string");
        } else {
            const std::size_t length = utf8_sequence(text_, at_);
            if (length == 0) return refuse("bytes that are not UTF-8");
            at_ += length;
        }
    }
}

bool Scanner::scalar() {
    if (at_end()) return refuse("");
    bool escaped = false;
    switch (text_[at_]) {
        case '"':
            return string(escaped);
        case 't':
            return literal("true");
        case 'f':
            return literal("false");
        case 'n':
            return literal("null");
        default:
            if (text_[at_] != '-' && !is_digit(text_[at_])) return refuse("a value is expected");
            return number();
    }
}

bool Scanner::key() {
    bool escaped = false;
    if (!is('"')) return refuse("a member name is expected");
    if (!string(escaped)) return false;
    skip_space();
    if (!is(':')) return refuse("a ':' is expected");
    ++at_;
    skip_space();
    return true;
}

// At the first byte of a value: reads a scalar, or the opening of a container up to its first
// value.
bool Scanner::open(Nesting& nesting, bool& wants_value) {
    wants_value = false;
    const bool object = is('{');
    if (!object && !is('[')) return scalar();
    if (nesting.full()) return refuse("too many nested arrays or objects");
    ++at_;
    nesting.push(object);
    skip_space();
    if (is(object ? '}' : ']')) {
        ++at_;
        nesting.pop();
        return true;
    }
    wants_value = true;
    return !object || key();
}

// Behind a value inside a container: goes to the next value, or closes the container.
bool Scanner::after_value(Nesting& nesting, bool& wants_value) {
    const bool object = nesting.in_object();
    skip_space();
    if (is(',')) {
        ++at_;
        skip_space();
        wants_value = true;
        return !object || key();
    }
    if (!is(object ? '}' : ']'))
        return refuse(object ? "a ',' or '}' is expected" : "a ',' or ']' is expected");
    ++at_;
    nesting.pop();
    return true;
}

bool Scanner::value(std::size_t depth_max) {
    Nesting nesting(depth_max);
    for (bool wants_value = true;;) {
        if (wants_value) {
            if (!open(nesting, wants_value)) return false;
        } else if (nesting.empty()) {
            return true;
        } else if (!after_value(nesting, wants_value)) {
            return false;
        }
    }
}

bool is_continuation(char c) {
    return (static_cast<std::uint8_t>(c) & 0xc0) == 0x80;
}

}  // namespace

Result<JsonText> JsonText::parse(std::string_view text, const JsonLimits& limits) {
    if (text.size() > limits.bytes_max)
        return Error{Errc::invalid_argument,
                     "JSON: " + std::to_string(text.size()) + " bytes, more than the limit of " +
                         std::to_string(limits.bytes_max)};
    Scanner scanner(text, 0);
    scanner.skip_space();
    const std::size_t begin = scanner.at();
    if (!scanner.value(limits.depth_max)) return scanner.error();
    const std::size_t end = scanner.at();
    scanner.skip_space();
    if (!scanner.at_end())
        return Error{Errc::invalid_argument,
                     "JSON: text after the value at byte " + std::to_string(scanner.at())};
    return trusted(text.substr(begin, end - begin));
}

Result<std::size_t> scan_json_value(std::string_view text,
                                    std::size_t offset,
                                    std::size_t depth_max) {
    Scanner scanner(text, offset);
    if (!scanner.value(depth_max)) return scanner.error();
    return scanner.at() - offset;
}

Result<JsonStringSpan> scan_json_string(std::string_view text, std::size_t offset) {
    Scanner scanner(text, offset);
    JsonStringSpan span;
    if (!scanner.string(span.escaped)) return scanner.error();
    span.length = scanner.at() - offset;
    return span;
}

// Eight bytes at a time; the lowest marked byte of a word is exact (a borrow only disturbs the
// bytes above it).
std::size_t json_plain_run(std::string_view text, std::size_t offset) {
    std::size_t at = offset;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, 8);
        const std::uint64_t quote = word ^ every_byte('"');
        const std::uint64_t slash = word ^ every_byte('\\');
        const std::uint64_t marks =
            (((quote - every_byte(1)) & ~quote) | ((slash - every_byte(1)) & ~slash) |
             (word - every_byte(0x20)) | word) &
            every_byte(0x80);
        if (marks != 0) return at - offset + static_cast<std::size_t>(std::countr_zero(marks)) / 8;
    }
    for (; at < text.size(); ++at) {
        const auto byte = static_cast<std::uint8_t>(text[at]);
        if (byte < 0x20 || byte >= 0x80 || byte == '"' || byte == '\\') break;
    }
    return at - offset;
}

// Table 3-7 of the Unicode standard: the second byte's range depends on the first.
std::size_t utf8_sequence(std::string_view text, std::size_t offset) {
    const std::size_t left = text.size() - offset;
    const char* const p = text.data() + offset;
    const auto first = static_cast<std::uint8_t>(p[0]);
    if (first < 0x80) return 1;
    if (first < 0xc2 || first > 0xf4 || left < 2) return 0;
    const auto second = static_cast<std::uint8_t>(p[1]);
    if (first < 0xe0) return is_continuation(p[1]) ? 2 : 0;
    const bool three = first < 0xf0;
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xbf;
    if (first == 0xe0) low = 0xa0;
    if (first == 0xed) high = 0x9f;
    if (first == 0xf0) low = 0x90;
    if (first == 0xf4) high = 0x8f;
    if (second < low || second > high) return 0;
    const std::size_t length = three ? 3 : 4;
    if (left < length || !is_continuation(p[2]) || (!three && !is_continuation(p[3]))) return 0;
    return length;
}

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (static_cast<std::uint8_t>(text[at]) < 0x80) {
            const std::size_t run = json_plain_run(text, at);
            at += run == 0 ? 1 : run;
            continue;
        }
        const std::size_t length = utf8_sequence(text, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

}  // namespace playback
