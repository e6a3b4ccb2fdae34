#include "engine/base/describe.h"

#include <array>

namespace playback {
namespace {

Result<std::uint64_t> take_varint(std::string_view& bytes) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (bytes.empty()) return Error{Errc::corrupt, "stored value is cut short"};
        const auto byte = static_cast<std::uint8_t>(bytes.front());
        bytes.remove_prefix(1);
        if (shift == 63 && byte > 1) break;
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
    return Error{Errc::corrupt, "stored number is too long"};
}

}  // namespace

void put_varint(std::string& out, std::uint64_t value) {
    std::array<char, 10> bytes{};
    std::size_t count = 0;
    while (value >= 0x80) {
        bytes[count++] = static_cast<char>(value | 0x80);
        value >>= 7;
    }
    bytes[count++] = static_cast<char>(value);
    out.append(bytes.data(), count);
}

Result<RawField> take_field(std::string_view& bytes) {
    const char* const begin = bytes.data();
    TRY(tag, take_varint(bytes));
    if (tag >> 1 == 0 || tag >> 1 > UINT32_MAX) return Error{Errc::corrupt, "bad field number"};
    RawField field;
    field.number = static_cast<std::uint32_t>(tag >> 1);
    field.is_bytes = (tag & 1) != 0;
    TRY(number, take_varint(bytes));
    if (!field.is_bytes) {
        field.scalar = number;
    } else {
        if (number > bytes.size()) return Error{Errc::corrupt, "stored field is cut short"};
        field.bytes = bytes.substr(0, number);
        bytes.remove_prefix(number);
    }
    field.raw = {begin, static_cast<std::size_t>(bytes.data() - begin)};
    return field;
}

void put_json_string(std::string& out, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<std::uint8_t>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (byte < 0x20) {
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

}  // namespace playback
