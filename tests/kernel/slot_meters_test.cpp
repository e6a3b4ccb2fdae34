#include <gtest/gtest.h>

#include "engine/kernel/slot.h"
#include "tests/kernel/fixture.h"

namespace playback::kernel::testing {
namespace {

struct MeterWorld : KernelWorld {
    std::int64_t shown(std::string_view series) {
        kernel().show_metrics();
        return node().metrics().value(series);
    }
    std::int64_t total() { return shown(R"(tally_value{kind="tally"})"); }
    std::int64_t added() { return shown(R"(tally_added_total{kind="tally"})"); }
};

TEST(SlotMeters, SumOverTheAggregatesInMemory) {
    MeterWorld world;
    const Address one = world.fresh();
    const Address other = world.fresh();
    ASSERT_TRUE(world.tell(one, Add{5}));
    ASSERT_TRUE(world.tell(other, Add{30}));
    ASSERT_TRUE(world.tell(other, Add{4}));
    EXPECT_EQ(world.total(), 39);
    EXPECT_EQ(world.added(), 3);

    ASSERT_TRUE(world.tell(other, Forget{}));
    world.run();
    EXPECT_EQ(world.total(), 5);
    EXPECT_EQ(world.added(), 3);
}

// What is in memory no more is not counted twice when it is back.
TEST(SlotMeters, StartAnewAfterAFailedBatch) {
    MeterWorld world;
    const Address to = MeterWorld::tally_in(3);
    ASSERT_TRUE(world.tell(to, Add{5}));
    world.run();
    world.store.fail_next = Error{Errc::unknown_outcome, "lost"};
    ASSERT_FALSE(world.tell(to, Add{100}));
    world.run();
    EXPECT_EQ(world.total(), 0) << "nothing has asked for it yet";
    EXPECT_EQ(world.tell(to, Read{})->value, 5U);
    EXPECT_EQ(world.total(), 5);
    EXPECT_EQ(world.added(), 2) << "it has happened, although it was lost";
    EXPECT_EQ(world.shown("playback_kernel_reloads_total"), 1);
    EXPECT_EQ(world.shown("playback_commit_failures_total"), 1);
}

TEST(SlotMeters, TellWhereInputsComeFrom) {
    MeterWorld world;
    const Address to = MeterWorld::tally_in(3);
    ASSERT_TRUE(world.tell(to, AddLater{7, milliseconds(5)}));
    ASSERT_TRUE(world.tell(to, Forward{1, {MeterWorld::tally_in(1)}}));
    ASSERT_FALSE(world.tell(to, Refuse{}));
    world.run();
    EXPECT_EQ(world.shown(R"(playback_kernel_inputs_total{from="calls"})"), 3);
    EXPECT_EQ(world.shown(R"(playback_kernel_inputs_total{from="timers"})"), 1);
    EXPECT_EQ(world.shown(R"(playback_kernel_inputs_total{from="slots"})"), 1);
    EXPECT_EQ(world.shown("playback_kernel_refusals_total"), 1);
    EXPECT_EQ(world.shown("playback_kernel_messages_under_way"), 0);
}

TEST(SlotMeters, TellWhatWaits) {
    MeterWorld world;
    const Address to = MeterWorld::tally_in(3);
    ASSERT_TRUE(world.tell(to, Add{1}));
    world.store.held = true;
    auto first = world.ask(to, Add{1});
    auto second = world.ask(to, Add{1});
    world.run();
    EXPECT_EQ(world.shown("playback_kernel_answers_waiting"), 4) << "and who watches is to know";
    world.store.release();
    world.run();
    ASSERT_TRUE(first->has_value() && second->has_value());
    EXPECT_EQ(world.shown("playback_kernel_answers_waiting"), 0);
    EXPECT_EQ(world.shown("playback_kernel_slots"), 4);
    EXPECT_EQ(world.shown("playback_kernel_slots_loading"), 0);
}

}  // namespace
}  // namespace playback::kernel::testing
