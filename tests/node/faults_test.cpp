// Faults between real processes: players behind a bad network, and a node that is killed again and
// again. The judge of `playback load` holds it to everything that it acknowledged.
#include <chrono>
#include <csignal>
#include <memory>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/base/random.h"
#include "tests/node/demo_node.h"
#include "tests/support/fault_proxy.h"

namespace playback::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* local_processes = "process:";

std::vector<std::string> load_on(const std::string& url) {
    return {"load",
            "lobby",
            "--target",
            url,
            "--players",
            "30",
            "--seconds",
            "8",
            "--say-every",
            "0.3",
            "--settle-seconds",
            "60",
            "--json"};
}

TEST(RealFaults, ABadNetworkLosesNothingThatWasAcknowledged) {
    const Directory directory;
    const DemoNode node(directory.path(), local_processes, "0");
    ASSERT_FALSE(node.url.empty()) << node.program.err();
    FaultProxy network(static_cast<std::uint16_t>(std::stoi(node.port())), 1);
    Program load(load_on(network.url()));
    EXPECT_EQ(load.wait(seconds(180)), 0) << load.err();
    EXPECT_EQ(load.json()["verdict"], "pass") << load.err();
    EXPECT_EQ(load.json()["settled"], true);
    EXPECT_GT(load.json()["failed_calls"], 0) << "connections were cut";
    EXPECT_GT(load.json()["messages_acknowledged"], 200);
    EXPECT_GT(network.counts().carried, 0);
    EXPECT_GT(network.counts().crumbled, 0);
    EXPECT_GT(network.counts().cut, 0);
    EXPECT_GT(network.counts().hung, 0);
}

TEST(RealFaults, KillsAtAnyMomentLoseNothingThatWasAcknowledged) {
    const Directory directory;
    auto node = std::make_unique<DemoNode>(directory.path(), local_processes, "0");
    ASSERT_FALSE(node->url.empty()) << node->program.err();
    const std::string port = node->port();
    Program load(load_on("http://127.0.0.1:" + port));
    ASSERT_TRUE(load.tells("joined; talking")) << load.err();
    Random random(7);
    for (int kill = 0; kill < 3; ++kill) {
        std::this_thread::sleep_for(milliseconds(500 + random.below(2'000)));
        node->program.signal(SIGKILL);
        EXPECT_EQ(node->program.wait(), 128 + SIGKILL);
        node = std::make_unique<DemoNode>(directory.path(), local_processes, port);
        ASSERT_FALSE(node->url.empty()) << node->program.err();
    }
    EXPECT_EQ(load.wait(seconds(180)), 0) << load.err();
    EXPECT_EQ(load.json()["verdict"], "pass") << load.err();
    EXPECT_EQ(load.json()["settled"], true);
    EXPECT_GT(load.json()["failed_calls"], 0) << "the node was killed";
    EXPECT_GT(load.json()["messages_acknowledged"], 200);
}

}  // namespace
}  // namespace playback::testing
