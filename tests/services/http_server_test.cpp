#include "engine/services/http_server.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "tests/services/fake_world.h"

namespace playback::services {
namespace {

using tests::FakeWorld;
using tests::Wire;

// Answers /now at once, /later when told to, and echoes bodies.
class Echo final : public HttpHandler {
public:
    io::Task<void> handle(const wire::Request& request,
                          std::string_view peer,
                          Answer& answer) override {
        ++handled;
        if (request.path == "/later") return later(answer);
        answer.route = 1;
        answer.body.append(request.path).append("|").append(request.body).append("|").append(peer);
        if (request.path == "/big") answer.body.assign(100'000, 'x');
        return {};
    }
    void refuse(const wire::HttpError& error, Answer& answer) override {
        answer.body = "refused " + std::to_string(error.status);
    }
    [[nodiscard]] std::span<const std::string_view> routes() const override { return names; }

    io::Task<void> later(Answer& answer) {
        auto start = [this](io::Resumer<bool> resumer) { waiting.push_back(std::move(resumer)); };
        co_await io::suspend<bool>(start);
        answer.body = "late";
    }
    void release() {
        for (io::Resumer<bool>& one : waiting) one.resume(true);
        waiting.clear();
    }

    static constexpr std::array<std::string_view, 2> names = {"unknown", "echo"};
    std::vector<io::Resumer<bool>> waiting;
    int handled = 0;
};

class HttpServerTest : public testing::Test {
protected:
    explicit HttpServerTest(const HttpServerOptions& options = small_limits())
        : server(world.io, handler, options) {
        server.serve(*world.network.listen({"0.0.0.0", 80, ""}));
        world.run();
    }
    ~HttpServerTest() override { world.loop.stop(); }

    static HttpServerOptions small_limits() {
        HttpServerOptions options;
        options.connections_max = 3;
        return options;
    }

    std::shared_ptr<Wire> connect() {
        auto wire = world.network.call("0.0.0.0:80", "10.0.0.9");
        world.run();
        return wire;
    }
    void send(const std::shared_ptr<Wire>& wire, std::string_view bytes) {
        wire->to_server += bytes;
        wire->wake();
        world.run();
    }
    std::string exchange(std::string_view bytes) {
        auto wire = connect();
        send(wire, bytes);
        return wire->from_server;
    }
    static std::string get(std::string_view path, std::string_view more = "") {
        return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n";
    }
    static std::string post(std::string_view path, std::string_view body) {
        return "POST " + std::string(path) +
               " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\n\r\n" + std::string(body);
    }
    static std::size_t count(std::string_view text, std::string_view what) {
        std::size_t found = 0;
        for (std::size_t at = text.find(what); at != std::string_view::npos;
             at = text.find(what, at + 1))
            ++found;
        return found;
    }

