#include "engine/kernel/kernel.h"

#include <gtest/gtest.h>

#include "tests/kernel/fixture.h"

namespace playback::kernel::testing {
namespace {

TEST(Kernel, AnswersOnlyWhenTheBatchIsDurable) {
    KernelWorld world;
    const Address to = world.fresh();
    world.store.held = true;
    auto answer = world.ask(to, Add{3});
    world.run();
    EXPECT_FALSE(answer->has_value());
    world.store.release();
    world.run();
    ASSERT_TRUE(answer->has_value());
    EXPECT_EQ((*answer)->value().value, 3U);
}

TEST(Kernel, ReadsAndRefusalsWaitForWhatTheySaw) {
    KernelWorld world;
    const Address to = world.fresh();
    world.store.held = true;
    auto write = world.ask(to, Add{3});
    auto read = world.ask(to, Read{});
    auto refusal = world.ask(to, Refuse{});
    world.run();
    EXPECT_FALSE(read->has_value());
    EXPECT_FALSE(refusal->has_value());
    world.store.release();
    world.run();
    EXPECT_EQ((*read)->value().value, 3U);
    EXPECT_EQ((*refusal)->error().code, Errc::conflict);
}

TEST(Kernel, ReadNeedsNoCommitOfItsOwn) {
    KernelWorld world;
    const Address to = world.fresh();
    ASSERT_TRUE(world.tell(to, Add{1}));
    world.run();
    const std::uint64_t commits = world.store.commits;
    EXPECT_EQ(world.tell(to, Read{})->value, 1U);
    EXPECT_EQ(world.store.commits, commits);
}

TEST(Kernel, CollectsWhileABatchIsInFlight) {
    KernelWorld world;
    const Address to = world.fresh();
    ASSERT_TRUE(world.tell(to, Add{1}));
    world.run();
    const std::uint64_t before = world.store.commits;
    world.store.held = true;
    std::vector<std::shared_ptr<std::optional<Result<Total>>>> answers;
    answers.push_back(world.ask(to, Add{1}));
    world.run();
    for (int i = 0; i < 50; ++i) answers.push_back(world.ask(to, Add{1}));
    world.run();
    world.store.release();
    world.run();
    for (const auto& answer : answers) EXPECT_TRUE(answer->has_value());
    EXPECT_EQ(world.store.commits, before + 2);
}

TEST(Kernel, FailedBatchForgetsWhatWasNotDurable) {
    KernelWorld world;
    const Address to = world.fresh();
    ASSERT_TRUE(world.tell(to, Add{1}));
    world.store.fail_next = Error{Errc::unknown_outcome, "lost"};
    const Result<Total> failed = world.tell(to, Add{10});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Errc::unknown_outcome);
    const Result<Total> after = world.tell(to, Read{});
    ASSERT_TRUE(after) << after.error().detail << " " << world.world().verdict().fingerprint();
    EXPECT_EQ(after->value, 1U);
}

TEST(Kernel, FullDiskIsSaidToHaveDoneNothing) {
    KernelWorld world;
    const Address to = world.fresh();
    world.run();
    world.store.fail_next = Error{Errc::full, "disk full"};
    const Result<Total> failed = world.tell(to, Add{10});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, Errc::unavailable);
}

TEST(Kernel, FailedFsyncEndsTheProcess) {
    KernelWorld world;
    const Address to = world.fresh();
    world.run();
    world.store.fail_next = Error{Errc::io_failed, "fsync"};
    auto answer = world.ask(to, Add{10});
    world.run();
    EXPECT_FALSE(answer->has_value());
    EXPECT_FALSE(world.node().alive());
    ASSERT_EQ(world.node().deaths().size(), 1U);
}

TEST(Kernel, MessageToAnotherSlotIsAppliedOnceOverRestarts) {
    KernelWorld world;
    const Address from = KernelWorld::tally_in(0);
    const Address to = KernelWorld::tally_in(1);
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(world.tell(from, Forward{2, {to}}));
        world.node().kill();
        world.node().restart();
        world.run();
    }
    EXPECT_EQ(world.tell(to, Read{})->value, 10U);
}

TEST(Kernel, ReplyCanWaitForDelivery) {
    KernelWorld world;
    const Address from = KernelWorld::tally_in(0);
    const Address to = KernelWorld::tally_in(1);
    ASSERT_TRUE(world.tell(from, Forward{2, {to}, true}));
    world.node().kill();
    world.node().restart();
    world.run();
    EXPECT_EQ(world.tell(to, Read{})->value, 2U);
}

