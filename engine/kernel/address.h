// Address: names one aggregate, the unit of placement, loading and atomicity (DESIGN section 3).
//
// Most aggregates are named by an id, which carries its slot; the others by up to two numbers,
// whose slot is CRC-16/ARC of them. Kinds have stable numbers (engine/domain/kinds.h); 0 is the
// kernel's.
#pragma once

#include <compare>
#include <cstdint>

#include "engine/base/hash.h"
#include "engine/base/id.h"

namespace playback::kernel {

using Kind = std::uint8_t;

struct Address {
    Kind kind = 0;
    std::uint64_t a = 0;  // the id, or the first key number
    std::uint64_t b = 0;  // the second key number, if the kind has one

    friend constexpr auto operator<=>(const Address&, const Address&) = default;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "kind", self.kind);
        v(2, "a", self.a);
        v(3, "b", self.b);
    }
};

constexpr std::uint64_t hash_of(const Address& address) {
    return hash_mix(hash_mix(address.kind, address.a), address.b);
}

}  // namespace playback::kernel
