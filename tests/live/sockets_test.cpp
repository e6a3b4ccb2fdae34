// The connector and the dispatcher of a real node, opened over real sockets, as players and
// runtimes of both generations open them. Spec: omgservers.md 1.9, 7.4, 7.5. tests/api plays the
// same in memory, with a clock that it moves.
#include "engine/api/omgservers/sockets.h"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/wire/base64.h"
#include "tests/api/omgservers/api_fixture.h"
#include "tests/live/live_node.h"
#include "tests/support/live_http.h"

namespace playback::omgservers {
namespace {

using ::playback::testing::LiveWebSocket;
// A connection_url with its sec_web_socket_protocol.
struct SocketPlace {
    std::string url;
    std::string protocol;
};
SocketPlace place_of(const Json& config) {
    return {config["connection_url"], config["sec_web_socket_protocol"]};
}
std::string target_of(const std::string& url) {
    return ::playback::testing::target_of_url(url);
}

constexpr auto patience = std::chrono::seconds(30);

class LiveSockets : public ApiTest {
protected:
    void SetUp() override {
        game = new_game();
        runtime = start_runtime(game);
        dispatcher = place_of(runtime.token_reply.json()["dispatcher_config"]);
    }

    struct Client {
        Person person;
        std::string id;
        SocketPlace connector;
        std::string url;  // of the connector, with the token in it
    };
    Client join() {
        Client client;
        client.person = new_player();
        const Json where = {{"tenant", "t"}, {"project", "p"}, {"stage", "s"}};
        const Json reply = call("player", "create-client", where, client.person.token).json();
        client.id = reply["client_id"];
        client.connector = place_of(reply["connector_config"]);
        client.url = reply["connection_url"];
        return client;
    }

    LiveWebSocket& open(std::string_view target, std::string_view protocol) {
        sockets.push_back(
            std::make_unique<LiveWebSocket>(LiveNode::of_this_suite().address(), target, protocol));
        return *sockets.back();
    }
    LiveWebSocket& open(const SocketPlace& place) {
        return open(target_of(place.url), place.protocol);
    }
    // Everybody reads, and the runtime polls, until this is true.
    bool until(const char* what, const std::function<bool()>& condition) {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end) {
                ADD_FAILURE() << "it never came to: " << what;
                return false;
            }
            for (const auto& socket : sockets) socket->pump(std::chrono::milliseconds(2));
            runtime_says(Json::array());
        }
        return true;
    }
    bool until_lines(LiveWebSocket& socket, const std::vector<std::string>& lines) {
        const bool came = until("the lines", [&] { return socket.client.lines == lines; });
        if (!came)
            for (const std::string& line : socket.client.lines) ADD_FAILURE() << line.substr(0, 99);
        return came;
    }
    bool until_closed(LiveWebSocket& socket, const std::string& how) {
        const bool came = until("closed", [&] { return !socket.client.closed().empty(); });
        EXPECT_EQ(socket.client.closed(), how);
        return came;
    }
    // Waits until the node has taken all that this one sent.
    void settle(LiveWebSocket& socket) {
        socket.client.ping("settled");
        const auto is_pong = [&] {
            return !socket.client.lines.empty() && socket.client.lines.back() == "pong:settled";
        };
        until("settled", is_pong);
        socket.client.lines.pop_back();
    }

