#include "tools/bench_macro/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace playback::bench {

// Below 64 each value has a bucket of its own; above, the five bits behind the highest one count.
std::size_t Histogram::bucket_of(std::uint64_t value) {
    if (value < steps) return static_cast<std::size_t>(value);
    const auto shift = static_cast<std::size_t>(std::bit_width(value)) - 6;
    const auto top = static_cast<std::size_t>(value >> shift);  // 32 to 63
    return steps + (shift - 1) * (steps / 2) + (top - steps / 2);
}

double Histogram::middle_of(std::size_t bucket) {
    if (bucket < steps) return static_cast<double>(bucket);
    const std::size_t shift = (bucket - steps) / (steps / 2) + 1;
    const std::size_t top = (bucket - steps) % (steps / 2) + steps / 2;
    return std::ldexp(static_cast<double>(top) + 0.5, static_cast<int>(shift));
}

void Histogram::add(std::uint64_t nanoseconds, std::uint64_t times) {
    counts_[std::min(bucket_of(nanoseconds), buckets - 1)] += times;
    count_ += times;
}

double Histogram::quantile(double part) const {
    if (count_ == 0) return 0;
    const auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
        seen += counts_[bucket];
        if (seen >= std::max<std::uint64_t>(wanted, 1)) return middle_of(bucket);
    }
    return middle_of(buckets - 1);
}

}  // namespace playback::bench
