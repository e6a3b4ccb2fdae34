#include "engine/services/http_server.h"

#include <gtest/gtest.h>

#include "tests/services/http_fixture.h"

namespace playback::services {
namespace {

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

}  // namespace
}  // namespace playback::services
