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

}  // namespace
}  // namespace playback::kernel::testing
