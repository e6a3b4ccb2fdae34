// The farm with the shipped program as its worker, and what becomes of workers that do not behave.
#include "tools/farm/farm.h"

#include <csignal>
#include <set>

#include <gtest/gtest.h>

#include "scenarios/run.h"
#include "tools/farm/minimise.h"

namespace playback::tools {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

FarmOptions options_for(std::string program, std::size_t jobs = 1) {
    FarmOptions options;
    options.program = std::move(program);
    options.jobs = jobs;
    return options;
}

FarmOptions real_workers(std::size_t jobs) {
    return options_for(PLAYBACK_BUILD_DIR "/playback", jobs);
}

sim::Plan drawn(std::uint64_t seed) {
    return *scenarios::find_scenario("lobby")->draw(seed, "small");
}

std::optional<Outcome> patiently(Farm& farm) {
    return farm.wait(seconds(120));
}

TEST(Outcome, IsTheSameAfterItsLine) {
    const Outcome outcome{.id = 7,
                          .passed = false,
                          .fingerprint = "lost/message",
                          .message = "a \"line\"\nof 3",
                          .trace_hash = UINT64_MAX,
                          .virtual_time = playback::seconds(3),
                          .events = 4,
                          .requests = 5,
                          .checks = 6,
                          .faults = {{"link_reset", 2}},
                          .died = "disk_rot"};
    const std::string line = to_line(outcome);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(parse_outcome(line), outcome);
    EXPECT_FALSE(parse_outcome("hello"));
    EXPECT_FALSE(parse_request(line));
}

TEST(Outcome, SignatureTellsWordsApartAndNotNumbers) {
    EXPECT_EQ(without_numbers("client 17 was told 0x1f"), "client N was told N");
    EXPECT_EQ(without_numbers("lost 3, 4, 5 of player-12"), "lost N of player-N");
    EXPECT_EQ(without_numbers("p2 keeps its name"), "p2 keeps its name");
    const Outcome one{.fingerprint = "lost/message", .message = "message 1 to 2"};
    const Outcome other{.fingerprint = "lost/message", .message = "message 33 to 4"};
    EXPECT_EQ(one.signature(), "lost/message: message N to N");
    EXPECT_EQ(one.signature(), other.signature());
}

TEST(Farm, WorkersSayWhatTheSimulatorSays) {
    Farm farm(real_workers(2));
    std::map<std::uint64_t, Outcome> outcomes;
    std::uint64_t next = 1;
    while (outcomes.size() < 4) {
        while (farm.idle() > 0 && next <= 4) {
            ASSERT_TRUE(farm.submit(next, drawn(next)));
            ++next;
        }
        const std::optional<Outcome> outcome = patiently(farm);
        ASSERT_TRUE(outcome);
        outcomes[outcome->id] = *outcome;
    }
    EXPECT_EQ(farm.processes().size(), 2U);
    for (const auto& [seed, outcome] : outcomes) {
        const scenarios::RunReport report = scenarios::find_scenario("lobby")->run(drawn(seed), {});
        EXPECT_EQ(outcome.trace_hash, report.trace_hash);
        EXPECT_EQ(outcome.fingerprint, report.fingerprint);
        EXPECT_EQ(outcome.faults, report.faults);
        EXPECT_EQ(outcome.checks, report.checks_total());
    }
}

TEST(Farm, AWorkerDrawsWhatTheFarmWouldDraw) {
    Farm farm(real_workers(1));
    ASSERT_TRUE(farm.submit(1, drawn(3)));
    const std::optional<Outcome> given = patiently(farm);
    ASSERT_TRUE(farm.submit(1, PlanToDraw{"lobby", "small", 3}));
    const std::optional<Outcome> drawn_there = patiently(farm);
    ASSERT_TRUE(given && drawn_there);
    EXPECT_EQ(*given, *drawn_there);

    ASSERT_TRUE(farm.submit(2, PlanToDraw{"lobby", "huge", 3}));
    EXPECT_TRUE(patiently(farm).value_or(Outcome{}).is_refusal());
}

TEST(Farm, AWorkerThatCrashesIsAFindingAndIsReplaced) {
    Farm farm(real_workers(1));
    ASSERT_TRUE(farm.submit(5, drawn(1)));
    ::kill(farm.processes().at(0), SIGABRT);
    const std::optional<Outcome> crashed = patiently(farm);
    ASSERT_TRUE(crashed);
    EXPECT_EQ(crashed->id, 5U);
    EXPECT_FALSE(crashed->passed);
    EXPECT_EQ(crashed->fingerprint, "crash/SIGABRT");
    EXPECT_EQ(farm.idle(), 1U);

    ASSERT_TRUE(farm.submit(6, drawn(1)));
    const std::optional<Outcome> next = patiently(farm);
    ASSERT_TRUE(next);
    EXPECT_TRUE(next->passed) << next->message;
}

TEST(Farm, AWorkerThatHangsIsAFindingAndIsReplaced) {
    FarmOptions options = real_workers(1);
    options.seconds_max = 1;
    options.grace = milliseconds(100);
    Farm farm(options);
    ASSERT_TRUE(farm.submit(1, drawn(1)));
    ::kill(farm.processes().at(0), SIGSTOP);
    const auto begin = Farm::Clock::now();
    EXPECT_FALSE(farm.wait(milliseconds(300)));  // it keeps its patience
    const std::optional<Outcome> hung = patiently(farm);
    ASSERT_TRUE(hung);
    EXPECT_EQ(hung->fingerprint, "budget/worker");
    EXPECT_LT(Farm::Clock::now() - begin, seconds(20));
    EXPECT_TRUE(farm.processes().empty());
}

TEST(Farm, ARunBeyondItsBudgetSaysSoItself) {
    FarmOptions options = real_workers(1);
    options.events_max = 100;
    Farm farm(options);
    ASSERT_TRUE(farm.submit(1, drawn(1)));
    const std::optional<Outcome> outcome = patiently(farm);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->fingerprint, "budget.events/world");
}

