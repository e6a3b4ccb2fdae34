#include "sim/world.h"

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
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const Outcome first = echo_run(seed, true);
        const Outcome second = echo_run(seed, true);
        EXPECT_TRUE(first.verdict.passed()) << first.verdict.findings.front().message;
        EXPECT_EQ(first.seen.rounds, 200) << seed;
        EXPECT_EQ(first.verdict.trace_hash, second.verdict.trace_hash);
        EXPECT_EQ(first.checkpoints, second.checkpoints);
        EXPECT_NE(first.verdict.trace_hash, echo_run(seed + 1000, true).verdict.trace_hash);
    }
}

}  // namespace
}  // namespace playback::sim
