#include "engine/base/random.h"

#include <algorithm>
#include <bit>

#include "engine/base/check.h"

namespace playback {

Random::Random(std::uint64_t seed) : state_{} {
    // SplitMix64, as the authors of xoshiro advise for seeding.
    for (std::uint64_t& word : state_) {
        seed += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = seed;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        word = z ^ (z >> 31);
    }
}

std::uint64_t Random::next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
    CHECK(bound > 0);
    // Rejection keeps it exactly uniform; the loop ends at once for small bounds.
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    for (;;) {
        const std::uint64_t draw = next();
        if (draw < limit) return draw % bound;
    }
}

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
    CHECK(low <= high);
    const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
    if (span == UINT64_MAX) return static_cast<std::int64_t>(next());
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + below(span + 1));
}

std::int64_t Random::log_between(std::int64_t low, std::int64_t high) {
    CHECK(0 < low && low <= high);
    // A power of two between them first, then uniform inside it: integers only.
    const std::int64_t low_bits =
        static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(low)));
    const std::int64_t high_bits =
        static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(high)));
    const std::int64_t bits = between(low_bits, high_bits);
    const std::int64_t octave_low = std::int64_t{1} << (bits - 1);
    const std::int64_t octave_high = octave_low + (octave_low - 1);
    return between(std::max(low, octave_low), std::min(high, octave_high));
}

void Random::fill(std::span<char> out) {
    for (std::size_t i = 0; i < out.size();) {
        std::uint64_t word = next();
        for (int byte = 0; byte < 8 && i < out.size(); ++byte, ++i) {
            out[i] = static_cast<char>(word & 0xff);
            word >>= 8;
        }
    }
}

}  // namespace playback
