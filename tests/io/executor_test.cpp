#include "engine/io/executor.h"

#include <vector>

#include <gtest/gtest.h>

#include "engine/io/task.h"
#include "tests/support/fake_loop.h"

namespace playback::io {
namespace {

using tests::FakeLoop;

// Waits for `resumer` and says in which order frames were destroyed and who was resumed.
struct Waiting final : SuspensionOf<int> {
    Waiting(Scheduler& scheduler, int its_name, std::vector<int>& destroyed_names)
        : SuspensionOf<int>(scheduler), name(its_name), destroyed(destroyed_names) {}
    ~Waiting() override { destroyed.push_back(name); }
    void run() override { received = *value; }

    int name;
    std::vector<int>& destroyed;
    static inline int received = 0;
};

TEST(Executor, RunsAtOnceOnlyInsideTheLoop) {
    FakeLoop loop;
    const Executor executor(loop);
    std::vector<int> order;
    executor.execute([&] {
        order.push_back(1);
        executor.execute([&] { order.push_back(2); });
        order.push_back(3);
    });
    EXPECT_TRUE(order.empty());
    loop.run();
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(Executor, ThatMayNotBlockAlwaysPosts) {
    FakeLoop loop;
    const Executor executor = Executor(loop).require(boost::asio::execution::blocking.never);
    std::vector<int> order;
    executor.execute([&] {
        executor.execute([&] { order.push_back(2); });
        order.push_back(1);
    });
    loop.run();
    EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

TEST(Executor, NestsToABoundedDepth) {
    FakeLoop loop;
    const Executor executor(loop);
    int depth = 0;
    int deepest = 0;
    int left = 100;
    std::function<void()> nest = [&] {
        deepest = std::max(deepest, ++depth);
        if (--left > 0) executor.execute(nest);
        --depth;
    };
    executor.execute(nest);
    loop.run();
    EXPECT_EQ(left, 0);
    EXPECT_EQ(deepest, 17);  // the posted one and sixteen inside it
}

TEST(Executor, IsEqualOnTheSameSchedulerOnly) {
    FakeLoop one;
    FakeLoop other;
    EXPECT_TRUE(Executor(one) == Executor(one));
    EXPECT_FALSE(Executor(one) == Executor(other));
    EXPECT_FALSE(Executor(one) == Executor(one).require(boost::asio::execution::blocking.never));
}

TEST(Scheduler, DestroysWhatWaitsInTheOrderOfSuspension) {
    std::vector<int> destroyed;
    FakeLoop loop;
    for (const int name : {3, 1, 2}) new Waiting(loop, name, destroyed);
    EXPECT_FALSE(loop.stopping());
    loop.destroy_suspended();
    EXPECT_EQ(destroyed, (std::vector<int>{3, 1, 2}));
    EXPECT_TRUE(loop.stopping());
}

TEST(Scheduler, LeavesWhatIsQueuedToTheQueue) {
    std::vector<int> destroyed;
    FakeLoop loop;
    Resumer<int> first(*new Waiting(loop, 1, destroyed));
    new Waiting(loop, 2, destroyed);
    first.resume(7);
    loop.destroy_suspended();
    EXPECT_EQ(destroyed, (std::vector<int>{2}));
    loop.run();
    EXPECT_EQ(Waiting::received, 7);
    EXPECT_EQ(destroyed, (std::vector<int>{2, 1}));
}

TEST(Resumer, ResumesOnceAndInALaterTurn) {
    std::vector<int> destroyed;
    FakeLoop loop;
    Waiting::received = 0;
    Resumer<int> resumer(*new Waiting(loop, 1, destroyed));
    EXPECT_TRUE(resumer);
    resumer.resume(1);
    EXPECT_FALSE(resumer);
    resumer.resume(2);
    EXPECT_EQ(Waiting::received, 0);
    loop.run();
    EXPECT_EQ(Waiting::received, 1);
    EXPECT_EQ(destroyed, (std::vector<int>{1}));
}

TEST(Resumer, MovesAndKnowsWhenItsCoroutineIsGone) {
    std::vector<int> destroyed;
    FakeLoop loop;
    Resumer<int> resumer(*new Waiting(loop, 1, destroyed));
    Resumer<int> moved(std::move(resumer));
    EXPECT_FALSE(resumer);  // NOLINT(bugprone-use-after-move): that is the fact
    EXPECT_TRUE(moved);
    loop.destroy_suspended();
    EXPECT_FALSE(moved);
    moved.resume(1);  // nothing happens
    loop.run();
}

TEST(Resumer, ResumesNowOnlyInsideTheLoop) {
    std::vector<int> destroyed;
    FakeLoop loop;
    Waiting::received = 0;
    Resumer<int> outside(*new Waiting(loop, 1, destroyed));
    Resumer<int> inside(*new Waiting(loop, 2, destroyed));
    outside.resume_now(1);
    EXPECT_EQ(Waiting::received, 0);
    loop.run();
    EXPECT_EQ(Waiting::received, 1);
    int seen = 0;
    post_function(loop, [&] {
        inside.resume_now(2);
        seen = Waiting::received;
    });
    loop.run();
    EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace playback::io
