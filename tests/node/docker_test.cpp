// The demo and a load on real containers: a daemon of the test's own, containers that are killed, a
// node that is killed, and what must be true afterwards.
#include "tests/support/docker.h"

#include <chrono>
#include <csignal>
#include <memory>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/node/demo_node.h"

namespace playback::testing {
namespace {

using Arguments = std::vector<std::string>;

class RealContainers : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        if (without_docker()) return;
        daemon = std::make_unique<PrivateDocker>();
        problem = daemon->start();
        // Somebody else's container: it must be there, and the same, in the end.
        if (problem.empty()) problem = daemon->import_image("foreign:1", sleeper_path);
        if (problem.empty()) start_foreign();
    }
    static void TearDownTestSuite() { daemon.reset(); }

    void SetUp() override {
        if (!daemon) GTEST_SKIP() << "without Docker";
        ASSERT_EQ(problem, "");
    }
    void TearDown() override {
        if (daemon && problem.empty())
            EXPECT_EQ(containers("name=foreign"), foreign) << "a foreign container was touched";
    }

    static void start_foreign() {
        const CommandOutcome started = daemon->docker({"run",
                                                       "-d",
                                                       "--name",
                                                       "foreign",
                                                       "--network",
                                                       "host",
                                                       "--label",
                                                       "com.omgservers.tenant=demo",
                                                       "foreign:1"});
        if (started.exit_code != 0) problem = started.output;
        foreign = containers("name=foreign");
    }

    static std::string address() { return "unix://" + daemon->socket(); }

    // The ids of those that run and match, in order.
    static std::vector<std::string> containers(const std::string& filter) {
        const CommandOutcome listed =
            daemon->docker({"ps", "-q", "--no-trunc", "--filter", filter});
        std::vector<std::string> ids;
        std::istringstream lines(listed.output);
        for (std::string id; lines >> id;) ids.push_back(id);
        return ids;
    }
    static std::vector<std::string> runtimes() {
        return containers("label=com.omgservers.playback.installation");
    }

    static inline std::unique_ptr<PrivateDocker> daemon;
    static inline std::string problem;
    static inline std::vector<std::string> foreign;
    static constexpr const char* sleeper_path = PLAYBACK_BUILD_DIR "/container_probe";
};

TEST_F(RealContainers, TheDemoPlaysAndLeavesNothing) {
    const Directory directory;
    for (int run = 0; run < 2; ++run) {
        const Ended checked = run_program({"demo",
                                           "--check",
                                           "--json",
                                           "--port",
                                           "0",
                                           "--bcrypt-cost",
                                           "4",
                                           "--data",
                                           directory.path()},
                                          {{"DOCKER_HOST", address()}});
        EXPECT_EQ(checked.code, 0) << checked.err;
        EXPECT_EQ(checked.json()["containers"], address());
        EXPECT_EQ(runtimes().size(), 0U);
        const bool imports = checked.err.contains("imported");
        EXPECT_EQ(imports, run == 0) << checked.err;
    }
    const CommandOutcome all = daemon->docker({"ps", "-aq"});
    EXPECT_EQ(std::count(all.output.begin(), all.output.end(), '\n'), 1) << all.output;
}

TEST_F(RealContainers, NothingAcknowledgedIsLostWhenContainersAndNodesAreKilled) {
    const Directory directory;
    auto node = std::make_unique<DemoNode>(directory.path(), address(), "0");
    ASSERT_FALSE(node->url.empty()) << node->program.err();
    Program load({"load",
                  "lobby",
                  "--target",
                  node->url,
                  "--players",
                  "40",
                  "--seconds",
                  "14",
                  "--say-every",
                  "0.5",
                  "--json"});
    ASSERT_TRUE(load.tells("joined; talking")) << load.err();

    std::this_thread::sleep_for(std::chrono::seconds(3));
    const std::vector<std::string> before = runtimes();
    ASSERT_FALSE(before.empty());
    EXPECT_EQ(daemon->docker({"kill", before.front()}).exit_code, 0);

    std::this_thread::sleep_for(std::chrono::seconds(4));
    node->program.signal(SIGKILL);
    EXPECT_EQ(node->program.wait(), 128 + SIGKILL);
    const std::string port = node->port();
    const std::vector<std::string> orphans = runtimes();
    EXPECT_FALSE(orphans.empty());
    std::this_thread::sleep_for(std::chrono::seconds(1));
    node = std::make_unique<DemoNode>(directory.path(), address(), port);
    ASSERT_FALSE(node->url.empty()) << node->program.err();

    EXPECT_EQ(load.wait(std::chrono::seconds(90)), 0) << load.err();
    const nlohmann::json verdict = load.json();
    EXPECT_EQ(verdict["verdict"], "pass") << load.err();
    EXPECT_EQ(verdict["settled"], true);
    EXPECT_EQ(verdict["joined"], 40);
    EXPECT_GE(verdict["clients_moved"], 40) << "the container that was killed had all of them";
    EXPECT_GT(verdict["failed_calls"], 0) << "the node was killed";
    EXPECT_GT(verdict["messages_acknowledged"], 500);

    // What outlived its node is what the next one has: found again, not doubled, not leaked.
    EXPECT_EQ(runtimes(), orphans);
    node->program.signal(SIGINT);
    EXPECT_EQ(node->program.wait(), 0) << node->program.err();
    EXPECT_EQ(runtimes().size(), 0U);
}

TEST_F(RealContainers, WhatIsNotWantedAnyMoreIsRemovedAtTheNextStart) {
    const Directory directory;
    auto node = std::make_unique<DemoNode>(directory.path(), address(), "0");
    ASSERT_FALSE(node->url.empty()) << node->program.err();
    for (int i = 0; i < 300 && runtimes().empty(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    ASSERT_EQ(runtimes().size(), 1U);
    // One more with our label, which the data knows nothing of: a start whose node died.
    const std::string wanted = runtimes().front();
    const CommandOutcome label =
        daemon->docker({"inspect",
                        "-f",
                        R"({{index .Config.Labels "com.omgservers.playback.installation"}})",
                        wanted});
    std::string installation = label.output;
    while (installation.ends_with('\n')) installation.pop_back();
    node->program.signal(SIGKILL);
    node->program.wait();
    const CommandOutcome leaked =
        daemon->docker({"run",
                        "-d",
                        "--name",
                        "lobby_77",
                        "--network",
                        "host",
                        "--label",
                        "com.omgservers.playback.installation=" + installation,
                        "--label",
                        "com.omgservers.playback.runtime=77",
                        "foreign:1"});
    ASSERT_EQ(leaked.exit_code, 0) << leaked.output;

    node = std::make_unique<DemoNode>(directory.path(), address(), "0");
    ASSERT_FALSE(node->url.empty()) << node->program.err();
    for (int i = 0; i < 300 && !containers("name=lobby_77").empty(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_TRUE(containers("name=lobby_77").empty());
    node->program.signal(SIGTERM);
    EXPECT_EQ(node->program.wait(), 0) << node->program.err();
}

}  // namespace
}  // namespace playback::testing
