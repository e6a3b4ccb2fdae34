#include "engine/io/wait.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/fake_loop.h"

namespace playback::io {
namespace {

struct World {
    tests::FakeLoop loop;
    tests::FakeClock clock;
    TaskGroup group{Executor(loop)};

    ~World() { loop.stop(); }
    void advance(Duration by) {
        clock.advance(clock.now() + by, [this] { loop.run(); });
        loop.run();
    }
};

struct Woken {
    int who;
    bool notified;
    friend bool operator==(const Woken&, const Woken&) = default;
};

Task<void> wait_for(Signal& signal, Instant deadline, int who, std::vector<Woken>& woken) {
    const bool notified = co_await signal.wait(deadline);
    woken.push_back({who, notified});
}

TEST(SleepUntil, ReturnsAtItsInstantAndNotBefore) {
    World world;
    std::vector<int> woken;
    auto sleeps = [&](Duration how_long, int who) -> Task<void> {
        co_await sleep_until(world.clock, world.clock.now() + how_long);
        woken.push_back(who);
    };
    world.group.spawn(sleeps(seconds(2), 2));
    world.group.spawn(sleeps(seconds(1), 1));
    world.loop.run();
    world.advance(milliseconds(999));
    EXPECT_TRUE(woken.empty());
    world.advance(milliseconds(1));
    EXPECT_EQ(woken, (std::vector<int>{1}));
    world.advance(seconds(1));
    EXPECT_EQ(woken, (std::vector<int>{1, 2}));
}

TEST(SleepUntil, DisarmsItsTimerWhenItsCoroutineIsDestroyed) {
    World world;
    bool woken = false;
    auto sleeps = [&]() -> Task<void> {
        co_await sleep_until(world.clock, world.clock.now() + seconds(1));
        woken = true;
    };
    world.group.spawn(sleeps());
    world.loop.run();
    world.loop.stop();
    world.advance(seconds(2));  // a timer that was left would fire into freed memory
    EXPECT_FALSE(woken);
}

TEST(Signal, WakesAllThatWaitInTheirOrder) {
    World world;
    Signal signal(world.clock);
    std::vector<Woken> woken;
    EXPECT_FALSE(signal.waited_for());
    for (const int who : {1, 2, 3}) world.group.spawn(wait_for(signal, never, who, woken));
    world.loop.run();
    EXPECT_TRUE(signal.waited_for());
    signal.notify_all();
    EXPECT_FALSE(signal.waited_for());
    EXPECT_TRUE(woken.empty());
    world.loop.run();
    EXPECT_EQ(woken, (std::vector<Woken>{{1, true}, {2, true}, {3, true}}));
}

TEST(Signal, HoldsNoState) {
    World world;
    Signal signal(world.clock);
    std::vector<Woken> woken;
    signal.notify_all();
    world.group.spawn(wait_for(signal, never, 1, woken));
    world.loop.run();
    EXPECT_TRUE(woken.empty());
    signal.notify_all();
    world.loop.run();
    EXPECT_EQ(woken.size(), 1U);
}

TEST(Signal, TellsADeadlineFromANotification) {
    World world;
    Signal signal(world.clock);
    std::vector<Woken> woken;
    const Instant soon = world.clock.now() + seconds(1);
    world.group.spawn(wait_for(signal, soon, 1, woken));
    world.group.spawn(wait_for(signal, soon + seconds(1), 2, woken));
    world.loop.run();
    world.advance(seconds(1));
    EXPECT_EQ(woken, (std::vector<Woken>{{1, false}}));
    signal.notify_all();
    world.advance(seconds(2));  // the second one's timer is disarmed: it wakes once
    EXPECT_EQ(woken, (std::vector<Woken>{{1, false}, {2, true}}));
}

TEST(Signal, MayGoWhileCoroutinesWaitForIt) {
    World world;
    std::vector<Woken> woken;
    {
        Signal signal(world.clock);
        world.group.spawn(wait_for(signal, world.clock.now() + seconds(1), 1, woken));
        world.loop.run();
    }
    world.advance(seconds(1));  // its own deadline still wakes it
    EXPECT_EQ(woken, (std::vector<Woken>{{1, false}}));
}

}  // namespace
}  // namespace playback::io
