#include "engine/services/ip_range.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace playback::services {
namespace {

constexpr std::size_t v4_offset = 12;
constexpr unsigned v4_prefix_bits = 96;
constexpr std::array<std::uint8_t, v4_offset> v4_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// A whole number of `base` with no sign, no white space and at most `digits_max` digits.
std::optional<unsigned> number(std::string_view text, int base, std::size_t digits_max) {
    if (text.empty() || text.size() > digits_max) return std::nullopt;
    unsigned value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

bool read_v4(std::string_view text, std::uint8_t* out) {
    for (int part = 0; part < 4; ++part) {
        const std::size_t dot = part < 3 ? text.find('.') : text.size();
        if (dot == std::string_view::npos) return false;
        const std::optional<unsigned> value = number(text.substr(0, dot), 10, 3);
        if (!value || *value > 255) return false;
        out[part] = static_cast<std::uint8_t>(*value);
        text.remove_prefix(std::min(dot + 1, text.size()));
    }
    return text.empty();
}

// Appends the groups of one side of "::" to `out`, at most `room` bytes. The last group may be
// IPv4.
bool read_groups(std::string_view text, std::size_t room, std::vector<std::uint8_t>& out) {
    while (!text.empty()) {
        const std::size_t colon = text.find(':');
        const std::string_view group = text.substr(0, colon);
        if (group.contains('.')) {
            std::array<std::uint8_t, 4> v4{};
            if (colon != std::string_view::npos || !read_v4(group, v4.data())) return false;
            out.insert(out.end(), v4.begin(), v4.end());
            break;
        }
        const std::optional<unsigned> value = number(group, 16, 4);
        if (!value) return false;
        out.push_back(static_cast<std::uint8_t>(*value >> 8));
        out.push_back(static_cast<std::uint8_t>(*value & 0xff));
        if (colon == std::string_view::npos) break;
        text.remove_prefix(colon + 1);
        if (text.empty()) return false;  // ends in ':'
    }
    return out.size() <= room;
}

bool read_v6(std::string_view text, IpAddress& address) {
    std::vector<std::uint8_t> front;
    std::vector<std::uint8_t> back;
    const std::size_t gap = text.find("::");
    if (gap == std::string_view::npos) {
        if (!read_groups(text, 16, front) || front.size() != 16) return false;
    } else {
        if (!read_groups(text.substr(0, gap), 14, front)) return false;
        if (!read_groups(text.substr(gap + 2), 14 - front.size(), back)) return false;
    }
    std::ranges::copy(front, address.bytes.begin());
    std::ranges::copy(back, address.bytes.end() - static_cast<std::ptrdiff_t>(back.size()));
    return true;
}

}  // namespace

bool IpAddress::is_v4() const {
    return std::equal(v4_prefix.begin(), v4_prefix.end(), bytes.begin());
}

Result<IpAddress> parse_ip(std::string_view text) {
    const std::string_view plain = text.substr(0, text.find('%'));
    IpAddress address;
    if (plain.contains(':')) {
        if (read_v6(plain, address)) return address;
    } else {
        std::ranges::copy(v4_prefix, address.bytes.begin());
        if (read_v4(plain, address.bytes.data() + v4_offset)) return address;
    }
    return Error{Errc::invalid_argument, "not an IP address: " + std::string(text)};
}

bool IpRange::contains(const IpAddress& address) const {
    const std::size_t whole = prefix_bits_ / 8;
    if (!std::equal(base_.bytes.begin(),
                    base_.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                    address.bytes.begin()))
        return false;
    const unsigned rest = prefix_bits_ % 8;
    if (rest == 0) return true;
    const auto mask = static_cast<unsigned>(0xff00U >> rest) & 0xffU;
    return (base_.bytes[whole] & mask) == (address.bytes[whole] & mask);
}

Result<IpRange> parse_ip_range(std::string_view text) {
    const std::size_t slash = text.find('/');
    TRY(base, parse_ip(text.substr(0, slash)));
    const unsigned offset = base.is_v4() && !text.contains(':') ? v4_prefix_bits : 0;
    unsigned bits = 128 - offset;
    if (slash != std::string_view::npos) {
        const std::optional<unsigned> given = number(text.substr(slash + 1), 10, 3);
        if (!given || *given > bits)
            return Error{Errc::invalid_argument, "not an address range: " + std::string(text)};
        bits = *given;
    }
    return IpRange(base, offset + bits);
}

bool contains(const std::vector<IpRange>& ranges, const IpAddress& address) {
    return std::ranges::any_of(ranges,
                               [&](const IpRange& range) { return range.contains(address); });
}

}  // namespace playback::services
