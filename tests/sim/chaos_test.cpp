// Everything at once: drawn weather, drawn schedules, drawn faults, and what must hold all the
// same.
#include <algorithm>

#include <gtest/gtest.h>

#include "sim/fault_driver.h"
#include "tests/sim/echo.h"

namespace playback::sim {
namespace {

struct Chaos {
    Verdict verdict;
    std::uint64_t injected = 0;
    bool all_go_on = true;  // each client got answers after the faults had stopped
};

std::vector<FaultChoice> choices() {
    std::vector<FaultChoice> result;
    for (const FaultKind& kind : fault_catalogue()) {
        if (kind.target == FaultTarget::handler || kind.name == "accept_fails") continue;
        if (kind.breaks_promises) continue;  // the clients believe what comes back
        if (kind.target == FaultTarget::link)
            result.push_back({std::string(kind.name), {"*|*", "server|*", "client0|server"}});
        else
            result.push_back({std::string(kind.name), {"server", "client0", "client1"}});
    }
    return result;
}

Chaos play(std::uint64_t seed, const std::vector<PlanFault>& faults) {
    Random weather = Random::stream(seed, "weather");
    WorldOptions options{.seed = seed};
    options.scheduling = SchedulingKnobs::draw(weather);
    options.network = NetworkKnobs::draw(weather);
    options.draw_ties = weather.chance(1, 2);
    std::vector<test::Seen> seen(3);
    World world(options);
    SimNode& server = test::add_echo_server(world);
    for (std::size_t i = 0; i < seen.size(); ++i)
        test::add_client(world,
                         "client" + std::to_string(i),
                         {.server = test::endpoint_of(server),
                          .rounds = 1'000,
                          .size = i * 3'000 + 10,
                          .pause = milliseconds(20),
                          .patience = seconds(2),
                          .again = true},
                         seen[i]);
    FaultDriver driver(world);
    driver.schedule(faults);
    world.at(Instant{} + seconds(30), [&driver] { driver.end_all(); });
    // What was killed with a long absence comes back as well.
    world.at(Instant{} + seconds(31), [&world] {
        for (SimNode* const node : world.nodes())
            if (!node->alive()) node->restart();
    });
    Chaos chaos;
    chaos.verdict = world.run_until(Instant{} + seconds(50));
    for (const auto& [kind, count] : driver.injected()) chaos.injected += count;
    for (const test::Seen& one : seen)
        if (one.at.empty() || one.at.back() < Instant{} + seconds(45)) chaos.all_go_on = false;
    return chaos;
}

TEST(Chaos, RunsAreRepeatableSubPlansAreValidAndTheWorldRecovers) {
    std::uint64_t injected = 0;
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        Random random = Random::stream(seed, "faults");
        const FaultWindow window{Instant{} + seconds(2), Instant{} + seconds(30), 40};
        std::vector<PlanFault> faults = draw_faults(random, choices(), window);
        const Chaos first = play(seed, faults);
        EXPECT_TRUE(first.verdict.passed()) << seed << " " << first.verdict.findings[0].message;
        EXPECT_TRUE(first.all_go_on) << seed;
        EXPECT_EQ(play(seed, faults).verdict.trace_hash, first.verdict.trace_hash) << seed;
        injected += first.injected;
        std::erase_if(faults, [&random](const PlanFault&) { return random.chance(1, 2); });
        EXPECT_TRUE(play(seed, faults).verdict.passed()) << seed;
    }
    EXPECT_GT(injected, 50U);
}

}  // namespace
}  // namespace playback::sim
