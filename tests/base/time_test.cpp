#include "engine/base/time.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace playback {
namespace {

TEST(Time, Iso8601OfKnownMoments) {
    EXPECT_EQ(iso8601({0}), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(iso8601({951'827'696'789}), "2000-02-29T12:34:56.789Z");
    EXPECT_EQ(iso8601({1'078'012'800'000}), "2004-02-29T00:00:00.000Z");
    EXPECT_EQ(iso8601({1'690'056'599'000}), "2023-07-22T20:09:59.000Z");
    EXPECT_EQ(iso8601({4'102'444'799'999}), "2099-12-31T23:59:59.999Z");
    EXPECT_EQ(iso8601({4'107'542'399'000}), "2100-02-28T23:59:59.000Z");
    EXPECT_EQ(iso8601({4'107'542'400'000}), "2100-03-01T00:00:00.000Z");  // no leap year
    EXPECT_EQ(iso8601({253'402'300'799'999}), "9999-12-31T23:59:59.999Z");
}

TEST(Time, Iso8601SortsAsTimeDoes) {
    EXPECT_TRUE(rc::check([] {
        const auto a = *rc::gen::inRange<std::int64_t>(0, 253'402'300'800'000);
        const auto b = *rc::gen::inRange<std::int64_t>(0, 253'402'300'800'000);
        RC_ASSERT((a < b) == (iso8601({a}) < iso8601({b})));
        RC_ASSERT(iso8601({a}).size() == 24U);
    }));
}

TEST(Time, Arithmetic) {
    EXPECT_EQ(seconds(2) + milliseconds(500), milliseconds(2500));
    EXPECT_EQ(minutes(1) - seconds(1), seconds(59));
    EXPECT_EQ(milliseconds(3) * 2, microseconds(6000));
    EXPECT_EQ(seconds(1) / 4, milliseconds(250));
    EXPECT_EQ(whole_milliseconds(microseconds(1999)), 1);
    const Instant start{1000};
    EXPECT_EQ((start + nanoseconds(5)) - start, nanoseconds(5));
    EXPECT_LT(start, never);
    EXPECT_EQ((WallTime{10} + seconds(1)).ms, 1010);
}

}  // namespace
}  // namespace playback
