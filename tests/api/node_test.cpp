#include "engine/node.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback {
namespace {

class NodeTest : public omgservers::ApiTest {
protected:
    bool stop() {
        return world
            .wait([](Node& old) -> io::Task<bool> {
                co_await old.stop();
                co_return true;
            }(*node))
            .has_value();
    }
};

TEST_F(NodeTest, ServesAndStops) {
    EXPECT_EQ(exchange("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
    EXPECT_EQ(node->listening().size(), 1U);
    auto resting = connect();
    EXPECT_TRUE(stop());
    EXPECT_TRUE(resting->closed);
    EXPECT_TRUE(connect()->closed || connect()->from_server.empty());
}

TEST_F(NodeTest, ForgetsNothingOverARestart) {
    const Game game = new_game();
    const Person player = new_player();
    const std::string client = new_client(player);
    const Runtime runtime = start_runtime(game);
    const omgservers::Json before =
        call("player", "interchange-messages", poll(client), player.token).json();
    ASSERT_EQ(before["incoming_messages"].size(), 2U);
    EXPECT_TRUE(stop());

    node = std::make_unique<Node>(world.io, config());
    ASSERT_TRUE(world.wait(node->start())->has_value());
    EXPECT_EQ(call("player", "interchange-messages", poll(client), player.token).json(), before);
    EXPECT_EQ(call("runtime", "interchange-messages", runtime_poll(), runtime.token)
                  .json()["incoming_messages"]
                  .size(),
              2U);
}

TEST_F(NodeTest, AnAddressThatIsTakenIsSaidPlainly) {
    Node second(world.io, config());
    const Result<void> started = *world.wait(second.start());
    ASSERT_FALSE(started.has_value());
    EXPECT_EQ(started.error().code, Errc::in_use);
    EXPECT_TRUE(started.error().detail.contains("127.0.0.1:8080"));
}

TEST_F(NodeTest, ABadConfigurationTouchesNothing) {
    NodeConfig bad = config();
    bad.slots = 0;
    bad.listen = {{"127.0.0.1", 9999, ""}};
    Node second(world.io, bad);
    EXPECT_EQ((*world.wait(second.start())).error().code, Errc::invalid_argument);
    EXPECT_TRUE(second.listening().empty());
}

}  // namespace
}  // namespace playback
