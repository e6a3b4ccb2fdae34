#include "engine/base/random.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace playback {
namespace {

// Numbers of an independent implementation of SplitMix64 and xoshiro256**: if one of these changes,
// every recorded plan means something else.
TEST(Random, GoldenNumbers) {
    Random random(42);
    EXPECT_EQ(random.next(), 0x15780b2e0c2ec716ULL);
    EXPECT_EQ(random.next(), 0x6104d9866d113a7eULL);
    EXPECT_EQ(random.next(), 0xae17533239e499a1ULL);
    EXPECT_EQ(random.next(), 0xecb8ad4703b360a1ULL);
    EXPECT_EQ(Random(0).next(), 0x99ec5f36cb75f2b4ULL);
}

TEST(Random, GoldenDistributions) {
    Random random(7);
    std::vector<std::uint64_t> drawn;
    for (int i = 0; i < 8; ++i) drawn.push_back(random.below(100));
    EXPECT_EQ(drawn, (std::vector<std::uint64_t>{94, 74, 38, 64, 64, 21, 16, 96}));
    Random wide(7);
    std::vector<std::int64_t> lengths;
    for (int i = 0; i < 6; ++i) lengths.push_back(wide.log_between(1, 1'000'000));
    EXPECT_EQ(lengths, (std::vector<std::int64_t>{27858, 291392, 25, 90588, 355, 8}));
    Random third(3);
    std::array<int, 8> order{};
    std::iota(order.begin(), order.end(), 0);
    third.shuffle(order);
    EXPECT_EQ(order, (std::array<int, 8>{1, 7, 3, 4, 2, 6, 5, 0}));
}

TEST(Random, FillTakesWordsFromTheLowEnd) {
    Random random(42);
    std::array<char, 10> bytes{};
    random.fill(bytes);
    EXPECT_EQ(static_cast<std::uint8_t>(bytes[0]), 0x16);
    EXPECT_EQ(static_cast<std::uint8_t>(bytes[7]), 0x15);
    EXPECT_EQ(static_cast<std::uint8_t>(bytes[8]), 0x7e);
}

TEST(Random, DrawsStayInTheirBounds) {
    EXPECT_TRUE(rc::check([](std::uint64_t seed) {
        Random random(seed);
        const auto low = *rc::gen::arbitrary<std::int64_t>();
        const auto high = *rc::gen::suchThat<std::int64_t>([&](auto n) { return n >= low; });
        const std::int64_t drawn = random.between(low, high);
        RC_ASSERT(low <= drawn && drawn <= high);
        const auto small = *rc::gen::inRange<std::int64_t>(1, 1'000'000);
        const auto large = *rc::gen::inRange<std::int64_t>(small, INT64_MAX);
        for (int i = 0; i < 20; ++i) {
            const std::int64_t length = random.log_between(small, large);
            RC_ASSERT(small <= length && length <= large);
        }
        const std::uint64_t bound = *rc::gen::inRange<std::uint64_t>(1, UINT64_MAX);
        RC_ASSERT(random.below(bound) < bound);
    }));
}

TEST(Random, TheWholeRangeAndSingleValues) {
    Random random(1);
    EXPECT_EQ(random.between(5, 5), 5);
    EXPECT_EQ(random.log_between(9, 9), 9);
    EXPECT_EQ(random.below(1), 0U);
    EXPECT_EQ(random.log_between(INT64_MAX, INT64_MAX), INT64_MAX);
    (void)random.between(INT64_MIN, INT64_MAX);
    EXPECT_EQ(random.between(seconds(3), seconds(3)), seconds(3));
}

TEST(Random, LogBetweenReachesEveryMagnitude) {
    Random random(5);
    std::set<int> magnitudes;
    for (int i = 0; i < 1000; ++i)
        magnitudes.insert(static_cast<int>(std::to_string(random.log_between(1, 999'999)).size()));
    EXPECT_EQ(magnitudes.size(), 6U);
}

TEST(Random, ChanceIsCertainAtItsEnds) {
    Random random(11);
    for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(random.chance(1, 1));
        EXPECT_FALSE(random.chance(0, 1));
    }
}

TEST(Random, StreamsDependOnSeedAndNameOnly) {
    EXPECT_EQ(Random::stream(1, "link", 2, 3).next(), Random::stream(1, "link", 2, 3).next());
    const std::set<std::uint64_t> first = {Random::stream(1, "link", 2, 3).next(),
                                           Random::stream(1, "link", 3, 2).next(),
                                           Random::stream(1, "disk", 2, 3).next(),
                                           Random::stream(2, "link", 2, 3).next()};
    EXPECT_EQ(first.size(), 4U);
}

}  // namespace
}  // namespace playback
