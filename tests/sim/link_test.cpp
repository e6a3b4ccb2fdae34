#include "sim/link.h"

#include <gtest/gtest.h>

namespace playback::sim {
namespace {

TEST(Link, SendsOneAfterTheOtherAtItsRate) {
    Random random(1);
    Link link;
    link.base = milliseconds(10);
    link.bytes_per_second = 1000;
    EXPECT_EQ(link.arrival(Instant{}, 500, random), Instant{} + milliseconds(510));
    EXPECT_EQ(link.arrival(Instant{}, 500, random), Instant{} + milliseconds(1010));
}

TEST(Link, IsFreeOfItsBacklogOnceItIsFast) {
    Random random(1);
    Link link;
    link.set_faults({.slow = 1000}, Instant{});
    (void)link.arrival(Instant{}, 60'000, random);
    const Instant later = Instant{} + seconds(10);
    link.set_faults({.slow = 0}, later);
    EXPECT_EQ(link.arrival(later, 1, random), later);
}

TEST(Link, TakesItsBacklogToTheNewRate) {
    Random random(1);
    Link link;
    link.bytes_per_second = 100'000;
    link.set_faults({.slow = 1000}, Instant{});
    (void)link.arrival(Instant{}, 60'000, random);
    const Instant later = Instant{} + seconds(10);
    link.set_faults({.slow = 0}, later);  // 50,000 bytes wait, half a second at the link's own rate
    EXPECT_EQ(link.arrival(later, 0, random), later + milliseconds(500));
}

}  // namespace
}  // namespace playback::sim
