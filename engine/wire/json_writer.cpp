#include "engine/wire/json_writer.h"

#include <array>
#include <charconv>
#include <concepts>

namespace playback::wire {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

void append_escape(std::string& out, char c) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '\\';
    switch (c) {
        case '"':
        case '\\':
            out += c;
            return;
        case '\b':
            out += 'b';
            return;
        case '\f':
            out += 'f';
            return;
        case '\n':
            out += 'n';
            return;
        case '\r':
            out += 'r';
            return;
        case '\t':
            out += 't';
            return;
        default:
            out += "u00";
            out += hex[static_cast<std::uint8_t>(c) >> 4];
            out += hex[static_cast<std::uint8_t>(c) & 15];
    }
}

template <std::integral T>
void append_number(std::string& out, T value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t run = json_plain_run(text, at);
        out.append(text.substr(at, run));
        at += run;
        if (at == text.size()) break;
        if (static_cast<std::uint8_t>(text[at]) < 0x80) {
            append_escape(out, text[at]);
            ++at;
            continue;
        }
        const std::size_t length = utf8_sequence(text, at);
        out.append(length == 0 ? replacement : text.substr(at, length));
        at += length == 0 ? 1 : length;
    }
    out += '"';
}

JsonWriter& JsonWriter::key(std::string_view name) {
    begin();
    append_json_string(out_, name);
    out_ += ':';
    comma_due_ = false;
    return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
    begin();
    append_json_string(out_, text);
    return *this;
}

JsonWriter& JsonWriter::id(std::uint64_t id) {
    begin();
    out_ += '"';
    append_number(out_, id);
    out_ += '"';
    return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
    begin();
    append_number(out_, value);
    return *this;
}

JsonWriter& JsonWriter::unsigned_integer(std::uint64_t value) {
    begin();
    append_number(out_, value);
    return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
    begin();
    out_ += value ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::null() {
    begin();
    out_ += "null";
    return *this;
}

JsonWriter& JsonWriter::time(WallTime time) {
    if (last_time_text_.empty() || time != last_time_) last_time_text_ = iso8601(time);
    last_time_ = time;
    begin();
    out_ += '"';
    out_ += last_time_text_;
    out_ += '"';
    return *this;
}

JsonWriter& JsonWriter::raw(const JsonText& value) {
    begin();
    if (value.empty())
        out_ += "null";
    else
        out_ += value.view();
    return *this;
}

}  // namespace playback::wire
