// `playback bench` as people and scripts call it. No assertion here is about time.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/node/program.h"

namespace playback::testing {
namespace {

using nlohmann::json;
using Arguments = std::vector<std::string>;

constexpr auto patience_of_all = std::chrono::minutes(5);

Arguments short_bench(const std::string& names, const std::string& data) {
    return {
        "bench", "--only", names, "--rounds", "1", "--seconds", "0.2", "--json", "--data", data};
}

TEST(BenchCommand, MeasuresATrivialCallAndSaysSoInJson) {
    const Directory directory;
    Arguments arguments = short_bench("trivial_call", directory.path());
    const std::string page = directory.path() + "/page.html";
    arguments.insert(arguments.end(), {"--html", page});
    const Ended ended = run_program(arguments);
    ASSERT_EQ(ended.code, 0) << ended.err;
    const json said = ended.json();
    for (const char* const member : {"machine", "date", "command", "warnings", "results"})
        EXPECT_TRUE(said.contains(member)) << member;
    ASSERT_EQ(said["results"].size(), 1U) << said;
    const json& result = said["results"][0];
    EXPECT_EQ(result["name"], "trivial_call");
    EXPECT_EQ(result["unit"], "us CPU a call");
    EXPECT_EQ(result["gate"], 0.8);
    EXPECT_EQ(result["aim"], 1.0);
    EXPECT_TRUE(result["value"].is_number()) << result;
    EXPECT_GT(result["sides"]["node"]["requests_per_second"]["median"], 0);
    EXPECT_EQ(result["sides"]["node"]["rounds"].size(), 1U);
    EXPECT_GT(result["sides"]["epoll"]["requests_per_second"]["median"], 0);
    // Whatever there is to compare with, there is a ratio or it is said why not.
    const bool has_nginx = result["sides"].contains("nginx");
    EXPECT_EQ(result["ratio"].is_number(), has_nginx) << result;
    EXPECT_EQ(result["gate_met"].is_boolean(), has_nginx);
    EXPECT_EQ(result["warnings"].dump().contains("no control nginx"), !has_nginx);
    const std::string html = read_file(page);
    EXPECT_TRUE(html.contains("<svg")) << html;
    EXPECT_FALSE(html.contains("http://") || html.contains("https://"));
    std::filesystem::remove(page);
    EXPECT_TRUE(std::filesystem::is_empty(directory.path())) << "something was left behind";
}

// Each way to set up and to speak works; what it costs is not asked here. The matcher alone takes
// minutes in slow builds, and has a program of its own.
TEST(BenchCommand, MeasuresEverything) {
    const Directory directory;
    const std::string all =
        "trivial_call,pipelined_call,empty_interchange,talking_interchange,login,connector_message,"
        "connector_messages,realtime_message,realtime_messages,durable_messages,idle_client,"
        "ticket_add,lobby_assignment,simulator_acceleration,simulator_runs_per_hour";
    Program bench({"bench",
                   "--only",
                   all,
                   "--rounds",
                   "1",
                   "--seconds",
                   "0.5",
                   "--json",
                   "--data",
                   directory.path()});
    ASSERT_EQ(bench.wait(patience_of_all), 0) << bench.out() << bench.err();
    std::set<std::string> names;
    const json said = bench.json();
    for (const json& result : said["results"]) {
        names.insert(result["name"].get<std::string>());
        EXPECT_TRUE(result["value"].is_number()) << result;
        EXPECT_FALSE(result.contains("problem")) << result;
    }
    EXPECT_EQ(names.size(), 15U);
}

TEST(BenchCommand, PlotsHowCostGrows) {
    const Directory directory;
    const Ended ended = run_program({"bench",
                                     "--growth",
                                     "--growth-most",
                                     "200",
                                     "--seconds",
                                     "0.5",
                                     "--json",
                                     "--data",
                                     directory.path()});
    ASSERT_EQ(ended.code, 0) << ended.out << ended.err;
    std::set<std::string> names;
    for (const json& growth : ended.json()["growth"]) {
        names.insert(growth["name"].get<std::string>());
        EXPECT_EQ(growth["points"].back()["size"], 200) << growth;
        EXPECT_FALSE(growth.contains("problem")) << growth;
    }
    const std::set<std::string> all{"connected_clients",
                                    "connected_client_memory",
                                    "clients",
                                    "client_memory",
                                    "tickets",
                                    "tenants",
                                    "rows_written",
                                    "rows_read"};
    EXPECT_EQ(names, all);
    // Its rounds log in as one of the players who were stored.
    const json results = ended.json()["results"];
    ASSERT_EQ(results.size(), 1U) << results;
    EXPECT_EQ(results[0]["name"], "start_with_players");
    EXPECT_TRUE(results[0]["value"].is_number()) << results;
    EXPECT_TRUE(results[0]["gate_met"].is_boolean()) << results;
    EXPECT_TRUE(std::filesystem::is_empty(directory.path())) << "something was left behind";
}

TEST(BenchCommand, RefusesWhatItCannotDo) {
    const std::pair<Arguments, const char*> wrong[] = {
        {{"bench", "--rounds", "0"}, "--rounds takes 1 to 100"},
        {{"bench", "--rounds", "many"}, "--rounds"},
        {{"bench", "--seconds", "0"}, "--seconds takes 0.05 to 600"},
        {{"bench", "--only", "nothing"}, "there is no measurement nothing; there are trivial_call"},
        {{"bench", "--growth", "--only", "login"}, "there is no plot login; there are connected_"},
        {{"bench", "--growth-most", "5"}, "--growth-most belongs to --growth"},
        {{"bench", "--data", "/nonexistent"}, "cannot write to /nonexistent"},
        {{"bench", "--html", "/nonexistent/page.html"}, "cannot write /nonexistent/page.html"}};
    for (auto [arguments, words] : wrong) {
        arguments.emplace_back("--json");
        const Ended ended = run_program(arguments);
        EXPECT_EQ(ended.code, 2) << words;
        EXPECT_TRUE(ended.err.contains(words)) << ended.err;
        EXPECT_TRUE(ended.json().contains("error")) << ended.out;
    }
}

TEST(BenchCommand, EndsCleanlyWhenInterrupted) {
    const Directory directory;
    Program bench({"bench",
                   "--only",
                   "trivial_call",
                   "--rounds",
                   "100",
                   "--seconds",
                   "5",
                   "--data",
                   directory.path()});
    ASSERT_TRUE(bench.tells("trivial_call: round 1, node")) << bench.err();
    bench.signal(SIGINT);
    EXPECT_EQ(bench.wait(), 130) << bench.err();
    EXPECT_TRUE(std::filesystem::is_empty(directory.path())) << "something was left behind";
}

// Whoever is impatient asks twice; then it ends at once, and nothing is left behind all the same.
TEST(BenchCommand, LeavesNothingWhenItIsKilled) {
    for (const int last : {SIGTERM, SIGKILL}) {
        const Directory directory;
        Program bench(
            {"bench", "--only", "trivial_call", "--rounds", "100", "--data", directory.path()});
        ASSERT_TRUE(bench.tells("trivial_call: round 1, node")) << bench.err();
        bench.signal(SIGTERM);
        bench.signal(last);
        bench.wait();
        bool is_empty = false;
        for (int look = 0; look < 500 && !is_empty; ++look) {
            is_empty = std::filesystem::is_empty(directory.path());
            if (!is_empty) std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        EXPECT_TRUE(is_empty) << last;
    }
}

TEST(BenchCommand, ExplainsItself) {
    const Ended ended = run_program({"bench", "--help"});
    EXPECT_EQ(ended.code, 0);
    for (const char* const word :
         {"--only", "--html", "--check", "trivial_call", "matcher_cold_pool", "Exit codes"})
        EXPECT_TRUE(ended.out.contains(word)) << word;
}

}  // namespace
}  // namespace playback::testing