    // One poll of the runtime; what is new goes to `commands`.
    void runtime_says(const Json& outgoing) {
        Json body = runtime_poll();
        body["outgoing_messages"] = outgoing;
        body["consumed_messages"] = std::exchange(consumed, Json::array());
        const Json reply = call("runtime", "interchange-messages", body, runtime.token).json();
        for (const Json& one : reply["incoming_messages"]) {
            consumed.push_back(one["id"]);
            commands.push_back(one);
        }
    }
    void runtime_says(const char* qualifier, const Json& body) {
        runtime_says(Json::array({{{"qualifier", qualifier}, {"body", body}}}));
    }
    std::vector<Json> received() const {
        std::vector<Json> messages;
        for (const Json& one : commands)
            if (one["qualifier"] == "MESSAGE_RECEIVED") messages.push_back(one["body"]["message"]);
        return messages;
    }
    static std::string produced(const char* text) {
        return Json({{"qualifier", "MESSAGE_PRODUCED"}, {"body", {{"message", text}}}}).dump();
    }
    static std::string qualifiers(const LiveWebSocket& socket) {
        std::string all;
        for (const std::string& text : socket.client.texts())
            all += Json::parse(text)["qualifier"].get<std::string>() + ' ';
        return all;
    }
    bool until_seated(LiveWebSocket& connector) {
        return until("seated",
                     [&] { return qualifiers(connector) == "CLIENT_GREETED RUNTIME_ASSIGNED "; });
    }

    // A player in the lobby's room: its invitation, and its socket there.
    struct Guest {
        Client client;
        SocketPlace room;
        LiveWebSocket* connector = nullptr;
        LiveWebSocket* socket = nullptr;
    };
    Guest invite() {
        Guest guest;
        guest.client = join();
        guest.connector = &open(guest.client.connector);
        until_seated(*guest.connector);
        runtime_says("UPGRADE_CONNECTION",
                     {{"client_id", guest.client.id}, {"protocol", "DISPATCHER"}});
        until("invited",
              [&] { return qualifiers(*guest.connector).ends_with("CONNECTION_UPGRADED "); });
        const Json body = Json::parse(guest.connector->client.texts().back())["body"];
        EXPECT_EQ(body["protocol"], "DISPATCHER");
        guest.room = place_of(body["dispatcher_config"]);
        return guest;
    }
    Guest enter() {
        Guest guest = invite();
        guest.socket = &open(guest.room);
        EXPECT_TRUE(guest.socket->client.opened()) << guest.socket->client.head;
        return guest;
    }
    static std::string frame(const char* encoding, const std::string& message) {
        return Json({{"encoding", encoding}, {"message", message}}).dump();
    }

    Game game;
    Runtime runtime;
    SocketPlace dispatcher;  // of the runtime
    std::vector<Json> commands;
    Json consumed = Json::array();
    std::vector<std::unique_ptr<LiveWebSocket>> sockets;
};

using LiveConnector = LiveSockets;
using LiveDispatcher = LiveSockets;

TEST_F(LiveConnector, OpensWithTheCarrierAndDelivers) {
    const Client client = join();
    LiveWebSocket& socket = open(client.connector);
    ASSERT_TRUE(socket.client.opened()) << socket.client.head;
    EXPECT_TRUE(socket.client.head.contains("Sec-WebSocket-Protocol: bearer-token-carrier\r\n"));
    ASSERT_TRUE(until_seated(socket));
    runtime_says("RESPOND_CLIENT", {{"client_id", client.id}, {"message", {{"hp", 3}}}});
    ASSERT_TRUE(until("answered", [&] { return socket.client.texts().size() == 3; }));
    const Json last = Json::parse(socket.client.texts().back());
    EXPECT_EQ(last["qualifier"], "MESSAGE_PRODUCED");
    EXPECT_EQ(last["body"], Json({{"message", {{"hp", 3}}}}));
    EXPECT_TRUE(last["id"].is_string());
}

TEST_F(LiveConnector, OpensWithTheTokenInTheUrl) {
    const Client client = join();
    LiveWebSocket& socket = open(target_of(client.url), "omgservers");
    ASSERT_TRUE(socket.client.opened()) << socket.client.head;
    EXPECT_TRUE(socket.client.head.contains("Sec-WebSocket-Protocol: omgservers\r\n"));
    EXPECT_TRUE(until_seated(socket));
}

