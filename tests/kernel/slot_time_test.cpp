#include "engine/kernel/slot_time.h"

#include <gtest/gtest.h>

namespace playback::kernel {
namespace {

constexpr WallTime noon{1'800'000'000'000};
constexpr Instant as_instant(WallTime wall) {
    return {wall.ms * 1'000'000};
}

TEST(SlotTime, StartsAtTheLaterOfWallAndPersisted) {
    SlotTime time;
    time.start(Instant{5}, noon, Instant{});
    EXPECT_EQ(time.now(Instant{5}, noon), as_instant(noon));
    const Instant later = as_instant(noon) + seconds(3);
    time.start(Instant{5}, noon, later);
    EXPECT_EQ(time.now(Instant{5}, noon), later);
}

TEST(SlotTime, WallSteppingBackDoesNotMoveItBack) {
    SlotTime time;
    time.start(Instant{}, noon, Instant{});
    Instant last = time.now(Instant{}, noon);
    for (int i = 1; i <= 1000; ++i) {
        const Instant now = time.now(Instant{} + milliseconds(i), {noon.ms - 3'600'000});
        EXPECT_GT(now, last);
        last = now;
    }
    // A second passed: at most 1000 ppm of it were lost.
    EXPECT_GE(last, as_instant(noon) + seconds(1) - milliseconds(1));
}

TEST(SlotTime, WallSteppingForwardEndsNothingEarly) {
    SlotTime time;
    time.start(Instant{}, noon, Instant{});
    Instant now = time.now(Instant{}, noon);
    for (int i = 1; i <= 3000; ++i) {
        now = time.now(Instant{} + milliseconds(i), {noon.ms + 86'400'000});
    }
    EXPECT_LE(now, as_instant(noon) + seconds(3) + milliseconds(3));
    EXPECT_GT(now, as_instant(noon) + seconds(3));  // but it is drawn there
}

TEST(SlotTime, RapidCallsAreCorrectedToo) {
    SlotTime time;
    time.start(Instant{}, noon, Instant{});
    Instant now;
    for (int i = 1; i <= 1'000'000; ++i) {
        now = time.now(Instant{} + nanoseconds(i * 100), {noon.ms + 1000});
    }
    EXPECT_GE(now, as_instant(noon) + milliseconds(100) + microseconds(99));
}

TEST(IdCounter, CarriesSlotAndTimeAndNeverRepeats) {
    IdCounter ids;
    ids.start(7, 0);
    ids.set_time(as_instant(noon));
    std::uint64_t last = 0;
    for (int i = 0; i < 5000; ++i) {
        const std::uint64_t id = ids.next_id();
        EXPECT_GT(id, last);
        EXPECT_EQ(slot_of_id(id), 7);
        EXPECT_TRUE(ids.is_fresh(id));
        last = id;
    }
    EXPECT_NEAR(static_cast<double>(time_of_id(last).ms), static_cast<double>(noon.ms), 10);
}

TEST(IdCounter, GoesOnAboveThePersistedLimit) {
    IdCounter ids;
    ids.start(1, 0);
    ids.set_time(as_instant(noon));
    const std::uint64_t before = ids.next_id();
    EXPECT_TRUE(ids.limit_passed());
    const std::uint64_t limit = ids.raise_limit();
    EXPECT_FALSE(ids.limit_passed());

    IdCounter after_crash;
    after_crash.start(1, limit);
    after_crash.set_time(as_instant({noon.ms - 60'000}));  // the wall went back, too
    const std::uint64_t next = after_crash.next_id();
    EXPECT_GT(next, before);
    EXPECT_FALSE(after_crash.is_fresh(before));
}

}  // namespace
}  // namespace playback::kernel
