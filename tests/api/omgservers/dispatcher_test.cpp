#include "engine/api/omgservers/dispatcher.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/mailbox/runtime_inputs.h"
#include "engine/kernel/kernel.h"
#include "tests/api/omgservers/socket_fixture.h"

namespace playback::omgservers {
namespace {

class DispatcherTest : public SocketTest {
protected:
    struct Player {
        Client client;
        Socket connector;
        SocketPlace room;
        Socket socket;
    };
    Player enter() {
        Player player;
        player.client = join();
        player.connector = open(player.client.connector);
        player.room = invite(player.connector, player.client);
        player.socket = open(player.room);
        EXPECT_TRUE(player.socket.client.opened());
        return player;
    }
    static std::string frame(const char* encoding, const char* message) {
        return Json({{"encoding", encoding}, {"message", message}}).dump();
    }
    static std::string frame_to(const std::string& client, const char* message) {
        return Json({{"encoding", "TXT"}, {"message", message}, {"clients", {client, "12345"}}})
            .dump();
    }
};

TEST_F(DispatcherTest, RelaysTextAndBytesBothWays) {
    Socket host = open(dispatcher);
    ASSERT_TRUE(host.client.opened()) << host.client.head;
    Player a = enter();
    Player b = enter();
    a.socket.client.text("hello \"you\"");
    a.socket.client.binary(std::string("\0\xff", 2));
    pump(a.socket);
    pump(host);
    ASSERT_EQ(host.client.texts().size(), 2U);
    EXPECT_EQ(
        Json::parse(host.client.texts()[0]),
        Json({{"client_id", a.client.id}, {"encoding", "TXT"}, {"message", "hello \"you\""}}));
    EXPECT_EQ(Json::parse(host.client.texts()[1]),
              Json({{"client_id", a.client.id}, {"encoding", "B64"}, {"message", "AP8="}}));

    host.client.text(frame("TXT", "all"));
    host.client.text(frame("B64", "AP8="));
    host.client.text(frame_to(b.client.id, "only b"));
    pump(host);
    pump(a.socket);
    pump(b.socket);
    const std::string bytes = std::string("binary:") + std::string("\0\xff", 2);
    EXPECT_EQ(a.socket.client.lines, (std::vector<std::string>{"text:all", bytes}));
    EXPECT_EQ(b.socket.client.lines, (std::vector<std::string>{"text:all", bytes, "text:only b"}));
}

TEST_F(DispatcherTest, TakesP1sTokenInTheUrl) {
    const std::string url = runtime.token_reply.json()["dispatcher_url"];
    Socket host = open(target_of(url), "omgservers");
    EXPECT_TRUE(host.client.head.contains("Sec-WebSocket-Protocol: omgservers\r\n"));
}

TEST_F(DispatcherTest, CarriesFramesOf64Kilobytes) {
    Socket host = open(dispatcher);
    Player a = enter();
    const std::string large(64 * 1024, 'x');
    a.socket.client.binary(large);
    pump(a.socket);
    pump(host);
    ASSERT_EQ(host.client.texts().size(), 1U);
    const Json echoed = Json::parse(host.client.texts()[0]);
    host.client.text(Json({{"encoding", "B64"}, {"message", echoed["message"]}}).dump());
    pump(host);
    pump(a.socket);
    EXPECT_EQ(a.socket.client.lines, std::vector<std::string>{"binary:" + large});
}

TEST_F(DispatcherTest, DropsWhatTheRuntimeSaysWrongly) {
    Socket host = open(dispatcher);
    Player a = enter();
    for (const char* wrong : {"no json",
                              R"({"encoding":"XML","message":"a"})",
                              R"({"message":" "})",
                              R"({"encoding":"B64","message":"*"})"})
        host.client.text(wrong);
    host.client.binary("bytes");
    host.client.text(frame("TXT", "fine"));
    pump(host);
    pump(a.socket);
    EXPECT_EQ(a.socket.client.lines, std::vector<std::string>{"text:fine"});
    EXPECT_EQ(host.client.closed(), "");
}

TEST_F(DispatcherTest, APlayerWithoutARoomIsClosed) {
    Client client = join();
    Socket connector = open(client.connector);
    Socket socket = open(invite(connector, client));
    EXPECT_EQ(socket.client.closed(), "1002 Failed to open");
}

TEST_F(DispatcherTest, ASecondSocketIsClosedWhileTheFirstAnswers) {
    Socket host = open(dispatcher);
    Player a = enter();
    Socket again = open(a.room);
    pump(a.socket);
    pump(again);
    EXPECT_EQ(again.client.closed(), "1002 Failed to open");
    Socket second_host = open(dispatcher);
    pump(host);
    pump(second_host);
    EXPECT_EQ(second_host.client.closed(), "1002 Failed to open");
    EXPECT_EQ(host.client.closed() + a.socket.client.closed(), "");
}

TEST_F(DispatcherTest, ASecondSocketReplacesOneThatIsHalfOpen) {
    Socket host = open(dispatcher);
    Player a = enter();
    a.socket.client.answers_pings = false;
    host.client.answers_pings = false;
    Socket next = open(a.room);
    Socket next_host = open(dispatcher);
    world.advance(seconds(2));
    pump(next);
    pump(next_host);
    next_host.client.text(frame("TXT", "hi"));
    pump(next_host);
    pump(next);
    EXPECT_EQ(next.client.lines, std::vector<std::string>{"text:hi"});
    next.client.text("there");
    pump(next);
    pump(next_host);
    EXPECT_EQ(next_host.client.texts().size(), 1U);
}

// From its lobby into a match: the socket stays until its client closes it.
TEST_F(DispatcherTest, WhoIsMovedKeepsItsSocket) {
    Socket host = open(dispatcher);
    Player a = enter();
    runtime_says(entry("REQUEST_MATCHMAKING", {{"client_id", a.client.id}, {"mode", "arcade"}}));
    const DeploymentId deployment{std::stoull(game.deployment)};
    const auto details =
        world.wait(node->kernel().submit(address_of(deployment), lobby::GetDeployment{}));
    ASSERT_EQ((*details)->matches.size(), 1U);
    const RuntimeId match{(*details)->matches[0].match.value};
    mailbox::SetCredentials credentials;
    credentials.password_hash = "hash:runtime-pw";
    (void)world.wait(node->kernel().submit(address_of(match), credentials));
    const Json login = {{"runtime_id", std::to_string(match.value)}, {"password", "runtime-pw"}};
    ASSERT_FALSE(call("runtime", "create-token", login).text("api_token").empty());
    pump(a.connector);
    const Json moved = Json::parse(a.connector.client.texts().back());
    ASSERT_EQ(moved["qualifier"], "RUNTIME_ASSIGNED") << moved.dump();
    EXPECT_EQ(moved["body"]["runtime_qualifier"], "MATCH");

    a.socket.client.text("still here");
    pump(a.socket);
    pump(host);
    EXPECT_EQ(a.socket.client.closed(), "");
    ASSERT_EQ(host.client.texts().size(), 1U);
    host.client.text(frame("TXT", "and heard"));
    pump(host);
    pump(a.socket);
    EXPECT_EQ(a.socket.client.lines, std::vector<std::string>{"text:and heard"});
}

TEST_F(DispatcherTest, TheRoomOutlivesAShortAbsenceOfItsRuntime) {
    Socket host = open(dispatcher);
    Player a = enter();
    host.client.close(1000, "");
    pump(host);
    a.socket.client.text("are you there");
    pump(a.socket);
    world.advance(seconds(2));
    Socket back = open(dispatcher);
    pump(back);
    ASSERT_EQ(back.client.texts().size(), 1U);
    EXPECT_EQ(Json::parse(back.client.texts()[0])["message"], "are you there");
    world.advance(seconds(2));
    pump(a.socket);
    EXPECT_EQ(a.socket.client.closed(), "");
}

TEST_F(DispatcherTest, WithoutItsRuntimeARoomIsClosed) {
    Socket host = open(dispatcher);
    Player a = enter();
    host.client.close(1000, "");
    pump(host);
    world.advance(seconds(4));
    pump(a.socket);
    EXPECT_EQ(a.socket.client.closed(), "1001 Dispatcher deleted");
}

TEST_F(DispatcherTest, AnIdlePlayerIsClosedAndARuntimeIsNot) {
    Socket host = open(dispatcher);
    Player a = enter();
    Player b = enter();
    for (int i = 0; i < 4; ++i) {
        world.advance(seconds(3));
        host.client.text(frame_to(b.client.id, "tick"));
        pump(host);
        pump(a.socket);
        pump(b.socket);
        pump(a.connector);
        pump(b.connector);
        runtime_says_nothing();
    }
    EXPECT_EQ(a.socket.client.closed(), "1002 Inactive connection");
    EXPECT_EQ(b.socket.client.closed() + host.client.closed(), "");
}

TEST_F(DispatcherTest, ASlowPlayerIsClosedAndDelaysNobody) {
    Socket host = open(dispatcher);
    Player slow = enter();
    Player quick = enter();
    slow.socket.wire->client_reads = false;
    const std::string large(60 * 1024, 'x');
    for (int i = 0; i < 20; ++i) {
        host.client.text(frame("TXT", large.c_str()));
        pump(host);
        pump(quick.socket);
    }
    EXPECT_EQ(quick.socket.client.texts().size(), 20U);
    slow.socket.wire->client_reads = true;
    pump(slow.socket);
    EXPECT_EQ(slow.socket.client.closed(), "1008 Too slow");
    EXPECT_LT(slow.socket.client.texts().size(), 20U);
}

TEST_F(DispatcherTest, ARuntimeThatReadsSlowlySlowsItsPlayersAndLosesNothing) {
    Socket host = open(dispatcher);
    Player a = enter();
    host.wire->client_reads = false;
    const std::string large(60 * 1024, 'x');
    constexpr std::size_t count = 40;
    for (std::size_t i = 0; i < count; ++i) a.socket.client.text(large);
    pump(a.socket);
    EXPECT_FALSE(a.socket.wire->to_server.empty()) << "not all of it was read";
    host.wire->client_reads = true;
    for (int i = 0; i < 8; ++i) {
        pump(host);
        pump(a.socket);
    }
    EXPECT_EQ(host.client.texts().size(), count);
}

// Found by the scenario "realtime", seed 253: who spoke to a runtime whose stream had broken spun.
TEST_F(DispatcherTest, WordsToARuntimeWhoseStreamBreaksWaitForTheNext) {
    Socket host = open(dispatcher);
    Player a = enter();
    host.wire->client_reads = false;
    const std::string large(60 * 1024, 'x');
    for (int i = 0; i < 40; ++i) a.socket.client.text(large);
    pump(a.socket);
    world.advance(seconds(31));  // the runtime's socket is cut off: it takes nothing
    for (int i = 0; i < 3; ++i) {
        pump(a.socket);
        world.advance(seconds(1));
    }
    EXPECT_TRUE(host.wire->closed);
    SUCCEED() << "and nobody spins";
}

TEST_F(DispatcherTest, SaysGoodbyeWhenTheNodeStops) {
    Socket host = open(dispatcher);
    Player a = enter();
    io::TaskGroup tasks(world.io.executor);
    tasks.spawn(node->stop());
    pump(host);
    pump(a.socket);
    EXPECT_EQ(host.client.closed() + "|" + a.socket.client.closed(),
              "1001 Node is stopping|1001 Node is stopping");
    world.advance(seconds(6));
    EXPECT_EQ(tasks.size(), 0U);
    node.reset();
}

}  // namespace
}  // namespace playback::omgservers
