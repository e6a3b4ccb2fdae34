// IpAddress and IpRange: numeric peer addresses, and the CIDR blocks that a configuration names.
//
// Pure values. IPv4 is kept as the mapped IPv6 block ::ffff:0:0/96, so that one comparison serves
// both and a peer that arrives as "::ffff:10.0.0.1" is the same as "10.0.0.1". Names are never
// resolved. Used by the rate limit of anonymous calls (omgservers.md section 12, weakness 14).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace playback::services {

struct IpAddress {
    std::array<std::uint8_t, 16> bytes{};

    [[nodiscard]] bool is_v4() const;
    friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"; a zone ("%eth0") is dropped. Fails with
// invalid_argument.
Result<IpAddress> parse_ip(std::string_view text);

class IpRange {
public:
    IpRange(IpAddress base, unsigned prefix_bits) : base_(base), prefix_bits_(prefix_bits) {}

    [[nodiscard]] bool contains(const IpAddress& address) const;

private:
    IpAddress base_;
    unsigned prefix_bits_;  // of 128
};

// "10.0.0.0/8", "fd00::/8", or one address. Fails with invalid_argument, naming the text.
Result<IpRange> parse_ip_range(std::string_view text);

bool contains(const std::vector<IpRange>& ranges, const IpAddress& address);

}  // namespace playback::services
