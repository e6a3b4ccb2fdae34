#include "engine/base/id.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace playback {
namespace {

TEST(Id, LayoutIsTimeSlotSequence) {
    // One millisecond after the epoch, slot 5, sequence 7.
    EXPECT_EQ(make_id(1024 + 7, 5), (1ULL << 22) | (5ULL << 10) | 7);
    EXPECT_EQ(slot_of_id(make_id(1024 + 7, 5)), 5);
    EXPECT_EQ(time_of_id(make_id(1024 + 7, 5)).ms, id_epoch.ms + 1);
}

TEST(Id, TheSlotAndTheOrderOfCountsSurvive) {
    EXPECT_TRUE(rc::check([] {
        const auto count = *rc::gen::inRange<std::uint64_t>(0, 1ULL << 51);
        const auto slot = *rc::gen::inRange<SlotNumber>(0, slot_count_max);
        const std::uint64_t id = make_id(count, slot);
        RC_ASSERT(slot_of_id(id) == slot);
        RC_ASSERT(static_cast<std::int64_t>(id) >= 0);
        RC_ASSERT(make_id(count + 1, slot) > id);
    }));
}

TEST(Id, ZeroIsNone) {
    struct Tag {};
    EXPECT_FALSE(Id<Tag>{});
    EXPECT_TRUE(Id<Tag>{1});
    EXPECT_LT(Id<Tag>{1}, Id<Tag>{2});
}

}  // namespace
}  // namespace playback
