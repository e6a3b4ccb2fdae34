// `playback hunt` and `playback shrink` from outside, with workers that fail on demand.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include "scenarios/run.h"
#include "sim/plan.h"
#include "tests/node/program.h"

namespace playback::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Answers "lost/message" for each line that holds `word`, "pass" for others.
std::string worker_that_hates(const Directory& directory,
                              const std::string& word,
                              bool is_slow,
                              const std::string& hash = "1") {
    const std::string path = directory.path() + "/worker";
    std::ofstream(path) << "#!/bin/sh\n"
                           "while IFS= read -r line; do\n"
                           "  id=${line#*'\"id\":'}; id=${id%%,*}\n"
                        << (is_slow ? "  sleep 0.2\n" : "") << "  case $line in *" << word
                        << "*) passed=false name=lost/message;;\n"
                           "  *) passed=true name=pass;; esac\n"
                           "  printf '{\"id\":%s,\"passed\":%s,\"fingerprint\":\"%s\","
                           "\"message\":\"of %s\",\"trace_hash\":%s,\"virtual_ns\":1,\"events\":1,"
                           "\"requests\":1,\"checks\":1,\"faults\":{}}\\n' "
                           "$id $passed $name $id "
                        << hash << "\ndone\n";
    fs::permissions(path, fs::perms::owner_all);
    return path;
}

// Plans of player 0, and what has yet to be drawn.
constexpr const char* hated_in_hunts = "player-0*|*'\"draw\"'";

std::string drawn_plan(const Directory& directory, std::uint64_t seed) {
    const std::string path = directory.path() + "/drawn.plan.json";
    std::ofstream(path) << sim::to_json(*scenarios::find_scenario("lobby")->draw(seed, "small"));
    return path;
}

sim::Plan plan_in(const std::string& path) {
    const Result<sim::Plan> plan = sim::parse_plan(read_file(path));
    EXPECT_TRUE(plan) << path;
    return plan ? *plan : sim::Plan{};
}

// The only file of that ending.
std::string file_in(const std::string& directory, std::string_view ending) {
    std::string found;
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (!entry.path().string().ends_with(ending)) continue;
        EXPECT_TRUE(found.empty()) << found << " and " << entry.path();
        found = entry.path().string();
    }
    EXPECT_FALSE(found.empty()) << ending;
    return found;
}

