// PartySizes: which sizes of parties wait, and whether any set of such parties makes a match: who
// waits where nobody fits is turned away without a look at the others.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/hash_map.h"
#include "engine/domain/matchmaking/mode_rules.h"

namespace playback::matchmaking {

// Bit n - 1: parties of n players; the last bit: of 64 and more.
using SizeMask = std::uint64_t;

constexpr SizeMask size_bit(std::uint32_t players) {
    return SizeMask{1} << (players < 64 ? players - 1 : 63);
}

class PartySizes {
public:
    void add(std::uint32_t players);
    void remove(std::uint32_t players);  // was added
    [[nodiscard]] SizeMask mask() const { return mask_; }

private:
    std::vector<std::uint32_t> counts_;  // by bit
    SizeMask mask_ = 0;
};

// Knows for which parties a set can be found at all, if there were enough of every size of a mask.
// Never says no where a set is possible.
class SetSizes {
public:
    explicit SetSizes(const ModeRules& rules) : rules_(rules) {}

    // The sizes of parties that can be in a set made of these.
    [[nodiscard]] SizeMask startable(SizeMask present);

private:
    [[nodiscard]] SizeMask find_startable(SizeMask present) const;

    const ModeRules& rules_;
    HashMap<SizeMask, SizeMask> known_;
};

}  // namespace playback::matchmaking
