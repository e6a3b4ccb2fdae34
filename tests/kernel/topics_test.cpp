#include "engine/kernel/topics.h"

#include <gtest/gtest.h>

#include "tests/kernel/fixture.h"

namespace playback::kernel::testing {
namespace {

struct Woken {
    bool done = false;
    TopicVersion version = 0;
};

io::Task<void> watching(Topics& topics,
                        Address address,
                        TopicVersion seen,
                        Instant until,
                        Woken& woken) {
    woken.version = co_await topics.watch(address, seen, until);
    woken.done = true;
}

constexpr Address address{tally_kind, 77, 0};

class Counting final : public Watcher {
public:
    using Watcher::Watcher;
    int changes = 0;
    int deadlines = 0;

private:
    void changed(TopicVersion) override { ++changes; }
    void expired(TopicVersion) override { ++deadlines; }
};

TEST(Topics, ChangeWakesEveryWatcher) {
    KernelWorld world;
    Topics topics(world.backend().io().clock);
    const TopicVersion seen = topics.version(address);
    Woken first;
    Woken second;
    world.backend().spawn(watching(topics, address, seen, never, first));
    world.backend().spawn(watching(topics, address, seen, never, second));
    world.run();
    EXPECT_FALSE(first.done);
    topics.changed(address);
    world.run();
    EXPECT_TRUE(first.done && second.done);
    EXPECT_NE(first.version, seen);
    EXPECT_EQ(topics.size(), 0U);  // nobody watches: nothing is kept
}

TEST(Topics, ChangeBeforeTheWatchIsNotMissed) {
    KernelWorld world;
    Topics topics(world.backend().io().clock);
    const TopicVersion seen = topics.version(address);
    topics.changed(address);
    Woken woken;
    world.backend().spawn(watching(topics, address, seen, never, woken));
    world.run();
    EXPECT_TRUE(woken.done);
}

TEST(Topics, DeadlineEndsAWatch) {
    KernelWorld world;
    io::Clock& clock = world.backend().io().clock;
    Topics topics(clock);
    Woken woken;
    const TopicVersion seen = topics.version(address);
    world.backend().spawn(watching(topics, address, seen, clock.now() + seconds(2), woken));
    world.run(seconds(1));
    EXPECT_FALSE(woken.done);
    world.run(seconds(2));
    EXPECT_TRUE(woken.done);
    EXPECT_EQ(woken.version, seen);
}

TEST(Topics, AWatcherIsToldOnce) {
    KernelWorld world;
    io::Clock& clock = world.backend().io().clock;
    Topics topics(clock);
    Counting watcher(clock);
    TopicVersion seen = topics.version(address);
    ASSERT_TRUE(topics.watch(watcher, address, seen, clock.now() + seconds(2)));
    topics.changed(address);
    topics.changed(address);
    EXPECT_EQ(watcher.changes, 1);
    EXPECT_FALSE(topics.watch(watcher, address, seen, never));  // has moved

    seen = topics.version(address);
    ASSERT_TRUE(topics.watch(watcher, address, seen, clock.now() + seconds(2)));
    topics.all_changed();
    EXPECT_EQ(watcher.changes, 2);

    seen = topics.version(address);
    ASSERT_TRUE(topics.watch(watcher, address, seen, clock.now() + seconds(2)));
    world.run(seconds(3));
    EXPECT_EQ(watcher.deadlines, 1);
    EXPECT_EQ(watcher.changes, 2);
    EXPECT_EQ(topics.size(), 0U);
}

TEST(Topics, AWatcherStopsWhenItGoesAndOutlivesItsTopics) {
    KernelWorld world;
    io::Clock& clock = world.backend().io().clock;
    Counting other(clock);
    {
        Topics topics(clock);
        const TopicVersion seen = topics.version(address);
        {
            Counting watcher(clock);
            ASSERT_TRUE(topics.watch(watcher, address, seen, never));
            ASSERT_TRUE(topics.watch(other, address, seen, clock.now() + seconds(1)));
        }
        EXPECT_EQ(topics.size(), 1U);
        other.stop();
        EXPECT_EQ(topics.size(), 0U);
        ASSERT_TRUE(topics.watch(other, address, topics.version(address), never));
    }
    other.stop();
    EXPECT_EQ(other.changes + other.deadlines, 0);
}

}  // namespace
}  // namespace playback::kernel::testing
