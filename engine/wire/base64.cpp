#include "engine/wire/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace playback::wire {
namespace {

constexpr std::string_view standard_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t no_digit = 64;

constexpr std::array<std::uint8_t, 256> values_of(std::string_view digits) {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < digits.size(); ++i)
        values[static_cast<std::uint8_t>(digits[i])] = static_cast<std::uint8_t>(i);
    return values;
}

constexpr std::array<std::uint8_t, 256> standard_values = values_of(standard_digits);
constexpr std::array<std::uint8_t, 256> url_values = values_of(url_digits);

std::uint32_t byte(char c) {
    return static_cast<std::uint8_t>(c);
}

Error refused(std::string_view why) {
    return {Errc::invalid_argument, "base64: " + std::string(why)};
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes, Base64 alphabet) {
    const std::string_view digits = alphabet == Base64::standard ? standard_digits : url_digits;
    const std::size_t whole = bytes.size() / 3;
    const std::size_t begin = out.size();
    out.resize(begin + whole * 4);
    char* to = out.data() + begin;
    for (std::size_t i = 0; i < whole; ++i, bytes.remove_prefix(3)) {
        const std::uint32_t group = byte(bytes[0]) << 16 | byte(bytes[1]) << 8 | byte(bytes[2]);
        for (int shift = 18; shift >= 0; shift -= 6) *to++ = digits[group >> shift & 63];
    }
    if (bytes.empty()) return;
    const std::uint32_t rest = byte(bytes[0]) << 16 | (bytes.size() == 2 ? byte(bytes[1]) << 8 : 0);
    for (std::size_t i = 0; i <= bytes.size(); ++i) out += digits[rest >> (18 - 6 * i) & 63];
    if (alphabet == Base64::standard) out.append(3 - bytes.size(), '=');
}

std::string base64_encode(std::string_view bytes, Base64 alphabet) {
    std::string out;
    append_base64(out, bytes, alphabet);
    return out;
}

Result<std::string> base64_decode(std::string_view text, Base64 alphabet) {
    const auto& values = alphabet == Base64::standard ? standard_values : url_values;
    if (alphabet == Base64::standard) {
        if (text.size() % 4 != 0) return refused("the length is not a multiple of four");
        if (text.ends_with("=="))
            text.remove_suffix(2);
        else if (text.ends_with("="))
            text.remove_suffix(1);
    }
    if (text.size() % 4 == 1) return refused("a digit is missing");
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const std::uint8_t value = values[static_cast<std::uint8_t>(c)];
        if (value == no_digit) return refused("a character that is no digit");
        bits = bits << 6 | value;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out += static_cast<char>(bits >> count & 0xff);
    }
    if ((bits & ((1U << count) - 1)) != 0) return refused("bits behind the last byte");
    return out;
}

}  // namespace playback::wire
