#include "engine/services/web_socket.h"

#include <memory>

#include <gtest/gtest.h>

#include "tests/services/fake_world.h"
#include "tests/support/socket_client.h"

namespace playback::services {
namespace {

using tests::FakeWorld;
using tests::Wire;
using wire::Opcode;

// A socket of the server whose reader keeps what it hears; pings are answered at once.
class WebSocketTest : public testing::Test {
public:
    ~WebSocketTest() override { world.loop.stop(); }

    void open(WebSocketOptions options = {}, std::string_view received = "") {
        client.head = "HTTP/1.1 101 \r\n\r\n";
        listener = *world.network.listen({"0.0.0.0", 80, ""});
        auto start =
            [](WebSocketTest* test, WebSocketOptions with, std::string bytes) -> io::Task<void> {
            Result<std::unique_ptr<io::Stream>> stream = co_await test->listener->accept();
            auto shared = std::make_shared<const WebSocketOptions>(with);
            test->socket = std::make_shared<WebSocket>(
                test->world.io, *std::move(stream), bytes, std::move(shared), test->metrics);
            test->socket->start();
            co_await test->read();
        };
        tasks.spawn(start(this, options, std::string(received)));
        wire = world.network.call("0.0.0.0:80", "10.0.0.9");
        world.run();
    }
    io::Task<void> read() {
        while (!pauses) {
            const SocketEvent event = co_await socket->read();
            if (event.kind == SocketEvent::Kind::closed) break;
            if (event.kind == SocketEvent::Kind::ping) socket->send(Opcode::pong, event.payload);
            if (event.kind == SocketEvent::Kind::text) heard.emplace_back(event.payload);
        }
        if (pauses) co_return;
        if (socket->handing_over()) {
            co_await socket->rest();
            has_rested = true;
            co_return;
        }
        co_await socket->finish();
        is_over = true;
    }
    // The socket goes on as another one, as in another process.
    void pass_on() {
        SocketState state;
        Parcel parcel = socket->pack(state);
        auto start = [](WebSocketTest* test, Parcel from, SocketState with) -> io::Task<void> {
            auto stream = test->world.network.adopt(std::move(from.handle));
            auto options = std::make_shared<const WebSocketOptions>();
            test->socket = std::make_shared<WebSocket>(test->world.io,
                                                       *std::move(stream),
                                                       from.received,
                                                       std::move(options),
                                                       test->metrics);
            test->socket->resume(with, std::move(from.unsent));
            test->socket->start();
            co_await test->read();
        };
        tasks.spawn(start(this, std::move(parcel), state));
        world.run();
    }
    void pump() {
        for (int round = 0; round < 4; ++round) {
            wire->to_server += client.take_output();
            wire->wake();
            world.run();
            std::string bytes;
            bytes.swap(wire->from_server);
            client.feed(bytes);
        }
    }

