#include "sim/world.h"

#include <set>

#include <gtest/gtest.h>

#include "engine/io/wait.h"
#include "sim/fabric.h"
#include "tests/sim/echo.h"

namespace playback::sim {
namespace {

using test::add_client;
using test::add_echo_server;
using test::endpoint_of;
using test::Seen;

struct Outcome {
    Verdict verdict;
    Seen seen;
    std::vector<Trace::Checkpoint> checkpoints;
};

Outcome echo_run(std::uint64_t seed, bool hostile = false, int rounds = 200) {
    WorldOptions options{.seed = seed};
    if (hostile) {
        Random weather = Random::stream(seed, "weather");
        options.scheduling = SchedulingKnobs::draw(weather);
        options.network = NetworkKnobs::draw(weather);
        options.draw_ties = weather.chance(1, 2);
    }
    Outcome run;
    World world(options);
    const SimNode& server = add_echo_server(world);
    add_client(world, "client", {.server = endpoint_of(server), .rounds = rounds}, run.seen);
    run.verdict = world.run_until(Instant{} + seconds(600));
    run.checkpoints = world.trace().checkpoints();
    return run;
}

TEST(World, EchoesOverTheNetwork) {
    const Outcome run = echo_run(1);
    EXPECT_TRUE(run.verdict.passed()) << run.verdict.fingerprint();
    EXPECT_EQ(run.seen.rounds, 200);
    EXPECT_EQ(run.verdict.virtual_time, seconds(600));
}

TEST(World, SameSeedSameHashOtherSeedOtherHash) {
    for (std::uint64_t seed = 1; seed <= 15; ++seed) {
        const Outcome first = echo_run(seed, true);
        const Outcome second = echo_run(seed, true);
        EXPECT_TRUE(first.verdict.passed()) << first.verdict.findings.front().message;
        EXPECT_EQ(first.seen.rounds, 200) << seed;
        EXPECT_EQ(first.verdict.trace_hash, second.verdict.trace_hash);
        EXPECT_EQ(first.checkpoints, second.checkpoints);
        EXPECT_NE(first.verdict.trace_hash, echo_run(seed + 1000, true).verdict.trace_hash);
    }
}

TEST(World, EachEventHasACauseBeforeIt) {
    World world(WorldOptions{});
    Seen seen;
    std::vector<TraceEvent> events;
    world.trace().set_recorder([&](const TraceEvent& event) {
        if (is_hashed(event.kind)) events.push_back(event);
    });
    const SimNode& server = add_echo_server(world);
    add_client(world, "client", {.server = endpoint_of(server), .rounds = 3}, seen);
    world.run_until(Instant{} + seconds(60));
    ASSERT_EQ(seen.rounds, 3);
    std::uint64_t last_delivery = 0;
    for (const TraceEvent& event : events) {
        ASSERT_LE(event.cause, event.index);
        if (event.kind == TraceKind::deliver) last_delivery = event.index;
    }
    // Back from the last bytes that came: through whoever sent them to the connect of the client,
    // and to what was done before the world ran.
    std::set<TraceKind> met;
    std::size_t links = 0;
    std::uint64_t at = last_delivery + 1;
    for (; at != 0; at = events[at - 1].cause, ++links) met.insert(events[at - 1].kind);
    EXPECT_TRUE(met.contains(TraceKind::step) && met.contains(TraceKind::schedule));
    EXPECT_GT(links, 6U);
}

// A program that fails a CHECK in a coroutine after a second.
class Faulty final : public Program {
public:
    explicit Faulty(const io::Io& io) : group_(io.executor) { group_.spawn(fail(io)); }

private:
    static io::Task<void> fail(io::Io io) {
        const Instant at = io.clock.now() + seconds(1);
        co_await io::sleep_until(io.clock, at);
        CHECK(at > io.clock.now());
    }
    io::TaskGroup group_;
};

TEST(World, AFailedCheckIsAFindingAndEndsTheRun) {
    World world(WorldOptions{});
    SimNode& node = world.add_node({.name = "n"});
    node.start([](SimNode& self) { return std::make_unique<Faulty>(self.io()); });
    const Verdict verdict = world.run_until(Instant{} + seconds(10));
    ASSERT_EQ(verdict.findings.size(), 1U);
    EXPECT_EQ(verdict.fingerprint(), "check/at > io.clock.now() tests/sim/world_test.cpp");
    EXPECT_EQ(verdict.virtual_time, seconds(1));
    EXPECT_TRUE(world.ended());
}

TEST(World, AnInvariantIsAFindingAndTheFirstOneEndsTheRun) {
    for (const bool stop : {true, false}) {
        World world(WorldOptions{.stop_at_first_finding = stop});
        world.after(seconds(1), [&world] { world.report("profile_not_older", "client", "7 < 8"); });
        world.after(seconds(2), [&world] { world.report("one_runtime", "client", "two"); });
        const Verdict verdict = world.run_until(Instant{} + seconds(10));
        EXPECT_EQ(verdict.findings.size(), stop ? 1U : 2U);
        EXPECT_EQ(verdict.fingerprint(), "profile_not_older/client");
    }
}

struct Restless final : Event {
    explicit Restless(World& owner, Duration pace) : world(owner), step(pace) {
        world.schedule(*this, Instant{});
    }
    void run() override { world.schedule(*this, world.now() + step); }
    World& world;
    Duration step;
};

TEST(World, BudgetsEndARunThatDoesNot) {
    World events(WorldOptions{.events_max = 10'000});
    Restless loop(events, Duration{});
    EXPECT_EQ(events.run_until(Instant{} + seconds(1)).fingerprint(), "budget.events/world");

    World time(WorldOptions{.time_max = seconds(5)});
    Restless ticks(time, seconds(1));
    EXPECT_EQ(time.run_until(Instant{} + seconds(60)).fingerprint(), "budget.time/world");

    World wall(WorldOptions{.out_of_time = [] { return true; }});
    Restless forever(wall, nanoseconds(1));
    EXPECT_EQ(wall.run_until(Instant{} + seconds(60)).fingerprint(), "budget.wall/world");
}

TEST(World, RunsUntilQuietUntilStoppedOrUntilAPredicateHolds) {
    World world(WorldOptions{});
    int ran = 0;
    for (int i = 1; i <= 10; ++i) world.at(Instant{} + seconds(i), [&ran] { ++ran; });
    world.at(Instant{} + seconds(2), [&world] { world.stop(); });
    EXPECT_EQ(world.run_until(Instant{} + seconds(5)).virtual_time, seconds(2));
    EXPECT_EQ(ran, 2);
    (void)world.run_until([&ran] { return ran >= 5; }, milliseconds(100), never);
    EXPECT_EQ(world.now(), Instant{} + seconds(5));
    EXPECT_EQ(world.run_until(never).virtual_time, seconds(10));
}

// One client's fate with and without another: what the other draws must not matter.
TEST(World, RemovingOneCallerLeavesTheChanceOfOthersAlone) {
    const auto times = [](bool with_other) {
        WorldOptions options{.seed = 5};
        options.network.segmented_permille = 500;
        World world(options);
        Seen seen;
        Seen ignored;
        const SimNode& server = add_echo_server(world);
        if (with_other)
            add_client(world, "b", {.server = endpoint_of(server), .rounds = 50}, ignored);
        add_client(world, "a", {.server = endpoint_of(server), .rounds = 50}, seen);
        (void)world.run_until(Instant{} + seconds(60));
        EXPECT_EQ(ignored.rounds, with_other ? 50 : 0);
        return seen.at;
    };
    EXPECT_EQ(times(true), times(false));
}

TEST(World, OneRunLeavesNothingBehindForTheNext) {
    const std::uint64_t alone = echo_run(9, true).verdict.trace_hash;
    (void)echo_run(10, true);
    EXPECT_EQ(echo_run(9, true).verdict.trace_hash, alone);
}

}  // namespace
}  // namespace playback::sim