TEST_F(LiveConnector, RefusesWhatIsNoTokenForIt) {
    const Client client = join();
    const std::string path(connector_path);
    const auto refused = [&](const std::string& target, const std::string& protocol) {
        return open(target, protocol).client.head.starts_with("HTTP/1.1 401 ");
    };
    EXPECT_TRUE(refused(path, ""));
    EXPECT_TRUE(refused(path + "?ws_token=a.b.c", ""));
    EXPECT_TRUE(refused(path + "?ws_token=" + client.person.token, ""));
    EXPECT_TRUE(refused(path, dispatcher.protocol));
    EXPECT_TRUE(refused(std::string(dispatcher_path), client.connector.protocol));
}

TEST_F(LiveConnector, AnotherTokenOpensIt) {
    const Client client = join();
    const Json body = {{"client_id", client.id}};
    const HttpReply reply = call("player", "create-connector-token", body, client.person.token);
    ASSERT_EQ(reply.outcome(), "200");
    EXPECT_TRUE(open(place_of(reply.json()["connector_config"])).client.opened());
    const Person other = new_player();
    EXPECT_EQ(call("player", "create-connector-token", body, other.token).outcome(),
              "403 UNAUTHORIZED_REQUEST");
}

TEST_F(LiveConnector, PassesOnWhatItCanReadInOrder) {
    const Client client = join();
    LiveWebSocket& socket = open(client.connector);
    ASSERT_TRUE(until_seated(socket));
    for (const char* wrong : {"", "no json", "[]", R"({"qualifier":"NO_SUCH","body":{}})"})
        socket.client.text(wrong);
    for (const char* one : {"a", "b", "c"}) socket.client.text(produced(one));
    ASSERT_TRUE(until("all three", [&] { return received().size() == 3; }));
    EXPECT_EQ(received(), (std::vector<Json>{"a", "b", "c"}));
    EXPECT_EQ(socket.client.closed(), "");
}

TEST_F(LiveConnector, ClosesOnABinaryFrame) {
    LiveWebSocket& socket = open(join().connector);
    socket.client.binary("x");
    until_closed(socket, "1002 Binary unsupported");
}

TEST_F(LiveConnector, ANewerSocketReplacesTheOlderAndGetsWhatWasNotAcknowledged) {
    const Client client = join();
    LiveWebSocket& old = open(client.connector);
    ASSERT_TRUE(until_seated(old));
    settle(old);
    old.client.answers_pings = false;
    runtime_says("RESPOND_CLIENT", {{"client_id", client.id}, {"message", "once"}});
    ASSERT_TRUE(until("it came", [&] { return old.client.texts().size() == 3; }));
    LiveWebSocket& next = open(client.connector);
    ASSERT_TRUE(until("it comes again", [&] { return !next.client.texts().empty(); }));
    EXPECT_EQ(next.client.texts().back(), old.client.texts().back()) << "the same, by id";
    until_closed(old, "1008 Replaced by a newer connection");
}

TEST_F(LiveConnector, IsPingedAndClosedWithItsClient) {
    const Client client = join();
    LiveWebSocket& socket = open(client.connector);
    ASSERT_TRUE(until_seated(socket));
    EXPECT_TRUE(until("a ping", [&] {
        for (const std::string& line : socket.client.lines)
            if (line.starts_with("ping:")) return true;
        return false;
    }));
    runtime_says("KICK_CLIENT", {{"client_id", client.id}});
    until_closed(socket, "1001 Client deleted");
}

TEST_F(LiveConnector, WhoAnswersNoPingIsCutOff) {
    LiveWebSocket& socket = open(join().connector);
    ASSERT_TRUE(until_seated(socket));
    socket.client.answers_pings = false;
    EXPECT_TRUE(until("cut off", [&] { return !socket.pump(); }));
}

