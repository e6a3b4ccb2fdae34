#include "engine/io/task.h"

#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/fake_loop.h"

namespace playback::io {
namespace {

using tests::FakeLoop;

// A place where one coroutine waits for a number.
struct Door {
    Resumer<int> resumer;

    Task<int> wait() {
        auto start = [this](Resumer<int> waiting) { resumer = std::move(waiting); };
        const int value = co_await suspend<int>(start);
        co_return value;
    }
};

// Says when the frame that holds it is destroyed.
struct Witness {
    std::vector<std::string>& log;
    std::string name;
    ~Witness() { log.push_back(name); }
};

Task<void> write_down(Door& door, std::vector<int>& seen) {
    const int value = co_await door.wait();
    seen.push_back(value);
}

Task<void> wait_with_witness(Door& door, std::vector<std::string>& log, std::string name) {
    const Witness witness{log, std::move(name)};
    co_await door.wait();
}

TEST(Suspend, GivesTheCoroutineWhatItWasResumedWith) {
    FakeLoop loop;
    TaskGroup group{Executor(loop)};
    Door door;
    std::vector<int> seen;
    group.spawn(write_down(door, seen));
    loop.run();
    EXPECT_TRUE(seen.empty());
    door.resumer.resume(42);
    EXPECT_TRUE(seen.empty());
    loop.run();
    EXPECT_EQ(seen, (std::vector<int>{42}));
}

TEST(Suspend, ThatIsNeverResumedIsDestroyedWithItsLoop) {
    std::vector<std::string> log;
    Door first;
    Door second;
    FakeLoop loop;
    TaskGroup group{Executor(loop)};
    group.spawn(wait_with_witness(first, log, "first"));
    group.spawn(wait_with_witness(second, log, "second"));
    loop.run();
    loop.stop();
    EXPECT_EQ(log, (std::vector<std::string>{"first", "second"}));
    EXPECT_FALSE(first.resumer);
    EXPECT_FALSE(second.resumer);
}

TEST(TaskGroup, StartsWhatItSpawnsInALaterTurn) {
    FakeLoop loop;
    TaskGroup group{Executor(loop)};
    bool ran = false;
    auto task = [](bool& flag) -> Task<void> {
        flag = true;
        co_return;
    };
    bool ran_at_once = true;
    post_function(loop, [&] {
        group.spawn(task(ran));
        ran_at_once = ran;
    });
    loop.run();
    EXPECT_FALSE(ran_at_once);
    EXPECT_TRUE(ran);
    EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, JoinWaitsForAllAndForWhatTheySpawned) {
    FakeLoop loop;
    TaskGroup group{Executor(loop)};
    TaskGroup parent{Executor(loop)};
    Door first;
    Door second;
    std::vector<int> seen;
    bool joined = false;
    auto spawns_another = [&]() -> Task<void> {
        const int value = co_await first.wait();
        seen.push_back(value);
        group.spawn(write_down(second, seen));
    };
    auto joins = [&]() -> Task<void> {
        co_await group.join();
        joined = true;
    };
    group.spawn(spawns_another());
    parent.spawn(joins());
    loop.run();
    EXPECT_FALSE(joined);
    first.resumer.resume(1);
    loop.run();
    EXPECT_FALSE(joined);
    EXPECT_EQ(group.size(), 1U);
    second.resumer.resume(2);
    loop.run();
    EXPECT_TRUE(joined);
    EXPECT_EQ(seen, (std::vector<int>{1, 2}));
}

TEST(TaskGroup, JoinOfNothingReturnsAtOnce) {
    FakeLoop loop;
    TaskGroup group{Executor(loop)};
    TaskGroup parent{Executor(loop)};
    bool joined = false;
    auto joins = [&]() -> Task<void> {
        co_await group.join();
        joined = true;
    };
    parent.spawn(joins());
    loop.run();
    EXPECT_TRUE(joined);
}

TEST(TaskGroup, LetsAnExceptionLeaveTheStepOfTheLoop) {
    FakeLoop loop;
    TaskGroup group{Executor(loop)};
    auto fails = []() -> Task<void> {
        throw std::runtime_error("a failed check");
        co_return;
    };
    group.spawn(fails());
    EXPECT_THROW(loop.run(), std::runtime_error);
    EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroupDeathTest, MustNotGoBeforeWhatItSpawned) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(
        {
            FakeLoop loop;
            Door door;
            std::vector<int> seen;
            TaskGroup group{Executor(loop)};
            group.spawn(write_down(door, seen));
            loop.run();
        },
        "running_ == 0");
}

}  // namespace
}  // namespace playback::io
