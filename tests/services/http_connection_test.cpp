#include "engine/services/http_connection.h"

#include <gtest/gtest.h>

#include "tests/services/http_fixture.h"

namespace playback::services {
namespace {

class HttpConnectionTest : public HttpServerTest {};

TEST_F(HttpConnectionTest, PipelinedRequestsLeaveInOneWrite) {
    auto wire = connect();
    std::string all;
    for (int i = 0; i < 16; ++i) all += get("/n" + std::to_string(i));
    send(wire, all);
    EXPECT_EQ(count(wire->from_server, "HTTP/1.1 200"), 16U);
    EXPECT_EQ(wire->writes, 1U);
    EXPECT_LT(wire->from_server.find("/n3|"), wire->from_server.find("/n4|"));
}

TEST_F(HttpConnectionTest, AnyWayOfCuttingTheBytesGivesTheSameAnswers) {
    const std::string all = post("/a", "one") + get("/b") +
                            "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" +
                            post("/d", std::string(9000, 'y')) + get("/e");
    const std::string whole = exchange(all);
    EXPECT_EQ(count(whole, "HTTP/1.1 200"), 5U);
    for (const std::size_t piece : {1UL, 2UL, 7UL, 100UL, 4096UL}) {
        auto wire = connect();
        wire->read_max = piece;
        send(wire, all);
        EXPECT_EQ(wire->from_server, whole) << piece;
        wire->client_done = true;
        send(wire, "");
    }
}

TEST_F(HttpConnectionTest, OrderHoldsWhenOneAnswerIsAwaited) {
    auto wire = connect();
    send(wire, get("/first") + get("/later") + get("/last"));
    EXPECT_EQ(wire->from_server, "") << "one write per wake-up";
    handler.release();
    world.run();
    EXPECT_EQ(count(wire->from_server, "HTTP/1.1 200"), 3U);
    EXPECT_LT(wire->from_server.find("/first"), wire->from_server.find("late"));
    EXPECT_LT(wire->from_server.find("late"), wire->from_server.find("/last"));
    EXPECT_EQ(wire->writes, 1U);
}

TEST_F(HttpConnectionTest, EarlierAnswersDoNotWaitForALongPoll) {
    auto wire = connect();
    send(wire, get("/first") + get("/later", "Prefer: wait=30\r\n"));
    EXPECT_EQ(count(wire->from_server, "HTTP/1.1 200"), 1U);
    handler.release();
    world.run();
    EXPECT_EQ(count(wire->from_server, "HTTP/1.1 200"), 2U);
}

TEST_F(HttpConnectionTest, ClosesWhenAsked) {
    auto wire = connect();
    send(wire, get("/now", "Connection: close\r\n"));
    EXPECT_EQ(count(wire->from_server, "Connection: close"), 1U);
    EXPECT_TRUE(wire->closed);

    auto old = connect();
    send(old, "GET /now HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(old->closed);
    EXPECT_EQ(server.connections(), 0U);
}

TEST_F(HttpConnectionTest, HeadHasNoBody) {
    const std::string answer = exchange("HEAD /now HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(answer.ends_with("Content-Length: 14\r\n\r\n")) << answer;
}

TEST_F(HttpConnectionTest, ContinuesOnRequest) {
    auto wire = connect();
    send(wire,
         "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(wire->from_server, "HTTP/1.1 100 Continue\r\n\r\n");
    send(wire, "ok");
    EXPECT_TRUE(wire->from_server.ends_with("/now|ok|10.0.0.9"));
}

TEST_F(HttpConnectionTest, RefusesWhatIsTooLargeOrMalformed) {
    EXPECT_TRUE(exchange("GARBAGE\r\n\r\n").contains("refused 400"));
    EXPECT_TRUE(exchange("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'a'))
                    .contains("refused 431"));
    EXPECT_TRUE(exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n")
                    .contains("refused 413"));
    EXPECT_EQ(handler.handled, 0);
}

TEST_F(HttpConnectionTest, RefusalsAreReadBeforeTheConnectionGoes) {
    auto wire = connect();
    send(wire, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\nmore");
    EXPECT_TRUE(wire->server_done);
    EXPECT_FALSE(wire->closed) << "reads on, so that no reset overtakes the answer";
    send(wire, std::string(2'000'000, 'x'));
    EXPECT_TRUE(wire->closed);

    auto silent = connect();
    send(silent, "x x x\r\n\r\n");
    EXPECT_FALSE(silent->closed);
    world.advance(seconds(3));
    EXPECT_TRUE(silent->closed);
}

TEST_F(HttpConnectionTest, SlowRequestsAreCutOff) {
    auto wire = connect();
    send(wire, "POST /now HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 29; ++i) {
        world.advance(seconds(1));
        send(wire, "X" + std::to_string(i) + ": 1\r\n");
    }
    EXPECT_EQ(wire->from_server, "");
    world.advance(seconds(2));
    EXPECT_TRUE(wire->from_server.contains("refused 408"));
    world.advance(seconds(3));
    EXPECT_TRUE(wire->closed);
}

TEST_F(HttpConnectionTest, RestingConnectionsEnd) {
    auto wire = connect();
    send(wire, get("/now"));
    world.advance(seconds(119));
    EXPECT_FALSE(wire->closed);
    send(wire, get("/now"));
    world.advance(seconds(119));
    EXPECT_FALSE(wire->closed);
    world.advance(seconds(2));
    EXPECT_TRUE(wire->closed);
    EXPECT_FALSE(wire->from_server.contains("refused"));
}

TEST_F(HttpConnectionTest, ClientsThatDoNotReadAreCutOff) {
    auto wire = connect();
    wire->client_reads = false;
    send(wire, get("/big"));
    world.advance(seconds(29));
    EXPECT_FALSE(wire->closed);
    world.advance(seconds(2));
    EXPECT_TRUE(wire->closed);
}

TEST_F(HttpConnectionTest, BuffersGrowAndShrinkWithinTheirBudget) {
    auto wire = connect();
    send(wire, post("/now", std::string(1024 * 1024, 'z')));
    EXPECT_TRUE(wire->from_server.contains("200 OK"));
    send(wire, get("/now"));
    EXPECT_EQ(count(wire->from_server, "HTTP/1.1 200"), 2U);
}

TEST_F(HttpConnectionTest, WhoPipelinesALotIsReadInLargerPieces) {
    auto wire = connect();
    std::string all;
    for (int i = 0; i < 200; ++i) all += post("/n" + std::to_string(i), std::string(1000, 'x'));
    send(wire, all);
    EXPECT_EQ(count(wire->from_server, "HTTP/1.1 200"), 200U);
    EXPECT_LT(wire->writes, 20U);
    EXPECT_LT(wire->from_server.find("/n98|"), wire->from_server.find("/n99|"));
}

class TightBudget : public HttpServerTest {
protected:
    static HttpServerOptions tight() {
        HttpServerOptions options;
        options.buffer_bytes_max = 20'000;
        return options;
    }
    TightBudget() : HttpServerTest(tight()) {}
};

TEST_F(TightBudget, RefusesRequestsBeyondTheBudgetOfAll) {
    auto first = connect();
    send(first,
         "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" +
             std::string(12'000, 'x'));
    auto second = connect();
    send(second, post("/now", std::string(9'000, 'y')));
    EXPECT_TRUE(second->from_server.contains("refused 503")) << second->from_server;
    second->client_done = true;
    send(second, "");
    EXPECT_FALSE(first->closed);
    first->client_done = true;
    send(first, "");
    auto third = connect();
    send(third, post("/now", std::string(9'000, 'y')));
    EXPECT_TRUE(third->from_server.contains("200 OK"));
}

}  // namespace
}  // namespace playback::services
