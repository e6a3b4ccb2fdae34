// Random: a small seeded generator (xoshiro256**) with our own distributions.
//
// The same numbers on every compiler and library. Streams have names: `Random::stream(seed, "link",
// a, b)` depends only on the seed and the name, so removing one consumer leaves the others' chance
// alone (DESIGN section 5). One draw per full expression: compilers order arguments differently.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "engine/base/hash.h"
#include "engine/base/time.h"

namespace playback {

class Random {
public:
    explicit Random(std::uint64_t seed);

    static Random stream(std::uint64_t seed,
                         std::string_view name,
                         std::uint64_t a = 0,
                         std::uint64_t b = 0) {
        return Random(hash_mix(hash_mix(hash_bytes(name, seed), a), b));
    }

    std::uint64_t next();

    // Uniform in [0, bound); bound > 0.
    std::uint64_t below(std::uint64_t bound);
    // Uniform in [low, high], both included.
    std::int64_t between(std::int64_t low, std::int64_t high);
    Duration between(Duration low, Duration high) { return {between(low.ns, high.ns)}; }
    // Log-uniform in [low, high]; low > 0. For rates, lengths and latencies over several
    // magnitudes.
    std::int64_t log_between(std::int64_t low, std::int64_t high);
    // True with probability numerator / denominator.
    bool chance(std::uint64_t numerator, std::uint64_t denominator) {
        return below(denominator) < numerator;
    }
    void fill(std::span<char> out);

    template <class Range>
    void shuffle(Range& range) {
        for (std::size_t i = range.size(); i > 1; --i) {
            const std::size_t j = below(i);
            std::swap(range[i - 1], range[j]);
        }
    }

private:
    std::array<std::uint64_t, 4> state_;
};

}  // namespace playback