TEST_F(LiveConnector, TheConnectorServiceMayCallForEveryClient) {
    const Client client = join();
    const std::string token = log_in("connector", "connector", "connector-pw");
    Json body = poll(client.id);
    body["outgoing_messages"] = Json::array({Json::parse(produced("by proxy"))});
    const HttpReply reply = call("connector", "interchange-messages", body, token);
    ASSERT_EQ(reply.outcome(), "200");
    EXPECT_EQ(reply.json()["incoming_messages"].size(), 2U);
    EXPECT_TRUE(until("it came", [&] { return received() == std::vector<Json>{"by proxy"}; }));
    EXPECT_EQ(call("connector", "interchange-messages", body, client.person.token).outcome(),
              "403 UNAUTHORIZED_REQUEST");
}

TEST_F(LiveConnector, TheRegistrysTokensComeByBothPaths) {
    const Person& developer = game.developer;
    const std::string basic = wire::base64_encode(developer.id + ":" + developer.password);
    for (const std::string method : {"token", "create-token"}) {
        const std::string ask = "GET " + path_of("docker", method) +
                                "?service=registry&scope=repository:t/p:pull,push HTTP/1.1\r\n"
                                "Host: game.test\r\nAuthorization: Basic ";
        const HttpReply reply = exchange(ask + basic + "\r\n\r\n");
        ASSERT_EQ(reply.outcome(), "200") << method;
        EXPECT_FALSE(reply.text("token").empty());
        EXPECT_EQ(reply.text("token"), reply.text("access_token"));
        EXPECT_EQ(exchange(ask + "eDp4\r\n\r\n").status, 401) << method;
    }
}

TEST_F(LiveDispatcher, RelaysTextAndBytesBothWays) {
    LiveWebSocket& host = open(dispatcher);
    ASSERT_TRUE(host.client.opened()) << host.client.head;
    const Guest a = enter();
    const Guest b = enter();
    host.client.lines.clear();
    const std::string large(64 * 1024, 'x');
    a.socket->client.text("hello \"you\"");
    a.socket->client.binary(std::string("\0\xff", 2));
    a.socket->client.text(large);
    ASSERT_TRUE(until("all three", [&] { return host.client.texts().size() == 3; }));
    const std::vector<std::string> texts = host.client.texts();
    const std::string& id = a.client.id;
    EXPECT_EQ(Json::parse(texts[0]),
              Json({{"client_id", id}, {"encoding", "TXT"}, {"message", "hello \"you\""}}));
    EXPECT_EQ(Json::parse(texts[1]),
              Json({{"client_id", id}, {"encoding", "B64"}, {"message", "AP8="}}));
    EXPECT_EQ(Json::parse(texts[2])["message"], large);

    a.socket->client.lines.clear();
    b.socket->client.lines.clear();
    const Json to_b = {
        {"encoding", "TXT"}, {"message", "only b"}, {"clients", {b.client.id, "12345"}}};
    const auto without_pings = [](const LiveWebSocket& socket) {
        std::vector<std::string> lines = socket.client.lines;
        std::erase_if(lines, [](const std::string& line) { return line.starts_with("ping:"); });
        return lines;
    };
    host.client.text(frame("TXT", "all"));
    host.client.text(frame("B64", "AP8="));
    host.client.text(to_b.dump());
    host.client.text(frame("TXT", large));
    const std::string bytes = std::string("binary:") + std::string("\0\xff", 2);
    const std::string end = "text:" + large;
    ASSERT_TRUE(until("a has all", [&] { return without_pings(*a.socket).size() == 3; }));
    ASSERT_TRUE(until("b has all", [&] { return without_pings(*b.socket).size() == 4; }));
    EXPECT_EQ(without_pings(*a.socket), (std::vector<std::string>{"text:all", bytes, end}));
    EXPECT_EQ(without_pings(*b.socket),
              (std::vector<std::string>{"text:all", bytes, "text:only b", end}));
}

TEST_F(LiveDispatcher, TakesTheTokenOfTheFirstGenerationInTheUrl) {
    const std::string url = runtime.token_reply.json()["dispatcher_url"];
    const LiveWebSocket& host = open(target_of(url), "omgservers");
    EXPECT_TRUE(host.client.head.contains("Sec-WebSocket-Protocol: omgservers\r\n"));
}

