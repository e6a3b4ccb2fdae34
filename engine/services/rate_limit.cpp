#include "engine/services/rate_limit.h"

#include <algorithm>
#include <utility>

namespace playback::services {
namespace {

std::uint64_t big_endian(const std::uint8_t* bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8 | bytes[i];
    return value;
}

// IPv4 addresses exactly, IPv6 by their /64; the two cannot meet, since ::/64 is never a peer's.
std::uint64_t key_of(const IpAddress& address) {
    return big_endian(address.bytes.data() + (address.is_v4() ? 8 : 0));
}

}  // namespace

RateLimit::RateLimit(RateLimitOptions options) : options_(std::move(options)) {
    options_.burst = std::max<std::uint32_t>(options_.burst, 1);
    options_.addresses_max = std::max<std::size_t>(options_.addresses_max, 2);
    if (options_.per_minute == 0) return;
    interval_ = minutes(1) / options_.per_minute;
    depth_ = interval_ * options_.burst;
}

Duration RateLimit::take_from(Instant& full_at, Instant now) const {
    const Instant base = std::max(full_at, now);
    const Instant next = base + interval_;
    if (next - now > depth_) return next - now - depth_;
    full_at = next;
    return {};
}

void RateLimit::rotate(Instant now) {
    if (now - rotated_at_ < depth_) return;
    // Whatever the old generation holds was touched at least one whole refill ago.
    old_ = now - rotated_at_ < depth_ * 2 ? std::exchange(young_, {})
                                          : HashMap<std::uint64_t, Instant>{};
    young_.clear();
    rotated_at_ = now;
}

Duration RateLimit::ask(std::string_view peer, Instant now, bool count) {
    if (options_.per_minute == 0) return {};
    const Result<IpAddress> address = parse_ip(peer);
    if (address && contains(options_.exempt, *address)) return {};
    const std::uint64_t key = address ? key_of(*address) : hash_of(peer);

    rotate(now);
    Instant* const young = young_.find(key);
    if (young != nullptr && count) return take_from(*young, now);
    const Instant* const known = young != nullptr ? young : old_.find(key);
    if (known == nullptr && young_.size() + old_.size() >= options_.addresses_max)
        return std::max(rotated_at_ + depth_ - now, interval_);
    Instant full_at = known == nullptr ? now : *known;
    const Duration wait = take_from(full_at, now);
    if (count) young_.insert(key, full_at);
    return wait;
}

}  // namespace playback::services
