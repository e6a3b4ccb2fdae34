#include "engine/kernel/slot.h"

#include <gtest/gtest.h>

#include "tests/kernel/fixture.h"

namespace playback::kernel::testing {
namespace {

TEST(Slot, UnknownKindIsNotFound) {
    KernelWorld world;
    const Result<Total> answer = world.tell({99, 1, 0}, Read{});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::not_found);
}

TEST(Slot, MessagesOfOneSenderKeepTheirOrder) {
    KernelWorld world;
    const Address from = KernelWorld::tally_in(0);
    std::vector<Address> targets;
    for (std::uint64_t i = 0; i < 8; ++i) {
        targets.push_back(KernelWorld::tally_in(static_cast<SlotNumber>(i % 4), 8000 + i));
    }
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(world.tell(from, Forward{1, targets}));
    world.run(seconds(1));
    for (const Address& target : targets) EXPECT_EQ(world.tell(target, Read{})->value, 10U);
}

TEST(Slot, MessagesMayLeaveLateAndAreNotLost) {
    KernelWorld world;
    const Address from = KernelWorld::tally_in(0);
    const Address to = KernelWorld::tally_in(2);
    world.node().fault_points().set("kernel.late_departure", 1000);
    ASSERT_TRUE(world.tell(from, Forward{1, {to}}));
    ASSERT_TRUE(world.tell(from, Forward{1, {to, to}}));
    world.run(milliseconds(100));
    EXPECT_EQ(world.tell(to, Read{})->value, 0U);
    world.run(seconds(1));
    EXPECT_EQ(world.tell(to, Read{})->value, 3U);

    ASSERT_TRUE(world.tell(from, Forward{1, {to}}));
    world.node().kill();
    world.node().restart();
    world.run(seconds(1));
    EXPECT_EQ(world.tell(to, Read{})->value, 4U);
}

TEST(Slot, NeighboursShareTheBatchAndNeedNoOutboxRow) {
    KernelWorld world;
    const Address from = KernelWorld::tally_in(1, 100);
    const Address to = KernelWorld::tally_in(1, 101);
    ASSERT_TRUE(world.tell(from, Add{1}));
    ASSERT_TRUE(world.tell(to, Add{1}));  // resident from now on
    world.run(seconds(1));
    const std::uint64_t commits = world.store.commits;
    ASSERT_TRUE(world.tell(from, Forward{5, {to}}));
    EXPECT_EQ(world.store.commits, commits + 1);
    EXPECT_EQ(world.tell(to, Read{})->value, 6U);
}

// Found by the lobby scenario: the sender writes nothing itself, its neighbour does.
TEST(Slot, AnswerWaitsForWhatANeighbourWrote) {
    KernelWorld world;
    const Address from = KernelWorld::tally_in(1, 100);
    const Address to = KernelWorld::tally_in(1, 101);
    ASSERT_TRUE(world.tell(from, Add{1}));
    ASSERT_TRUE(world.tell(to, Add{1}));
    world.run(seconds(1));
    world.store.held = true;
    auto answer = world.ask(from, Forward{5, {to}});
    world.run();
    EXPECT_FALSE(answer->has_value());
    world.store.release();
    world.run();
    EXPECT_TRUE(answer->has_value());
}

TEST(Slot, FreshAggregatesAreNotLookedUp) {
    KernelWorld world;
    world.run();
    const std::uint64_t scans = world.store.scans;
    ASSERT_TRUE(world.tell(world.fresh(), Add{1}));
    EXPECT_EQ(world.store.scans, scans);
}

TEST(Slot, KeyedAggregatesAreFoundAgain) {
    KernelWorld world;
    const Address to{pair_kind, 12, 34};
    ASSERT_TRUE(world.tell(to, Add{8}));
    world.node().kill();
    world.node().restart();
    world.run();
    EXPECT_EQ(world.tell(to, Read{})->value, 8U);
    const Address other{pair_kind, 12, 35};
    EXPECT_EQ(world.tell(other, Read{})->value, 0U);
}

TEST(Slot, CancelledByReplacementATimerFiresOnlyOnce) {
    KernelWorld world;
    const Address to = world.fresh();
    ASSERT_TRUE(world.tell(to, AddLater{1, seconds(1), true}));
    ASSERT_TRUE(world.tell(to, AddLater{10, seconds(2), true}));
    world.run(seconds(5));
    EXPECT_EQ(world.tell(to, Read{})->value, 10U);
}

}  // namespace
}  // namespace playback::kernel::testing
