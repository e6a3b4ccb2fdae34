// Plans and places that cannot be, given to the program: a message that names what is wrong, exit
// code 2, and nothing written.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/mount.h>
#include <unistd.h>

#include "scenarios/run.h"
#include "sim/plan.h"
#include "tests/node/program.h"

namespace playback::testing {
namespace {

namespace fs = std::filesystem;

std::string small_plan() {
    return sim::to_json(*scenarios::find_scenario("lobby")->draw(7, "small"));
}

// The plan of seed 7 with `from` replaced, where it comes first.
std::string changed(const std::string& from, const std::string& to) {
    std::string text = small_plan();
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::string with_a_million_events() {
    std::string ops;
    for (int id = 1; id <= 1'000'000; ++id)
        ops += R"({"id": )" + std::to_string(id) +
               R"(, "at_ns": 0, "actor": "player-0", "kind": "say", "args": {}},)";
    const std::string begin = "\"ops\": [";
    return changed(begin, begin + ops);
}

std::size_t files_in(const std::string& directory) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

// What every command that reads a plan says of it.
void expect_refused(const std::string& text, const std::string& message) {
    const Directory directory;
    const std::string path = directory.path() + "/bad.plan.json";
    std::ofstream(path) << text;
    for (const std::string command : {"replay", "shrink"}) {
        const Ended ended = run_program({command, path, "--json"});
        EXPECT_EQ(ended.code, 2) << command << ": " << ended.err;
        EXPECT_EQ(ended.json().value("error", ""), path + ": " + message) << command;
        EXPECT_NE(ended.err.find(message), std::string::npos) << command;
        EXPECT_EQ(files_in(directory.path()), 1U) << command;
    }
}

TEST(BadPlan, OfAnotherVersionOrWithUnknownFields) {
    expect_refused(changed("\"version\": 1", "\"version\": 2"),
                   "version: 2 is not known to this build");
    expect_refused(changed("\"profile\"", "\"colour\": 3, \"profile\""), "colour: is not known");
    expect_refused(changed("\"actor\"", "\"tail\": 0, \"actor\""), "ops[0].tail: is not known");
    expect_refused(changed("\"profile\"", "\"profil\""), "profile: is missing");
}

TEST(BadPlan, WithAbsurdNumbers) {
    const std::string day = "must be at most 86400000000000 (a day)";
    expect_refused(changed("\"at_ns\": ", "\"at_ns\": -"), "ops[0].at_ns: must be at least 0");
    expect_refused(changed("\"at_ns\": ", "\"at_ns\": 9999"), "ops[0].at_ns: " + day);
    expect_refused(changed("\"length_ns\": ", "\"length_ns\": 9999"), "length_ns: " + day);
    expect_refused(changed("\"at_ns\": ", "\"at_ns\": 1e30, \"was\": "),
                   "ops[0].at_ns: must be a whole number");
    expect_refused(changed("\"slots\": ", "\"slots\": 99999999"),
                   "knobs.slots: must be a number from 0 to 1024");
    expect_refused(changed("\"slots\": ", "\"slots\": -"),
                   "knobs.slots: must be a number from 0 to 1024");
    expect_refused(changed("\"players\": ", "\"players\": 1e30, \"was\": "),
                   "topology.players: must be a whole number or a string");
    expect_refused(changed("\"seed\": ", "\"seed\": 1e999, \"was\": "),
                   "holds a number that is too large for any field");
}

TEST(BadPlan, WithAMillionEvents) {
    expect_refused(with_a_million_events(),
                   "a plan holds at most 200000 operations and as many faults, this one more");
}

TEST(BadPlan, ThatIsNoPlan) {
    expect_refused("[1, 2]", "a plan must be a JSON object");
    expect_refused("{\"version\": 1,,", "not JSON at byte 15");
    expect_refused(std::string(100'000, '['), "not JSON at byte 100001");
    const Directory directory;
    for (const std::string& path : {directory.path(), directory.path() + "/none"}) {
        const Ended ended = run_program({"replay", path, "--json"});
        EXPECT_EQ(ended.code, 2);
        EXPECT_EQ(ended.json().value("error", ""), "cannot read " + path + ", or it is empty");
    }
}

TEST(BadPlan, OfAScenarioThatDoesNotExist) {
    expect_refused(changed("\"scenario\": \"lobby\"", "\"scenario\": \"loby\""),
                   "there is no scenario loby; did you mean lobby?");
    const Ended sim = run_program({"sim", "lobbies", "--json"});
    EXPECT_EQ(sim.code, 2);
    EXPECT_EQ(sim.json().value("error", ""), "there is no scenario lobbies; did you mean lobby?");
}

TEST(BadPlan, SimNamesTheOptionThatCannotBe) {
    for (const std::string seed : {"-1", "1e30", "99999999999999999999", "seven"}) {
        const Ended ended = run_program({"sim", "lobby", "--seed", seed, "--json"});
        EXPECT_EQ(ended.code, 2) << seed;
        EXPECT_NE(ended.err.find("--seed"), std::string::npos) << ended.err;
    }
    const Ended profile = run_program({"sim", "lobby", "--profile", "huge", "--json"});
    EXPECT_EQ(profile.code, 2);
    EXPECT_NE(profile.json().value("error", "").find("profile must be small"), std::string::npos);
}

// Answers each run with "lost/message".
std::string failing_worker(const Directory& directory) {
    const std::string path = directory.path() + "/worker";
    std::ofstream(path) << "#!/bin/sh\nwhile IFS= read -r line; do\n"
                           "  id=${line#*'\"id\":'}; id=${id%%,*}\n"
                           "  printf '{\"id\":%s,\"passed\":false,\"fingerprint\":\"lost/message\","
                           "\"message\":\"m\",\"trace_hash\":1,\"virtual_ns\":1,\"events\":1,"
                           "\"requests\":1,\"checks\":1,\"faults\":{}}\\n' $id\ndone\n";
    fs::permissions(path, fs::perms::owner_all);
    return path;
}

TEST(BadPlace, AFullOrReadOnlyDiskIsSaidAndNothingIsHalfWritten) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to mount";
    const Directory directory;
    const std::string plan = directory.path() + "/seven.plan.json";
    std::ofstream(plan) << small_plan();
    Directory disk;
    ASSERT_EQ(disk.mount("size=4k"), "");
    // Nothing is left of its one page.
    std::ofstream(disk.path() + "/page") << std::string(4096, 'x');
    const std::string out = disk.path() + "/out.plan.json";
    const std::vector<std::vector<std::string>> commands{
        {"sim", "lobby", "--seed", "7", "--plan-out", out, "--json"},
        {"shrink", plan, "-o", out, "--worker", failing_worker(directory), "--json"}};
    const auto all_say = [&](const std::string& word) {
        for (const std::vector<std::string>& command : commands) {
            const Ended ended = run_program(command);
            EXPECT_EQ(ended.code, 2) << command.front() << ": " << ended.err;
            const std::string error = ended.json().value("error", "");
            EXPECT_NE(error.find("cannot write " + out), std::string::npos) << ended.out;
            EXPECT_NE(error.find(word), std::string::npos) << error;
            EXPECT_EQ(files_in(disk.path()), 1U) << command.front();
        }
    };
    all_say("No space left");
    ASSERT_EQ(::mount(nullptr, disk.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr), 0);
    all_say("Read-only");
}

}  // namespace
}  // namespace playback::testing
