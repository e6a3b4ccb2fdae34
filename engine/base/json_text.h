// JsonText: a JSON value of a user (message, profile, config) that we carry as bytes.
//
// It was checked once for UTF-8, grammar, depth and size, then is never parsed again: it is spliced
// verbatim into what we send (DESIGN section 3, Values). Empty means "absent", written as null.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace playback {

// No text nests deeper than this, whatever limit its reader states.
inline constexpr std::size_t json_depth_limit = 256;

struct JsonLimits {
    std::size_t bytes_max = 1 << 20;
    std::size_t depth_max = 64;
};

class JsonText {
public:
    JsonText() = default;

    // Checks `text` to be exactly one JSON value within the limits (surrounding white space is
    // dropped). Fails with invalid_argument, naming the byte offset.
    static Result<JsonText> parse(std::string_view text, const JsonLimits& limits = {});

    // For bytes that were checked before (our own store, our own writer).
    static JsonText trusted(std::string_view text) {
        JsonText result;
        result.text_.assign(text);
        return result;
    }

    [[nodiscard]] bool empty() const { return text_.empty(); }
    [[nodiscard]] std::size_t size() const { return text_.size(); }
    explicit operator std::string_view() const { return text_; }
    [[nodiscard]] std::string_view view() const { return text_; }

    friend bool operator==(const JsonText&, const JsonText&) = default;

private:
    std::string text_;
};

// The length of the JSON value that starts at text[offset] (no white space before it). Fails as
// `parse` does. The one JSON scanner of the engine: JsonText and wire's reader both stand on it.
Result<std::size_t> scan_json_value(std::string_view text,
                                    std::size_t offset,
                                    std::size_t depth_max);

// A string with its quotes: how long it is in the text, and whether it holds a backslash.
struct JsonStringSpan {
    std::size_t length = 0;
    bool escaped = false;
};

// The JSON string whose opening quote is text[offset]. Fails as `parse` does.
Result<JsonStringSpan> scan_json_string(std::string_view text, std::size_t offset);

// How many bytes of a string from `offset` on stand for themselves in JSON: ASCII, no control, no
// quote, no backslash.
std::size_t json_plain_run(std::string_view text, std::size_t offset);

// The length of the well-formed UTF-8 sequence at text[offset], or 0; offset < text.size().
std::size_t utf8_sequence(std::string_view text, std::size_t offset);

// Is `text` well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF)?
bool is_utf8(std::string_view text);

}  // namespace playback
