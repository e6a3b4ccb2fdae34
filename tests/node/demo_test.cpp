// `playback demo` and `playback load` with local processes, as on a machine without Docker.
#include <csignal>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/node/program.h"
#include "tests/support/docker.h"

namespace playback::testing {
namespace {

using Arguments = std::vector<std::string>;

Arguments demo_on(const std::string& data, const Arguments& more = {}) {
    Arguments arguments{
        "demo", "--data", data, "--port", "0", "--docker", "process:", "--bcrypt-cost", "4"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

TEST(Demo, PlaysItselfThrough) {
    const Directory directory;
    const Ended checked = run_program(demo_on(directory.path(), {"--check", "--json"}));
    EXPECT_EQ(checked.code, 0) << checked.err;
    EXPECT_EQ(checked.json()["verdict"], "pass") << checked.out;
    EXPECT_EQ(checked.json()["containers"], "process:");
    EXPECT_EQ(checked.json()["steps"].size(), 8U);
}

TEST(Demo, TakesLocalProcessesWhereNoDaemonAnswers) {
    const Ended checked = run_program({"demo", "--check", "--port", "0", "--bcrypt-cost", "4"},
                                      {{"DOCKER_HOST", "unix:///nonexistent/docker.sock"}});
    EXPECT_EQ(checked.code, 0) << checked.err;
    EXPECT_TRUE(checked.out.contains("local processes (no Docker daemon answers)")) << checked.out;
}

TEST(Demo, FailsTheCheckWhenNoRuntimeCanRun) {
    const Directory directory;
    const std::string runtime = directory.path() + "/runtime";
    std::ofstream(runtime) << "#!/bin/sh\nexit 1\n";
    std::filesystem::permissions(runtime, std::filesystem::perms::owner_all);
    const Ended check =
        run_program(demo_on(directory.path() + "/data",
                            {"--check", "--json", "--runtime", runtime, "--patience", "4"}));
    EXPECT_TRUE(check.err.contains("FAIL  assigned to a lobby")) << check.err;
    EXPECT_EQ(check.code, 1);
    EXPECT_EQ(check.json()["verdict"], "fail");
}

TEST(Demo, SaysThatThePortIsTaken) {
    const Directory directory;
    Program first(demo_on(directory.path() + "/1", {"--json"}));
    ASSERT_TRUE(first.says("listening")) << first.err();
    const std::string address = first.json()["listening"][0];
    Arguments second = demo_on(directory.path() + "/2", {"--check", "--json"});
    second[4] = address.substr(address.rfind(':') + 1);
    const Ended refused = run_program(second);
    EXPECT_EQ(refused.code, 2);
    EXPECT_TRUE(refused.json()["error"].get<std::string>().contains(address)) << refused.out;
}

TEST(Demo, KeepsItsGameAndItsPlayersBetweenRuns) {
    const Directory directory;
    for (int run = 0; run < 2; ++run) {
        Program demo(demo_on(directory.path()));
        ASSERT_TRUE(demo.says("Stop with Ctrl-C")) << demo.err();
        EXPECT_TRUE(demo.out().contains("tenant, project and stage demo\n")) << demo.out();
        demo.signal(SIGINT);
        EXPECT_EQ(demo.wait(), 0) << demo.err();
    }
    const Ended checked = run_program(demo_on(directory.path(), {"--check", "--json"}));
    EXPECT_EQ(checked.code, 0) << checked.err;
}

TEST(Demo, TakesTheNextNameAfterAHalfMadeGame) {
    const Directory directory;
    EXPECT_EQ(run_program(demo_on(directory.path(), {"--check"})).code, 0);
    std::filesystem::remove(directory.path() + "/demo.json");
    const Ended checked = run_program(demo_on(directory.path(), {"--check"}));
    EXPECT_EQ(checked.code, 0) << checked.err;
    EXPECT_TRUE(checked.out.contains("tenant, project and stage demo-2\n")) << checked.out;
}

TEST(Demo, PrintsCommandsThatWork) {
    if (run_command({"curl", "--version"}).exit_code != 0) GTEST_SKIP() << "without curl";
    const Directory directory;
    Program demo(demo_on(directory.path()));
    ASSERT_TRUE(demo.says("Stop with Ctrl-C")) << demo.err();
    const std::string& out = demo.out();
    const std::size_t begin = out.find("  base=");
    const std::size_t end = out.find("  # two hundred");
    ASSERT_NE(end, std::string::npos);
    const std::string script = directory.path() + "/try.sh";
    std::ofstream(script) << out.substr(begin, end - begin);
    for (const char* shell : {"bash", "sh"}) {
        const CommandOutcome tried = run_command({shell, script});
        EXPECT_EQ(tried.exit_code, 0) << tried.output;
        for (const char* word : {"user_id", "CLIENT_GREETED", "RUNTIME_ASSIGNED", R"("op":"echo")"})
            EXPECT_TRUE(tried.output.contains(word)) << shell << ": " << tried.output;
    }
}

TEST(Load, JudgesANodeAndMeasuresIt) {
    const Directory directory;
    Program demo(demo_on(directory.path(), {"--json"}));
    ASSERT_TRUE(demo.says("listening")) << demo.err();
    const std::string url = demo.json()["public_url"];
    for (const bool polling : {false, true}) {
        Arguments arguments{"load", "lobby", "--target", url, "--players", "20", "--seconds", "3"};
        arguments.insert(arguments.end(), {"--say-every", "0.5", "--json"});
        if (polling) arguments.emplace_back("--polling");
        const Ended load = run_program(arguments);
        EXPECT_EQ(load.code, 0) << load.err;
        EXPECT_EQ(load.json()["verdict"], "pass") << load.err;
        EXPECT_EQ(load.json()["joined"], 20);
        EXPECT_EQ(load.json()["settled"], true);
        EXPECT_GT(load.json()["messages_acknowledged"], 50);
        EXPECT_EQ(load.json()["failed_calls"], 0) << load.json()["failures"];
        EXPECT_GT(load.json()["round_trip_ms"]["p50"], 0.0);
        EXPECT_GE(load.json()["round_trip_ms"]["p99"], load.json()["round_trip_ms"]["p50"]);
    }
}

TEST(Load, SaysWhyNobodyCouldJoin) {
    const Ended nobody = run_program({"load",
                                      "lobby",
                                      "--target",
                                      "http://127.0.0.1:1",
                                      "--players",
                                      "2",
                                      "--join-seconds",
                                      "1",
                                      "--json"});
    EXPECT_EQ(nobody.code, 2);
    EXPECT_TRUE(nobody.json()["error"].get<std::string>().contains("no answer")) << nobody.out;
    EXPECT_EQ(run_program({"load", "chess"}).code, 2);
    EXPECT_EQ(run_program({"load", "lobby", "--target", "nowhere"}).code, 2);
}

}  // namespace
}  // namespace playback::testing
