// RateLimit: how often one address may make anonymous calls (create-user, create-token).
//
// A token bucket per address, kept as one instant: when the bucket will be full again. An entry
// whose instant has passed is the same as no entry, so two generations of a table are enough: the
// older one is dropped once a whole bucket could have refilled. IPv6 counts by /64, which is what
// one customer has. Bound: addresses_max; when that many are remembered, new ones are refused.
// Owned by the api; one core. Spec: omgservers.md section 12, weakness 14.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/hash_map.h"
#include "engine/base/limits.h"
#include "engine/base/time.h"
#include "engine/services/ip_range.h"

namespace playback::services {

struct RateLimitOptions {
    std::uint32_t per_minute = limits::sign_ups_per_minute;  // 0: no limit
    std::uint32_t burst = limits::sign_up_burst;
    std::size_t addresses_max = limits::rate_limited_addresses_max;
    std::vector<IpRange> exempt;
};

class RateLimit {
public:
    explicit RateLimit(RateLimitOptions options);

    // Counts one call of `peer` (an address as io::Stream has it). Zero: it may go on; else it is
    // refused, not counted, and the next may succeed after this long.
    Duration take(std::string_view peer, Instant now) { return ask(peer, now, true); }
    // What `take` would say, without counting a call.
    Duration wait_of(std::string_view peer, Instant now) { return ask(peer, now, false); }

private:
    Duration ask(std::string_view peer, Instant now, bool count);
    [[nodiscard]] Duration take_from(Instant& full_at, Instant now) const;
    void rotate(Instant now);

    RateLimitOptions options_;
    Duration interval_;  // for one call to come back
    Duration depth_;     // for the whole bucket
    HashMap<std::uint64_t, Instant> young_;
    HashMap<std::uint64_t, Instant> old_;
    Instant rotated_at_;
};

}  // namespace playback::services
