#include "engine/base/plant.h"

#include <gtest/gtest.h>

namespace playback {
namespace {

#ifdef PLAYBACK_PLANTS

TEST(Plant, ExactlyTheNamedBugIsOn) {
    EXPECT_FALSE(PLAYBACK_PLANT(lost_wake_up));
    plant("lost_wake_up");
    EXPECT_TRUE(PLAYBACK_PLANT(lost_wake_up));
    EXPECT_FALSE(PLAYBACK_PLANT(lost_wake));
    plant("");
    EXPECT_FALSE(PLAYBACK_PLANT(lost_wake_up));
}

#else

TEST(Plant, WhatShipsHoldsTheConstantFalse) {
    static_assert(!PLAYBACK_PLANT(lost_wake_up));
}

#endif

}  // namespace
}  // namespace playback
