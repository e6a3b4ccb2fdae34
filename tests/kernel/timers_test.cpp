#include "engine/kernel/timers.h"

#include <gtest/gtest.h>

namespace playback::kernel {
namespace {

struct Tick {
    static constexpr MessageKind kind = 950;
    using Reply = void;
    int number = 0;
};

Message tick(int number) {
    return make_message(Tick{number});
}
int number_of(const Timers::Due& due) {
    return content<Tick>(*due.command).number;
}

constexpr Address one{1, 1, 0};
constexpr Address two{1, 2, 0};

TEST(Timers, FireInOrderOfTimeThenOfSetting) {
    Timers timers;
    timers.set(one, "b", Instant{20}, tick(1), false);
    timers.set(two, "a", Instant{10}, tick(2), false);
    timers.set(one, "a", Instant{20}, tick(3), false);
    EXPECT_EQ(timers.next(), Instant{10});
    EXPECT_FALSE(timers.take_due(Instant{9}));
    EXPECT_EQ(number_of(*timers.take_due(Instant{30})), 2);
    EXPECT_EQ(number_of(*timers.take_due(Instant{30})), 1);
    EXPECT_EQ(number_of(*timers.take_due(Instant{30})), 3);
    EXPECT_FALSE(timers.take_due(Instant{30}));
    EXPECT_EQ(timers.next(), never);
}

TEST(Timers, ANewOneReplacesTheOldOfThatName) {
    Timers timers;
    EXPECT_FALSE(timers.set(one, "a", Instant{10}, tick(1), true));
    EXPECT_TRUE(timers.set(one, "a", Instant{50}, tick(2), false));
    EXPECT_EQ(timers.size(), 1U);
    EXPECT_FALSE(timers.take_due(Instant{20}));
    EXPECT_EQ(number_of(*timers.take_due(Instant{50})), 2);
}

TEST(Timers, CancelSaysWhetherARowMustGo) {
    Timers timers;
    timers.set(one, "a", Instant{10}, tick(1), true);
    timers.set(one, "b", Instant{10}, tick(1), false);
    EXPECT_TRUE(timers.cancel(one, "a"));
    EXPECT_FALSE(timers.cancel(one, "b"));
    EXPECT_FALSE(timers.cancel(one, "c"));
    EXPECT_EQ(timers.next(), never);
}

}  // namespace
}  // namespace playback::kernel
