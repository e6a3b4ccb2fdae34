#include "engine/domain/matchmaking/party_sizes.h"

#include <algorithm>
#include <bit>

#include "engine/base/check.h"

namespace playback::matchmaking {
namespace {

constexpr std::size_t known_max = 1024;

// A set of numbers of players from 0 to 63; larger matches are not reckoned.
using Sums = std::uint64_t;
constexpr std::uint32_t players_max = 63;

constexpr Sums from_to(std::uint32_t low, std::uint32_t high) {
    if (low > high) return 0;
    return (~Sums{0} << low) & (~Sums{0} >> (players_max - high));
}

// What parties of these sizes add up to, none included.
Sums sums_of(SizeMask sizes) {
    Sums sums = 1;
    for (std::uint32_t sum = 0; sum < players_max; ++sum)
        if ((sums >> sum & 1) != 0) sums |= sizes << 1 << sum;
    return sums;
}

Sums each_with_each(Sums a, Sums b) {
    Sums sums = 0;
    for (; a != 0; a &= a - 1) sums |= b << std::countr_zero(a);
    return sums;
}

}  // namespace

void PartySizes::add(std::uint32_t players) {
    const SizeMask bit = size_bit(players);
    const auto index = static_cast<std::size_t>(std::countr_zero(bit));
    if (index >= counts_.size()) counts_.resize(index + 1);
    ++counts_[index];
    mask_ |= bit;
}

void PartySizes::remove(std::uint32_t players) {
    const SizeMask bit = size_bit(players);
    std::uint32_t& count = counts_.at(static_cast<std::size_t>(std::countr_zero(bit)));
    CHECK(count > 0);
    if (--count == 0) mask_ &= ~bit;
}

SizeMask SetSizes::startable(SizeMask present) {
    if (const SizeMask* const found = known_.find(present)) return *found;
    if (known_.size() == known_max) known_.clear();
    return known_[present] = find_startable(present);
}

SizeMask SetSizes::find_startable(SizeMask present) const {
    const std::uint32_t most = rules_.seats();
    if (most > players_max || (present & size_bit(64)) != 0) return present;
    const Sums all = sums_of(present);
    SizeMask result = 0;
    for (SizeMask rest = present; rest != 0; rest &= rest - 1) {
        const auto players = static_cast<std::uint32_t>(std::countr_zero(rest)) + 1;
        // Of all groups so far, without a party of this size that has been put in, and with it.
        Sums without = 1;
        Sums with = 0;
        for (const GroupRules& group : rules_.groups) {
            const Sums allowed = from_to(group.min_players, std::min(group.max_players, most));
            with = each_with_each(with, all & allowed) |
                   each_with_each(without, all << players & allowed);
            without = each_with_each(without, all & allowed);
        }
        const std::uint32_t high = std::min(rules_.max_players, players_max);
        if ((with & from_to(rules_.min_players, high)) != 0) result |= size_bit(players);
    }
    return result;
}

}  // namespace playback::matchmaking
