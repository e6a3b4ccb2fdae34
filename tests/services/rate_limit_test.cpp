#include "engine/services/rate_limit.h"

#include <string>

#include <gtest/gtest.h>

namespace playback::services {
namespace {

constexpr Instant start{1'000'000'000};

RateLimitOptions options(std::uint32_t per_minute, std::uint32_t burst) {
    RateLimitOptions result;
    result.per_minute = per_minute;
    result.burst = burst;
    return result;
}

TEST(RateLimit, BurstThenRefillsAtItsRate) {
    RateLimit limit(options(60, 3));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.take("10.0.0.1", start), Duration{});
    EXPECT_EQ(limit.take("10.0.0.1", start), seconds(1));
    EXPECT_EQ(limit.take("10.0.0.1", start + milliseconds(400)), milliseconds(600));
    EXPECT_EQ(limit.take("10.0.0.1", start + seconds(1)), Duration{});
    EXPECT_EQ(limit.take("10.0.0.1", start + seconds(1)), seconds(1));
}

TEST(RateLimit, CountsEachAddressApart) {
    RateLimit limit(options(60, 1));
    EXPECT_EQ(limit.take("10.0.0.1", start), Duration{});
    EXPECT_EQ(limit.take("10.0.0.2", start), Duration{});
    EXPECT_NE(limit.take("::ffff:10.0.0.1", start), Duration{});
    EXPECT_EQ(limit.take("2001:db8::1", start), Duration{});
    EXPECT_NE(limit.take("2001:db8::2", start), Duration{}) << "the same /64";
    EXPECT_EQ(limit.take("2001:db8:0:1::1", start), Duration{});
    EXPECT_EQ(limit.take("somewhere", start), Duration{});
    EXPECT_NE(limit.take("somewhere", start), Duration{});
}

TEST(RateLimit, ExemptAddressesAndNoLimit) {
    RateLimitOptions with_exempt = options(1, 1);
    with_exempt.exempt.push_back(*parse_ip_range("127.0.0.0/8"));
    RateLimit limit(with_exempt);
    RateLimit unlimited(options(0, 1));
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(limit.take("127.1.2.3", start), Duration{});
        EXPECT_EQ(unlimited.take("10.0.0.1", start), Duration{});
    }
}

TEST(RateLimit, IsBoundedAndForgetsOnlyWhatIsFullAgain) {
    RateLimitOptions small = options(60, 2);
    small.addresses_max = 10;
    RateLimit limit(small);
    const auto address = [](int i) { return "10.0.0." + std::to_string(i); };
    for (int i = 0; i < 10; ++i) EXPECT_EQ(limit.take(address(i), start), Duration{});
    EXPECT_NE(limit.take("10.1.0.1", start), Duration{}) << "no room to remember it";
    EXPECT_EQ(limit.take(address(3), start), Duration{});
    EXPECT_NE(limit.take(address(3), start), Duration{});

    // Two refills later everything is forgotten, and nothing was forgotten too early.
    const Instant later = start + seconds(5);
    EXPECT_EQ(limit.take("10.1.0.1", later), Duration{});
    EXPECT_EQ(limit.take("10.1.0.1", later), Duration{});
    EXPECT_NE(limit.take("10.1.0.1", later), Duration{});
}

TEST(RateLimit, LookingDoesNotCount) {
    RateLimit limit(options(60, 1));
    for (int i = 0; i < 5; ++i) EXPECT_EQ(limit.wait_of("10.0.0.1", start), Duration{});
    EXPECT_EQ(limit.take("10.0.0.1", start), Duration{});
    EXPECT_EQ(limit.wait_of("10.0.0.1", start), seconds(1));
    EXPECT_EQ(limit.wait_of("10.0.0.1", start + seconds(1)), Duration{});
}

TEST(RateLimit, NeverGrantsMoreThanItsRate) {
    RateLimit limit(options(60, 5));
    int granted = 0;
    for (int i = 0; i < 1000; ++i)
        if (limit.take("10.0.0.1", start + milliseconds(i * 100)) == Duration{}) ++granted;
    EXPECT_LE(granted, 5 + 100);
    EXPECT_GE(granted, 100);
}

}  // namespace
}  // namespace playback::services
