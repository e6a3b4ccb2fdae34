// Histogram: latencies, counted in buckets whose width is at most a 32nd of what they hold.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace playback::bench {

class Histogram {
public:
    void add(std::uint64_t nanoseconds, std::uint64_t times = 1);

    [[nodiscard]] std::uint64_t count() const { return count_; }
    // What `part` of all are not above, in nanoseconds: the middle of its bucket. 0 if it is empty.
    [[nodiscard]] double quantile(double part) const;

private:
    static constexpr std::size_t steps = 64;  // of each power of two; half of them are used
    static constexpr std::size_t buckets = 64 * steps / 2;

    static std::size_t bucket_of(std::uint64_t value);
    static double middle_of(std::size_t bucket);

    std::array<std::uint64_t, buckets> counts_{};
    std::uint64_t count_ = 0;
};

}  // namespace playback::bench