    FakeWorld world;
    SocketMetrics metrics{world.io.metrics, "test"};
    std::unique_ptr<io::Listener> listener;
    std::shared_ptr<Wire> wire;
    std::shared_ptr<WebSocket> socket;
    tests::SocketClient client;
    std::vector<std::string> heard;
    bool pauses = false;
    bool is_over = false;
    bool has_rested = false;
    io::TaskGroup tasks{world.io.executor};
};

TEST_F(WebSocketTest, ReadsWhatCameWithTheRequest) {
    tests::SocketClient early;
    early.text("first");
    open({}, early.take_output());
    EXPECT_EQ(heard, std::vector<std::string>{"first"});
}

TEST_F(WebSocketTest, WritesEverythingQueuedAtOnce) {
    open();
    const std::size_t before = wire->writes;
    socket->send(Opcode::text, "a");
    socket->send(Opcode::binary, "b");
    socket->ping("p");
    pump();
    EXPECT_EQ(client.lines, (std::vector<std::string>{"text:a", "binary:b", "ping:p"}));
    EXPECT_EQ(wire->writes - before, 1U);
}

TEST_F(WebSocketTest, RefusesWhatDoesNotFitIntoItsQueue) {
    WebSocketOptions options;
    options.queue_bytes_max = 1000;
    open(options);
    wire->client_reads = false;
    EXPECT_TRUE(socket->send(Opcode::text, std::string(600, 'x')));
    world.run();
    EXPECT_FALSE(socket->send(Opcode::text, std::string(600, 'x')));
    bool has_room = false;
    auto wait = [](WebSocketTest* test, bool* into) -> io::Task<void> {
        co_await test->socket->wait_for_room();
        *into = true;
    };
    tasks.spawn(wait(this, &has_room));
    world.run();
    EXPECT_FALSE(has_room);
    wire->client_reads = true;
    pump();
    EXPECT_TRUE(has_room);
    EXPECT_TRUE(socket->send(Opcode::text, std::string(600, 'x')));
}

TEST_F(WebSocketTest, AnswersACloseWithTheSameCode) {
    open();
    client.close(4321, "bye");
    pump();
    EXPECT_EQ(client.closed(), "4321 ");
    EXPECT_EQ(socket->peer_code(), 4321);
    EXPECT_TRUE(is_over);
    EXPECT_TRUE(wire->closed);
}

TEST_F(WebSocketTest, ClosesOnWhatBreaksTheProtocol) {
    open();
    wire->to_server += std::string(
        "\x81\x01"
        "a",
        3);  // not masked
    pump();
    EXPECT_TRUE(client.closed().starts_with("1002 ")) << client.closed();
    world.advance(seconds(3));
    EXPECT_TRUE(is_over);
}

TEST_F(WebSocketTest, OurCloseWaitsForTheirsAndNoLonger) {
    open();
    socket->close(4000, "enough");
    socket->close(4001, "again");
    EXPECT_FALSE(socket->send(Opcode::text, "too late"));
    client.text("crossing");
    pump();
    EXPECT_EQ(client.closed(), "4000 enough");
    EXPECT_TRUE(heard.empty()) << "what comes behind our close counts for nothing";
    EXPECT_FALSE(is_over);
    world.advance(seconds(3));
    EXPECT_TRUE(is_over);
}

TEST_F(WebSocketTest, CutsOffWhoSaysNothing) {
    WebSocketOptions options;
    options.ping_interval = seconds(4);
    open(options);
    client.answers_pings = false;
    for (int i = 0; i < 9; ++i) {
        world.advance(seconds(1));
        pump();
        EXPECT_FALSE(is_over) << i;
    }
    EXPECT_EQ(client.lines, (std::vector<std::string>{"ping:", "ping:"}));
    world.advance(seconds(2));
    EXPECT_TRUE(is_over);
}

TEST_F(WebSocketTest, KeepsWhoAnswersPings) {
    WebSocketOptions options;
    options.ping_interval = seconds(4);
    open(options);
    for (int i = 0; i < 60; ++i) {
        world.advance(seconds(1));
        pump();
    }
    EXPECT_FALSE(is_over);
    EXPECT_EQ(client.lines.size(), 15U);
}

TEST_F(WebSocketTest, ReadsWellWhateverComesInWhatPieces) {
    open();
    std::vector<std::string> said;
    for (const std::size_t size : {1U, 300U, 5'000U, 2U, 60'000U, 3U, 3U, 3U, 40'000U, 1U}) {
        for (int i = 0; i < 3; ++i) {
            said.emplace_back(size, static_cast<char>('a' + i));
            client.text(said.back());
        }
        pump();
    }
    EXPECT_EQ(heard, said);
}

TEST_F(WebSocketTest, CutsOffWhoTakesNothing) {
    WebSocketOptions options;
    options.write_timeout = seconds(5);
    options.ping_interval = {};
    open(options);
    wire->client_reads = false;
    socket->send(Opcode::text, "a");
    world.run();
    world.advance(seconds(6));
    EXPECT_TRUE(is_over);
}

TEST_F(WebSocketTest, CutsOffWhoAsksAndTakesNoAnswer) {
    WebSocketOptions options;
    options.queue_bytes_max = 10'000;
    open(options);
    wire->client_reads = false;
    for (int i = 0; i < 300; ++i) client.ping(std::string(100, 'p'));
    pump();
    EXPECT_TRUE(is_over);
}

TEST_F(WebSocketTest, ClosesWhoIsIdle) {
    WebSocketOptions options;
    options.ping_interval = seconds(4);
    options.idle_timeout = seconds(10);
    open(options);
    for (int i = 0; i < 9; ++i) {
        world.advance(seconds(1));
        pump();
    }
    client.text("still here");
    pump();
    for (int i = 0; i < 9; ++i) {
        world.advance(seconds(1));
        pump();
    }
    EXPECT_EQ(client.closed(), "");
    world.advance(seconds(1));
    pump();
    EXPECT_EQ(client.closed(), "1002 Inactive connection");
}

TEST_F(WebSocketTest, TellsWhoAnswers) {
    open();
    std::string answers;
    auto ask = [](WebSocketTest* test, std::string* into) -> io::Task<void> {
        const Instant deadline = test->world.io.clock.now() + seconds(1);
        const bool lively = co_await test->socket->answers(deadline);
        *into += lively ? "yes" : "no";
    };
    tasks.spawn(ask(this, &answers));
    world.run();
    pump();
    EXPECT_EQ(answers, "yes");
    client.answers_pings = false;
    tasks.spawn(ask(this, &answers));
    world.run();
    pump();
    world.advance(seconds(2));
    EXPECT_EQ(answers, "yesno");
}

TEST_F(WebSocketTest, GoesOnElsewhereInTheMiddleOfAMessage) {
    open();
    // "ab" in two fragments, the second one cut; a ping between them is answered here.
    std::string frames;
    wire::append_masked_frame(frames, Opcode::text, "a", 1);
    frames[0] = static_cast<char>(frames[0] & 0x7f);  // not the last fragment
    wire::append_masked_frame(frames, Opcode::ping, "p", 2);
    std::string last;
    wire::append_masked_frame(last, Opcode::text, "b", 3);
    last[0] = static_cast<char>(0x80);  // the last one of a message that goes on
    frames += last.substr(0, 3);
    wire->to_server += frames;
    pump();
    wire->client_reads = false;
    socket->send(Opcode::text, "owed");
    world.run();
    socket->hand_over();
    world.run();
    ASSERT_TRUE(has_rested);
    EXPECT_TRUE(socket->send(Opcode::text, "late")) << "what comes meanwhile goes along";
    pass_on();
    wire->client_reads = true;
    wire->to_server += last.substr(3);
    pump();
    EXPECT_EQ(heard, std::vector<std::string>{"ab"});
    EXPECT_EQ(client.texts(), (std::vector<std::string>{"owed", "late"}));
    EXPECT_FALSE(is_over);
    EXPECT_FALSE(wire->closed);
}

TEST_F(WebSocketTest, AnUnreadFragmentIsNotUnmaskedTwice) {
    open();
    std::string first;
    wire::append_masked_frame(first, Opcode::text, "one ", 0x01020304);
    first[0] = static_cast<char>(first[0] & 0x7f);
    wire->to_server += first;
    pump();
    socket->hand_over();
    world.run();
    ASSERT_TRUE(has_rested);
    pass_on();
    std::string last;
    wire::append_masked_frame(last, Opcode::text, "two", 0x05060708);
    last[0] = static_cast<char>(0x80);
    wire->to_server += last;
    pump();
    EXPECT_EQ(heard, std::vector<std::string>{"one two"});
}

TEST_F(WebSocketTest, OneThatClosesIsNotPassedOn) {
    open();
    socket->close(4000, "enough");
    socket->hand_over();
    EXPECT_FALSE(socket->handing_over());
    world.run();
    world.advance(milliseconds(500));
    EXPECT_TRUE(is_over) << "it does not wait long for the other's goodbye";
}

TEST_F(WebSocketTest, ACloseAfterTheHandoverIsPassedOn) {
    open();
    socket->hand_over();
    world.run();
    socket->close(4000, "enough");
    pass_on();
    pump();
    EXPECT_EQ(client.closed(), "4000 enough");
    world.advance(seconds(3));
    EXPECT_TRUE(is_over);
}

}  // namespace
}  // namespace playback::services