    FakeWorld world;
    Echo handler;
    HttpServer server;
};

TEST_F(HttpServerTest, AnswersAndKeepsAlive) {
    auto wire = connect();
    send(wire, post("/now", "hello"));
    EXPECT_TRUE(wire->from_server.starts_with("HTTP/1.1 200 OK\r\n")) << wire->from_server;
    EXPECT_TRUE(wire->from_server.ends_with("/now|hello|10.0.0.9"));
    send(wire, get("/now"));
    EXPECT_EQ(count(wire->from_server, "HTTP/1.1 200"), 2U);
    EXPECT_FALSE(wire->closed);
    EXPECT_EQ(world.metrics.counters["playback_http_requests_total route=echo status=200"].value,
              2U);
}

TEST_F(HttpServerTest, PipelinedRequestsLeaveInOneWrite) {
    auto wire = connect();
    std::string all;
    for (int i = 0; i < 16; ++i) all += get("/n" + std::to_string(i));
    send(wire, all);
    EXPECT_EQ(count(wire->from_server, "HTTP/1.1 200"), 16U);
    EXPECT_EQ(wire->writes, 1U);
    EXPECT_LT(wire->from_server.find("/n3|"), wire->from_server.find("/n4|"));
}

TEST_F(HttpServerTest, AnyWayOfCuttingTheBytesGivesTheSameAnswers) {
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

TEST_F(HttpServerTest, OrderHoldsWhenOneAnswerIsAwaited) {
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

TEST_F(HttpServerTest, EarlierAnswersDoNotWaitForALongPoll) {
    auto wire = connect();
    send(wire, get("/first") + get("/later", "Prefer: wait=30\r\n"));
    EXPECT_EQ(count(wire->from_server, "HTTP/1.1 200"), 1U);
    handler.release();
    world.run();
    EXPECT_EQ(count(wire->from_server, "HTTP/1.1 200"), 2U);
}

TEST_F(HttpServerTest, ClosesWhenAsked) {
    auto wire = connect();
    send(wire, get("/now", "Connection: close\r\n"));
    EXPECT_EQ(count(wire->from_server, "Connection: close"), 1U);
    EXPECT_TRUE(wire->closed);

    auto old = connect();
    send(old, "GET /now HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(old->closed);
    EXPECT_EQ(server.connections(), 0U);
}

TEST_F(HttpServerTest, HeadHasNoBody) {
    const std::string answer = exchange("HEAD /now HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(answer.ends_with("Content-Length: 14\r\n\r\n")) << answer;
}

TEST_F(HttpServerTest, ContinuesOnRequest) {
    auto wire = connect();
    send(wire,
         "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(wire->from_server, "HTTP/1.1 100 Continue\r\n\r\n");
    send(wire, "ok");
    EXPECT_TRUE(wire->from_server.ends_with("/now|ok|10.0.0.9"));
}

TEST_F(HttpServerTest, RefusesWhatIsTooLargeOrMalformed) {
    EXPECT_TRUE(exchange("GARBAGE\r\n\r\n").contains("refused 400"));
    EXPECT_TRUE(exchange("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'a'))
                    .contains("refused 431"));
    EXPECT_TRUE(exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n")
                    .contains("refused 413"));
    EXPECT_EQ(handler.handled, 0);
}

TEST_F(HttpServerTest, RefusalsAreReadBeforeTheConnectionGoes) {
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

TEST_F(HttpServerTest, SlowRequestsAreCutOff) {
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

TEST_F(HttpServerTest, RestingConnectionsEnd) {
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

TEST_F(HttpServerTest, ClientsThatDoNotReadAreCutOff) {
    auto wire = connect();
    wire->client_reads = false;
    send(wire, get("/big"));
    world.advance(seconds(29));
    EXPECT_FALSE(wire->closed);
    world.advance(seconds(2));
    EXPECT_TRUE(wire->closed);
}

TEST_F(HttpServerTest, ConnectionsBeyondTheLimitWait) {
    std::vector<std::shared_ptr<Wire>> wires;
    for (int i = 0; i < 4; ++i) {
        wires.push_back(connect());
        send(wires.back(), get("/now"));
    }
    EXPECT_EQ(server.connections(), 3U);
    EXPECT_EQ(wires[3]->from_server, "");
    send(wires[0], get("/now", "Connection: close\r\n"));
    world.run();
    EXPECT_TRUE(wires[3]->from_server.contains("200 OK"));
}

TEST_F(HttpServerTest, BuffersGrowAndShrinkWithinTheirBudget) {
    auto wire = connect();
    send(wire, post("/now", std::string(1024 * 1024, 'z')));
    EXPECT_TRUE(wire->from_server.contains("200 OK"));
    send(wire, get("/now"));
    EXPECT_EQ(count(wire->from_server, "HTTP/1.1 200"), 2U);
}

TEST_F(HttpServerTest, StopFinishesWhatRuns) {
    auto resting = connect();
    send(resting, get("/now"));
    auto half = connect();
    send(half, "POST /now HTTP/1.1\r\n");
    auto busy = connect();
    send(busy, get("/later"));

    io::TaskGroup group(world.io.executor);
    group.spawn(server.stop(seconds(5)));
    world.run();
    EXPECT_TRUE(resting->closed);
    EXPECT_TRUE(half->closed);
    EXPECT_FALSE(busy->closed);
    EXPECT_EQ(group.size(), 1U);
    handler.release();
    world.run();
    EXPECT_TRUE(busy->from_server.contains("Connection: close"));
    EXPECT_TRUE(busy->closed);
    world.run();
    EXPECT_EQ(group.size(), 0U);
    EXPECT_TRUE(connect()->closed || server.connections() == 0);
}

TEST_F(HttpServerTest, StopDoesNotWaitForEver) {
    auto busy = connect();
    send(busy, get("/later"));
    io::TaskGroup group(world.io.executor);
    group.spawn(server.stop(seconds(5)));
    world.run();
    world.advance(seconds(4));
    EXPECT_EQ(group.size(), 1U);
    world.advance(seconds(2));
    EXPECT_EQ(group.size(), 0U);
    EXPECT_EQ(server.connections(), 1U) << "its handler still waits";
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