TEST(Farm, FreshMeansAProcessThatHasPlayedNothing) {
    Farm farm(real_workers(1));
    std::set<pid_t> processes;
    for (const bool fresh : {true, false, true}) {
        ASSERT_TRUE(farm.submit(1, drawn(1), fresh));
        processes.insert(farm.processes().at(0));
        ASSERT_TRUE(patiently(farm));
    }
    EXPECT_EQ(processes.size(), 2U);
}

TEST(Farm, AProgramThatIsNoWorkerRefuses) {
    for (const auto& [program, fingerprint] :
         {std::pair("/bin/echo", "crash/nonsense"), std::pair("/nowhere", "crash/exit-127")}) {
        Farm farm(options_for(program));
        ASSERT_TRUE(farm.submit(1, drawn(1)));
        const std::optional<Outcome> outcome = patiently(farm);
        ASSERT_TRUE(outcome);
        EXPECT_EQ(outcome->fingerprint, fingerprint);
        EXPECT_TRUE(outcome->is_refusal());
    }
}

TEST(Farm, JudgesMorePlansThanItHasWorkersAndStopsWhenAsked) {
    Farm farm(real_workers(2));
    const std::vector<sim::Plan> plans{drawn(1), drawn(2), drawn(3)};
    const std::vector<std::string> passed(3, "pass");
    EXPECT_EQ(judge_on(farm, [] { return false; })(plans), passed);
    EXPECT_EQ(farm.busy(), 0U);
    const std::vector<std::string> stopped = judge_on(farm, [] { return true; })(plans);
    EXPECT_TRUE(stopped.back().empty());
    EXPECT_EQ(farm.busy(), 0U);
}

}  // namespace
}  // namespace playback::tools