TEST_F(LiveDispatcher, DropsWhatTheRuntimeSaysWrongly) {
    LiveWebSocket& host = open(dispatcher);
    const Guest a = enter();
    for (const char* wrong : {"no json",
                              R"({"encoding":"XML","message":"a"})",
                              R"({"message":" "})",
                              R"({"encoding":"B64","message":"*"})"})
        host.client.text(wrong);
    host.client.binary("bytes");
    host.client.text(frame("TXT", "fine"));
    ASSERT_TRUE(until("fine", [&] { return !a.socket->client.texts().empty(); }));
    EXPECT_EQ(a.socket->client.texts(), std::vector<std::string>{"fine"});
    EXPECT_EQ(host.client.closed(), "");
}

TEST_F(LiveDispatcher, ClosesWhoHasNoRoomAndWhoIsInItAlready) {
    until_closed(open(invite().room), "1002 Failed to open");
    LiveWebSocket& host = open(dispatcher);
    const Guest a = enter();
    settle(*a.socket);
    until_closed(open(a.room), "1002 Failed to open");
    until_closed(open(dispatcher), "1002 Failed to open");
    EXPECT_EQ(host.client.closed() + a.socket->client.closed(), "");
}

// More than the kernel keeps for who does not read.
TEST_F(LiveDispatcher, ASlowPlayerDelaysNobody) {
    LiveWebSocket& host = open(dispatcher);
    const Guest slow = enter();
    const Guest quick = enter();
    std::unique_ptr<LiveWebSocket> unread;
    for (auto& socket : sockets)
        if (socket.get() == slow.socket) unread = std::exchange(socket, std::move(sockets.back()));
    sockets.pop_back();
    const std::string large(60 * 1024, 'x');
    constexpr std::size_t rounds = 200;
    for (std::size_t i = 0; i < rounds; ++i) {
        host.client.text(frame("TXT", large));
        host.pump();
        quick.socket->pump();
    }
    EXPECT_TRUE(until("all", [&] { return quick.socket->client.texts().size() == rounds; }));
}

TEST_F(LiveDispatcher, WithoutItsRuntimeARoomIsClosed) {
    LiveWebSocket& host = open(dispatcher);
    const Guest a = enter();
    host.client.close(1000, "");
    until_closed(*a.socket, "1001 Dispatcher deleted");
}

TEST_F(LiveDispatcher, AnIdlePlayerIsClosedAndARuntimeIsNot) {
    LiveWebSocket& host = open(dispatcher);
    const Guest a = enter();
    until_closed(*a.socket, "1002 Inactive connection");
    EXPECT_EQ(host.client.closed(), "");
}

// The SDKs close it themselves.
TEST_F(LiveDispatcher, MovingAPlayerDoesNotCloseItsSocket) {
    LiveWebSocket& host = open(dispatcher);
    const Guest a = enter();
    runtime_says("REQUEST_MATCHMAKING", {{"client_id", a.client.id}, {"mode", "arcade"}});
    const Json deployment = {{"deployment_id", game.deployment}};
    Json matches;
    ASSERT_TRUE(until("a match", [&] {
        matches =
            call("developer", "get-deployment-details", deployment, game.developer.token).json();
        return !matches["match_resources"].empty();
    }));
    const std::string match = matches["match_resources"][0]["runtime_id"];
    log_in_runtime(match, LiveNode::of_this_suite().password_of(match));
    ASSERT_TRUE(until("moved", [&] {
        return qualifiers(*a.connector)
            .ends_with(
                "RUNTIME_ASSIGNED CONNECTION_UPGRADED "
                "RUNTIME_ASSIGNED ");
    }));
    host.client.text(frame("TXT", "still here?"));
    ASSERT_TRUE(until("heard", [&] { return !a.socket->client.texts().empty(); }));
    EXPECT_EQ(a.socket->client.texts().front(), "still here?");
    EXPECT_EQ(a.socket->client.closed(), "");
}

}  // namespace
}  // namespace playback::omgservers
