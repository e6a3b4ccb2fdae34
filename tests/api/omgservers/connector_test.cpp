#include "engine/api/omgservers/connector.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/socket_fixture.h"

namespace playback::omgservers {
namespace {

using ConnectorTest = SocketTest;

class ConnectorBeforeRuntimeTest : public SocketTest {
protected:
    ConnectorBeforeRuntimeTest() : SocketTest(false) {}
};

std::string produced(const char* message) {
    return Json({{"id", 7}, {"qualifier", "MESSAGE_PRODUCED"}, {"body", {{"message", message}}}})
        .dump();
}

// What the runtime has received from clients, in order.
std::string received(const Json& mail) {
    std::string result;
    for (const Json& one : mail)
        if (one["qualifier"] == "MESSAGE_RECEIVED")
            result += (result.empty() ? "" : " ") + one["body"]["message"].get<std::string>();
    return result;
}

TEST_F(ConnectorTest, OpensWithTheCarrierAndDeliversAtOnce) {
    const Client client = join();
    Socket socket = open(client.connector);
    ASSERT_TRUE(socket.client.opened()) << socket.client.head;
    EXPECT_TRUE(socket.client.head.contains("Sec-WebSocket-Protocol: bearer-token-carrier\r\n"));
    EXPECT_TRUE(
        socket.client.head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    EXPECT_EQ(qualifiers(socket), "CLIENT_GREETED RUNTIME_ASSIGNED");
    runtime_says(entry("RESPOND_CLIENT", {{"client_id", client.id}, {"message", {{"hp", 3}}}}));
    pump(socket);
    const Json last = Json::parse(socket.client.texts().back());
    EXPECT_EQ(last["qualifier"], "MESSAGE_PRODUCED");
    EXPECT_EQ(last["body"], Json({{"message", {{"hp", 3}}}}));
    EXPECT_TRUE(last["id"].is_string());
}

TEST_F(ConnectorTest, OpensWithTheTokenInTheUrl) {
    const Client client = join();
    Socket socket = open(target_of(client.url), "omgservers");
    ASSERT_TRUE(socket.client.opened()) << socket.client.head;
    EXPECT_TRUE(socket.client.head.contains("Sec-WebSocket-Protocol: omgservers\r\n"));
    EXPECT_EQ(qualifiers(socket), "CLIENT_GREETED RUNTIME_ASSIGNED");
}

TEST_F(ConnectorTest, RefusesWhatIsNoTokenForIt) {
    const Client client = join();
    const std::string path(connector_path);
    EXPECT_TRUE(open(path, "").client.head.starts_with("HTTP/1.1 401 "));
    EXPECT_TRUE(open(path + "?ws_token=a.b.c", "").client.head.starts_with("HTTP/1.1 401 "));
    // Of another audience: a player's own, a runtime's for the dispatcher.
    EXPECT_TRUE(open(path + "?ws_token=" + client.person.token, "")
                    .client.head.starts_with("HTTP/1.1 401 "));
    const std::string protocol = dispatcher.protocol;
    EXPECT_TRUE(open(path, protocol).client.head.starts_with("HTTP/1.1 401 "));
    // After a minute and the leeway for clocks.
    world.advance(seconds(121));
    EXPECT_TRUE(open(client.connector).client.head.starts_with("HTTP/1.1 401 "));
}

TEST_F(ConnectorTest, GivesAnotherTokenToItsPlayerAlone) {
    const Client client = join();
    const Json body = {{"client_id", client.id}};
    world.advance(seconds(25));
    const HttpReply reply = call("player", "create-connector-token", body, client.person.token);
    ASSERT_EQ(reply.outcome(), "200");
    EXPECT_TRUE(open(place_of(reply.json()["connector_config"])).client.opened());
    EXPECT_EQ(call("player", "create-connector-token", body, new_player().token).outcome(),
              "403 UNAUTHORIZED_REQUEST");
    EXPECT_EQ(
        call("player", "create-connector-token", {{"client_id", "99"}}, client.person.token).status,
        404);
}

TEST_F(ConnectorTest, PassesMessagesOnInOrderAndAcknowledgesThemByPong) {
    const Client client = join();
    Socket socket = open(client.connector);
    socket.client.text(produced("a"));
    socket.client.text(produced("b"));
    socket.client.ping("after b");
    pump(socket);
    EXPECT_EQ(socket.client.lines.back(), "pong:after b");
    EXPECT_EQ(received(runtime_says_nothing()), "a b");
}

TEST_F(ConnectorTest, DropsWhatItCannotReadAndGoesOn) {
    const Client client = join();
    Socket socket = open(client.connector);
    for (const char* wrong : {"",
                              "no json",
                              "[]",
                              R"({"qualifier":"NO_SUCH","body":{}})",
                              R"({"qualifier":"CLIENT_GREETED","body":{}})",
                              R"({"qualifier":"MESSAGE_PRODUCED"})"})
        socket.client.text(wrong);
    socket.client.text(produced("fine"));
    pump(socket);
    EXPECT_EQ(received(runtime_says_nothing()), "fine");
    EXPECT_EQ(socket.client.closed(), "");
}

TEST_F(ConnectorTest, ClosesOnABinaryFrame) {
    const Client client = join();
    Socket socket = open(client.connector);
    socket.client.binary("x");
    pump(socket);
    EXPECT_EQ(socket.client.closed(), "1002 Binary unsupported");
}

TEST_F(ConnectorTest, KeepsWhatWasNotAcknowledgedForTheNextSocket) {
    const Client client = join();
    Socket lost = open(client.connector);
    lost.client.answers_pings = false;
    runtime_says(entry("RESPOND_CLIENT", {{"client_id", client.id}, {"message", "once"}}));
    pump(lost);
    const std::vector<std::string> texts = lost.client.texts();
    EXPECT_EQ(Json::parse(texts.back())["body"]["message"], "once");
    // The old socket was never closed: it is half-open, and the client is back.
    Socket next = open(client.connector);
    EXPECT_EQ(next.client.texts(), std::vector<std::string>{texts.back()})
        << "the same message, by id";
    pump(lost);
    EXPECT_EQ(lost.client.closed(), "1008 Replaced by a newer connection");
    Socket third = open(client.connector);
    EXPECT_TRUE(third.client.texts().empty()) << "it was acknowledged by then";
}

TEST_F(ConnectorBeforeRuntimeTest, HoldsWhatIsSaidForTheFirstRuntime) {
    const Client client = join();
    Socket socket = open(client.connector);
    EXPECT_EQ(qualifiers(socket), "CLIENT_GREETED");
    socket.client.text(produced("early"));
    socket.client.ping("1");
    pump(socket);
    EXPECT_EQ(socket.client.lines.back(), "pong:1");
    start();
    pump(socket);
    EXPECT_EQ(qualifiers(socket), "CLIENT_GREETED RUNTIME_ASSIGNED");
    EXPECT_EQ(received(runtime_says_nothing()), "early");
}

TEST_F(ConnectorTest, ASocketIsActivity) {
    const Client client = join();
    Socket socket = open(client.connector);
    for (int i = 0; i < 20; ++i) {
        world.advance(seconds(4));
        pump(socket);
        runtime_says_nothing();
    }
    EXPECT_EQ(socket.client.closed(), "");
    EXPECT_EQ(call("player", "interchange-messages", poll(client.id), client.person.token).status,
              200);
}

TEST_F(ConnectorTest, ADeadSocketIsCutOffAndItsClientEnds) {
    const Client client = join();
    Socket socket = open(client.connector);
    socket.client.answers_pings = false;
    std::string removed;
    for (int i = 0; i < 20 && removed.empty(); ++i) {
        world.advance(seconds(4));
        for (const Json& one : runtime_says_nothing())
            if (one["qualifier"] == "CLIENT_REMOVED") removed = one["body"]["client_id"];
    }
    EXPECT_TRUE(socket.wire->closed);
    EXPECT_EQ(removed, client.id);
}

TEST_F(ConnectorTest, AClosedSocketIsNoActivityAnyMore) {
    const Client client = join();
    Socket socket = open(client.connector);
    socket.client.close(1000, "");
    pump(socket);
    std::string removed;
    for (int second = 0; second < 31 && removed.empty(); ++second) {
        world.advance(seconds(1));
        for (const Json& one : runtime_says_nothing())
            if (one["qualifier"] == "CLIENT_REMOVED") removed = one["body"]["client_id"];
    }
    EXPECT_EQ(removed, client.id);
}

TEST_F(ConnectorTest, ClosesWhenItsClientEndsAndWasToldAll) {
    const Client client = join();
    Socket socket = open(client.connector);
    runtime_says(entry("KICK_CLIENT", {{"client_id", client.id}}));
    pump(socket);
    EXPECT_EQ(socket.client.closed(), "1001 Client deleted");
}

TEST_F(ConnectorTest, SaysGoodbyeWhenTheNodeStops) {
    const Client client = join();
    Socket socket = open(client.connector);
    io::TaskGroup tasks(world.io.executor);
    tasks.spawn(node->stop());
    pump(socket);
    EXPECT_EQ(socket.client.closed(), "1001 Node is stopping");
    socket.client.close(1001, "");
    pump(socket);
    EXPECT_EQ(tasks.size(), 0U) << "nobody is waited for";
    node.reset();
}

TEST_F(ConnectorTest, TheConnectorServiceMayCallForEveryClient) {
    const Client client = join();
    const std::string token = log_in("connector", "connector", "connector-pw");
    ASSERT_FALSE(token.empty());
    Json body = poll(client.id);
    body["outgoing_messages"] = Json::array({Json::parse(produced("by proxy"))});
    const HttpReply reply = call("connector", "interchange-messages", body, token);
    ASSERT_EQ(reply.outcome(), "200");
    EXPECT_EQ(reply.json()["incoming_messages"].size(), 2U);
    EXPECT_EQ(received(runtime_says_nothing()), "by proxy");
    EXPECT_EQ(call("connector", "interchange-messages", body, client.person.token).outcome(),
              "403 UNAUTHORIZED_REQUEST");
}

}  // namespace
}  // namespace playback::omgservers
