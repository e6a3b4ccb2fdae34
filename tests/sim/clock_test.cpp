#include "sim/clock.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "engine/io/wait.h"
#include "sim/machine.h"
#include "sim/node.h"
#include "sim/world.h"

namespace playback::sim {
namespace {

constexpr std::int64_t day = 86'400'000'000'000;

TEST(NodeTime, DriftLosesNothingOverDays) {
    NodeTime time(Instant{0}, Instant{1000}, WallTime{0});
    time.set_drift(Instant{0}, 100);  // parts per billion
    // Rebasing each odd moment must give what one go gives.
    NodeTime often = time;
    for (std::int64_t at = 0; at < day; at += 86'399'999'983) often.set_drift(Instant{at}, 100);
    EXPECT_EQ(time.monotonic(Instant{day}).ns, 1000 + day + day / 10'000'000);
    EXPECT_EQ(often.monotonic(Instant{day}), time.monotonic(Instant{day}));
}

TEST(NodeTime, WallStepsWhileMonotonicGoesOn) {
    NodeTime time(Instant{0}, Instant{5}, WallTime{1'000'000});
    EXPECT_EQ(time.wall(Instant{2'000'000}).ms, 1'000'002);
    time.step_wall(seconds(-3));
    EXPECT_EQ(time.wall(Instant{2'000'000}).ms, 997'002);
    EXPECT_EQ(time.monotonic(Instant{7}).ns, 12);
}

RC_GTEST_PROP(NodeTime, WorldAtIsTheFirstInstantThatReachesLocalTime, ()) {
    NodeTime time(Instant{0}, Instant{12'345}, WallTime{0});
    std::int64_t now = 0;
    const auto changes = *rc::gen::container<std::vector<std::pair<int, int>>>(rc::gen::pair(
        rc::gen::inRange(0, 2'000'000'000), rc::gen::inRange(-100'000'000, 100'000'001)));
    for (const auto& [wait, ppb] : changes) {
        const Instant before = time.monotonic(Instant{now});
        now += wait;
        const Instant after = time.monotonic(Instant{now});
        RC_ASSERT(after >= before);
        time.set_drift(Instant{now}, ppb);
        RC_ASSERT(time.monotonic(Instant{now}) == after);
        const Instant local = after + nanoseconds(1 + (wait * 7919LL + ppb) % 1'000'000'007);
        const Instant world = time.world_at(local);
        RC_ASSERT(time.monotonic(world) >= local);
        RC_ASSERT(time.monotonic(world - nanoseconds(1)) < local);
    }
}

// Sleeps again and again and notes the world time of each waking.
class Sleeper final : public Program {
public:
    Sleeper(SimNode& node, std::vector<Instant>& woken) : group_(node.io().executor) {
        group_.spawn(run(node, node.io(), woken));
    }

private:
    static io::Task<void> run(SimNode& node, io::Io io, std::vector<Instant>& woken) {
        for (;;) {
            const Instant next = io.clock.now() + milliseconds(100);
            co_await io::sleep_until(io.clock, next);
            woken.push_back(node.world().now());
        }
    }
    io::TaskGroup group_;
};

struct SleepRun {
    SleepRun() : node(world.add_node({.name = "n"})) {
        node.start([this](SimNode& self) { return std::make_unique<Sleeper>(self, woken); });
    }
    std::vector<Instant> woken;
    World world{WorldOptions{}};
    SimNode& node;
};

TEST(SimClock, TimersAreExact) {
    SleepRun run;
    (void)run.world.run_until(Instant{} + seconds(1));
    ASSERT_EQ(run.woken.size(), 10U);
    EXPECT_EQ(run.woken[9], Instant{} + seconds(1));
}

TEST(SimClock, ArmedTimersFollowTheDrift) {
    SleepRun run;
    // The first timer is armed for 100 ms; at 50 ms the clock begins to run 10 % fast.
    run.world.at(Instant{} + milliseconds(50),
                 [&run] { run.node.machine().set_drift(run.world.now(), 100'000'000); });
    (void)run.world.run_until(Instant{} + milliseconds(99));
    ASSERT_EQ(run.woken.size(), 1U);
    EXPECT_EQ(run.woken[0].ns, 50'000'000 + 45'454'546);
}

TEST(SimClock, NothingRunsDuringAPauseThenAllOfIt) {
    SleepRun run;
    run.world.at(Instant{} + milliseconds(150), [&run] { run.node.pause(seconds(2)); });
    (void)run.world.run_until(Instant{} + milliseconds(2'149));
    EXPECT_EQ(run.woken.size(), 1U);
    (void)run.world.run_until(Instant{} + milliseconds(2'250));
    ASSERT_EQ(run.woken.size(), 3U);
    EXPECT_EQ(run.woken[1], Instant{} + milliseconds(2'150));
    EXPECT_EQ(run.woken[2], Instant{} + milliseconds(2'250));
}

TEST(SimClock, APauseMayEndEarly) {
    SleepRun run;
    run.world.at(Instant{} + milliseconds(150), [&run] { run.node.pause(seconds(60)); });
    run.world.at(Instant{} + milliseconds(300), [&run] { run.node.resume(); });
    (void)run.world.run_until(Instant{} + seconds(1));
    EXPECT_GE(run.woken.size(), 7U);
}

TEST(SimClock, PowerLossStartsMonotonicTimeAnewAndKeepsWallTime) {
    SleepRun run;
    (void)run.world.run_until(Instant{} + seconds(1));
    const Instant before = run.node.machine().time.monotonic(run.world.now());
    run.node.power_loss();
    run.node.restart(seconds(1));
    (void)run.world.run_until(Instant{} + seconds(3));
    const NodeTime& time = run.node.machine().time;
    EXPECT_NE(time.monotonic(run.world.now()), before + seconds(2));
    EXPECT_EQ(time.wall(run.world.now()).ms, run.world.options().wall_start.ms + 3000);
}

}  // namespace
}  // namespace playback::sim