TEST(HuntCommand, PlaysSeedsAndRepeatsAShareInFreshProcesses) {
    const Directory directory;
    const Ended ended = run_program({"hunt",
                                     "lobby",
                                     "--seeds",
                                     "1..6",
                                     "--repeat-every",
                                     "2",
                                     "--out",
                                     directory.path() + "/out",
                                     "--json"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    const json result = ended.json();
    EXPECT_EQ(result["runs"], 6);
    EXPECT_EQ(result["repeated"], 3);
    EXPECT_EQ(result["failures"], json::array());
    EXPECT_GT(result["virtual_seconds"], 30.0);
    EXPECT_NE(ended.err.find("6 of 6"), std::string::npos);
}

TEST(HuntCommand, ShrinksAndWritesEachFailureOnce) {
    const Directory directory;
    const std::string worker = worker_that_hates(directory, hated_in_hunts, false);
    const std::string out = directory.path() + "/out";
    const std::string junit = directory.path() + "/junit.xml";
    const Ended ended = run_program({"hunt",
                                     "lobby",
                                     "--seeds",
                                     "1..4",
                                     "--out",
                                     out,
                                     "--worker",
                                     worker,
                                     "--junit",
                                     junit,
                                     "--json"});
    EXPECT_EQ(ended.code, 1) << ended.err;
    const json result = ended.json();
    ASSERT_EQ(result["failures"].size(), 1U) << ended.out;
    const json& failure = result["failures"][0];
    EXPECT_EQ(failure["fingerprint"], "lost/message");
    EXPECT_EQ(failure["signature"], "lost/message: of N");
    EXPECT_EQ(failure["runs"], 4);
    EXPECT_GT(failure["events_before"], 10);
    EXPECT_EQ(failure["events_after"], 1);

    const sim::Plan plan = plan_in(failure["plan"]);
    EXPECT_EQ(plan.ops.size() + plan.faults.size(), 1U);
    EXPECT_EQ(plan.recorded.value_or(sim::Recorded{}).fingerprint, "lost/message");
    const sim::Plan original = plan_in(file_in(out, ".original.plan.json"));
    EXPECT_EQ(original.ops, scenarios::find_scenario("lobby")->draw(original.seed, "small")->ops);
    EXPECT_FALSE(plan_in(file_in(out + "/regressions", ".json")).recorded);
    const std::string report = read_file(failure["report"]);
    EXPECT_NE(report.find("playback replay " + failure["plan"].get<std::string>()),
              std::string::npos);
    EXPECT_NE(report.find("player-0: "), std::string::npos) << report;
    EXPECT_NE(read_file(junit).find("tests=\"2\" failures=\"1\""), std::string::npos);
}

TEST(HuntCommand, GoesOnUntilAFailureIsSmallEnough) {
    const Directory directory;
    const std::string of_two = "player-0*player-1*|*'\"draw\"'";
    const std::string worker = worker_that_hates(directory, of_two, false);
    const auto runs_until = [&](const std::string& events) {
        const Ended ended = run_program({"hunt",
                                         "lobby",
                                         "--seeds",
                                         "1..30",
                                         "--failures",
                                         "1",
                                         "--events-wanted",
                                         events,
                                         "--out",
                                         directory.path() + "/" + events,
                                         "--worker",
                                         worker,
                                         "--json"});
        EXPECT_EQ(ended.code, 1) << ended.err;
        const json result = ended.json();
        EXPECT_EQ(result["failures"][0]["events_after"], 2) << ended.out;
        return result["runs"].get<int>();
    };
    EXPECT_LT(runs_until("2"), 30);
    EXPECT_EQ(runs_until("1"), 30);
}

TEST(HuntCommand, ARunThatAFreshProcessPlaysOtherwiseIsAFailure) {
    const Directory directory;
    const std::string worker = worker_that_hates(directory, "nothing-has-this", false, "$$");
    const Ended ended = run_program({"hunt",
                                     "lobby",
                                     "--seeds",
                                     "1..4",
                                     "--repeat-every",
                                     "4",
                                     "--out",
                                     directory.path() + "/out",
                                     "--worker",
                                     worker,
                                     "--json"});
    EXPECT_EQ(ended.code, 1) << ended.err;
    const json result = ended.json();
    ASSERT_EQ(result["failures"].size(), 1U);
    EXPECT_EQ(result["failures"][0]["fingerprint"], "determinism/run");
    EXPECT_FALSE(result["failures"][0]["shrunk"]);
    EXPECT_TRUE(plan_in(result["failures"][0]["plan"]).recorded);
}

TEST(HuntCommand, AnInterruptEndsItWithWhatItHas) {
    const Directory directory;
    const std::string worker = worker_that_hates(directory, hated_in_hunts, true);
    Program program({"hunt",
                     "lobby",
                     "--seeds",
                     "1..1000000",
                     "--out",
                     directory.path() + "/out",
                     "--worker",
                     worker,
                     "--json"});
    ASSERT_TRUE(program.tells("hunt: 1000000 runs"));
    // It is amid shrinking by then: that takes seconds with a worker like this.
    EXPECT_FALSE(program.wait(std::chrono::milliseconds(1500)));
    program.signal(SIGINT);
    EXPECT_EQ(program.wait().value_or(-1), 130) << program.err();
    const json result = program.json();
    EXPECT_TRUE(result["interrupted"]);
    ASSERT_EQ(result["failures"].size(), 1U);
    const sim::Plan plan = plan_in(result["failures"][0]["plan"]);
    EXPECT_EQ(plan.recorded.value_or(sim::Recorded{}).verdict, "fail");
}

TEST(HuntCommand, SaysWhatIsWrongBeforeItBegins) {
    const Directory directory;
    const auto fails_with = [](std::vector<std::string> arguments, const std::string& message) {
        arguments.insert(arguments.begin(), "hunt");
        const Ended ended = run_program(arguments);
        EXPECT_EQ(ended.code, 2) << ended.err;
        EXPECT_NE(ended.err.find(message), std::string::npos) << ended.err;
    };
    fails_with({"lobbi"}, "there is no scenario lobbi; did you mean lobby?");
    fails_with({"--seeds", "9..3"}, "--seeds must be FIRST..LAST");
    fails_with({"--seeds", "many"}, "--seeds must be FIRST..LAST");
    fails_with({"--profile", "huge"}, "profile must be small");
    fails_with({"--out", "/proc/nowhere"}, "--out: cannot make /proc/nowhere");
    fails_with({"--worker", "/nowhere"}, "--worker: cannot run /nowhere");
    fails_with({"--jobs", "0"}, "--jobs");
    fails_with({"--worker", "/bin/echo", "--out", directory.path() + "/out"},
               "the worker cannot play");
}

TEST(HuntCommand, ADiskThatIsFullOrReadOnlyIsSaidAndNothingIsHalfWritten) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to mount";
    Directory disk;
    ASSERT_EQ(disk.mount("size=16k"), "");
    const Directory directory;
    const std::string worker = worker_that_hates(directory, hated_in_hunts, false);
    const std::vector<std::string> arguments{
        "hunt", "--seeds", "1..2", "--worker", worker, "--out", disk.path(), "--json"};
    const Ended full = run_program(arguments);
    EXPECT_EQ(full.code, 2) << full.err;
    EXPECT_NE(full.json().value("error", "").find("No space left"), std::string::npos) << full.out;
    for (const auto& entry : fs::recursive_directory_iterator(disk.path())) {
        EXPECT_NE(entry.path().extension(), ".part");
        if (entry.path().extension() == ".json") plan_in(entry.path().string());
    }

    ASSERT_EQ(::mount(nullptr, disk.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
    const Ended read_only = run_program(arguments);
    EXPECT_EQ(read_only.code, 2);
    EXPECT_NE(read_only.json().value("error", "").find("Read-only"), std::string::npos)
        << read_only.out;
}

TEST(ShrinkCommand, LeavesTheEventThatMatters) {
    const Directory directory;
    const std::string worker = worker_that_hates(directory, "player-0", false);
    const std::string path = drawn_plan(directory, 2);
    const Ended ended = run_program({"shrink", path, "--worker", worker, "--json"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    const json result = ended.json();
    EXPECT_EQ(result["events_after"], 1) << ended.out;
    EXPECT_TRUE(result["finished"]);
    EXPECT_TRUE(result["same_in_fresh_processes"]);
    EXPECT_LE(result["structure_simulations"], 150);
    EXPECT_EQ(result["plan"], directory.path() + "/drawn.shrunk.plan.json");
    EXPECT_EQ(plan_in(result["plan"]).ops.at(0).actor, "player-0");
}

TEST(ShrinkCommand, AnInterruptWritesTheBestSoFar) {
    const Directory directory;
    const std::string worker = worker_that_hates(directory, "player-0", true);
    const std::string out = directory.path() + "/small.plan.json";
    Program program({"shrink", drawn_plan(directory, 2), "-o", out, "--worker", worker});
    ASSERT_TRUE(program.tells("simulations, "));
    program.signal(SIGINT);
    EXPECT_EQ(program.wait().value_or(-1), 130) << program.err();
    EXPECT_NE(read_file(out).find("player-0"), std::string::npos);
    EXPECT_TRUE(plan_in(out).recorded.has_value());
}

TEST(ShrinkCommand, HasNothingToDoForAPlanThatPasses) {
    const Directory directory;
    const std::string path = drawn_plan(directory, 1);
    const Ended ended = run_program({"shrink", path, "--json"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.json()["error"], path + " passes: nothing to shrink");
    EXPECT_FALSE(fs::exists(directory.path() + "/drawn.shrunk.plan.json"));
    EXPECT_EQ(run_program({"shrink", "/nowhere"}).code, 2);
}

}  // namespace
}  // namespace playback::testing