TEST(Kernel, OutboxIsEmptyInTheEnd) {
    KernelWorld world;
    for (std::uint64_t i = 0; i < 20; ++i) {
        const Address from = KernelWorld::tally_in(static_cast<SlotNumber>(i % 4), 5000 + i);
        const Address to = KernelWorld::tally_in(static_cast<SlotNumber>(i % 3), 6000 + i);
        ASSERT_TRUE(world.tell(from, Forward{1, {to}}));
    }
    world.run(seconds(1));
    for (const auto& [key, value] : world.store.rows) {
        EXPECT_FALSE(key[2] == 0 && key[3] == static_cast<char>(keys::SystemRow::outbox));
    }
}

TEST(Kernel, DurableTimerFiresOnceAlsoAfterARestart) {
    KernelWorld world;
    const Address to = world.fresh();
    ASSERT_TRUE(world.tell(to, AddLater{7, seconds(5), true}));
    world.node().kill();
    world.node().restart();
    world.run(seconds(3));
    EXPECT_EQ(world.tell(to, Read{})->value, 0U);
    world.run(seconds(4));
    EXPECT_EQ(world.tell(to, Read{})->value, 7U);
    world.node().kill();
    world.node().restart();
    world.run(seconds(20));
    EXPECT_EQ(world.tell(to, Read{})->value, 7U);
}

TEST(Kernel, VolatileTimerGoesWithTheProcess) {
    KernelWorld world;
    const Address to = world.fresh();
    ASSERT_TRUE(world.tell(to, Add{1}));
    ASSERT_TRUE(world.tell(to, AddLater{7, seconds(2), false}));
    world.run(seconds(3));
    EXPECT_EQ(world.tell(to, Read{})->value, 8U);
    ASSERT_TRUE(world.tell(to, AddLater{7, seconds(2), false}));
    world.node().kill();
    world.node().restart();
    world.run(seconds(10));
    EXPECT_EQ(world.tell(to, Read{})->value, 8U);
}

TEST(Kernel, WatchMissesNoChange) {
    KernelWorld world;
    const Address to = world.fresh();
    const TopicVersion seen = world.kernel().version(to);
    ASSERT_TRUE(world.tell(to, Add{1}));  // between version and watch
    bool woke = false;
    auto watch = [](KernelWorld& w, Address address, TopicVersion v, bool& flag) -> io::Task<void> {
        const TopicVersion now = co_await w.kernel().watch(address, v, never);
        flag = now != v;
    };
    world.backend().spawn(watch(world, to, seen, woke));
    world.run();
    EXPECT_TRUE(woke);
}

TEST(Kernel, IdsNeverRepeatOverCrashes) {
    KernelWorld world;
    const Address to = KernelWorld::tally_in(2);
    std::uint64_t last = 0;
    for (int i = 0; i < 20; ++i) {
        const Result<Total> total = world.tell(to, Add{1});
        ASSERT_TRUE(total);
        EXPECT_GT(total->id, last);
        last = total->id;
        if (i % 3 == 0) {
            world.node().kill();
            world.node().restart();
            world.run();
        }
    }
}

TEST(Kernel, EmptyAggregatesLeaveMemoryAndComeBackRight) {
    KernelWorld world;
    const Address to = KernelWorld::tally_in(1);
    ASSERT_TRUE(world.tell(to, Add{4}));
    ASSERT_TRUE(world.tell(to, Forget{}));
    EXPECT_EQ(world.tell(to, Read{})->value, 0U);
    world.run(seconds(1));
    EXPECT_EQ(world.tell(to, Read{})->value, 0U);
    ASSERT_TRUE(world.tell(to, Add{2}));
    EXPECT_EQ(world.tell(to, Read{})->value, 2U);
}

// Three cores in one node: the same promises when every message crosses.
TEST(Kernel, ThreeCoresKeepThePromises) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        KernelWorld world(seed, 3, 6);
        std::uint64_t expected = 0;
        const Address to = KernelWorld::tally_in(5);
        for (std::uint64_t i = 0; i < 12; ++i) {
            const Address from = KernelWorld::tally_in(static_cast<SlotNumber>(i % 6), 7000 + i);
            const Result<Total> sent = world.tell(from, Forward{1, {to}, i % 2 == 0});
            ASSERT_TRUE(sent) << sent.error().detail;
            ++expected;
            if (i % 5 == 4) {
                world.node().kill();
                world.node().restart();
                world.run();
            }
        }
        world.run(seconds(2));
        EXPECT_EQ(world.tell(to, Read{})->value, expected) << "seed " << seed;
        EXPECT_FALSE(world.world().ended());
    }
}

}  // namespace
}  // namespace playback::kernel::testing
