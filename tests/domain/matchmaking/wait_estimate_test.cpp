#include "engine/domain/matchmaking/wait_estimate.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace playback::matchmaking {
namespace {

Instant at(std::int64_t second) {
    return Instant{} + seconds(second);
}

TEST(WaitEstimate, KnowsNothingBeforeTicketsWerePlacedTwice) {
    WaitEstimate estimate;
    EXPECT_FALSE(estimate.at_position(1, at(5)));
    estimate.placed(at(10), 4);
    EXPECT_FALSE(estimate.at_position(1, at(11)));
    estimate.placed(at(20), 2);
    EXPECT_TRUE(estimate.at_position(1, at(20)));
}

TEST(WaitEstimate, FollowsThePace) {
    WaitEstimate estimate;
    estimate.placed(at(10), 1);
    estimate.placed(at(20), 2);  // five seconds each
    EXPECT_EQ(*estimate.at_position(1, at(20)), seconds(5));
    EXPECT_EQ(*estimate.at_position(4, at(20)), seconds(20));
    estimate.placed(at(29), 1);  // nine for one: a quarter of four more
    EXPECT_EQ(*estimate.at_position(1, at(29)), seconds(6));
}

TEST(WaitEstimate, IsNoFasterThanSinceSomebodyWasPlaced) {
    WaitEstimate estimate;
    estimate.placed(at(10), 1);
    estimate.placed(at(11), 1);
    EXPECT_EQ(*estimate.at_position(2, at(11)), seconds(2));
    EXPECT_EQ(*estimate.at_position(2, at(71)), seconds(120));
}

RC_GTEST_PROP(WaitEstimate, GrowsWithThePositionAndHasBounds, ()) {
    WaitEstimate estimate;
    Instant now;
    for (int i = 0; i < 5; ++i) {
        now = now + Duration{*rc::gen::inRange<std::int64_t>(0, minutes(60 * 48).ns)};
        estimate.placed(now, *rc::gen::inRange<std::size_t>(1, 100'000));
    }
    const auto position = *rc::gen::inRange<std::size_t>(1, 2'000'000);
    const auto earlier = estimate.at_position(position, now);
    const auto later = estimate.at_position(position + 1, now);
    RC_ASSERT(Duration{} <= *earlier && *earlier <= *later && *later <= estimate_max);
}

}  // namespace
}  // namespace playback::matchmaking
