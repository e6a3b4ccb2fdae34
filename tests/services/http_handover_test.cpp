// HttpServer hands over: nothing that a peer sent or is owed is lost between two servers.
#include <gtest/gtest.h>

#include "tests/services/http_fixture.h"

namespace playback::services {
namespace {

class HttpHandover : public HttpServerTest {
protected:
    ~HttpHandover() override { world.loop.stop(); }

    // Starts it; `luggage` is there when `is_over`.
    void begin(Duration grace = seconds(5)) {
        auto hand_over = [](HttpHandover* test, Duration patience) -> io::Task<void> {
            test->luggage = co_await test->server.hand_over(patience);
            test->is_over = true;
        };
        tasks.spawn(hand_over(this, grace));
        world.run();
    }
    void adopt() {
        for (Parcel& parcel : luggage.parcels) next.adopt(std::move(parcel));
        world.run();
    }

    io::TaskGroup tasks{world.io.executor};
    Luggage luggage;
    bool is_over = false;
    HttpServer next{world.io, handler};
};

TEST_F(HttpHandover, PassesOnWhatRestsAndWhatHasHalfArrived) {
    auto resting = connect();
    send(resting, get("/first"));
    auto half = connect();
    send(half, "POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
    resting->from_server.clear();
    begin();
    ASSERT_TRUE(is_over);
    EXPECT_EQ(luggage.parcels.size(), 2U);
    EXPECT_EQ(luggage.listeners.size(), 1U);
    EXPECT_EQ(luggage.cut_off, 0U);

    send(resting, get("/second"));
    EXPECT_EQ(resting->from_server, "") << "nobody reads between the two";
    adopt();
    send(half, "llo");
    EXPECT_TRUE(resting->from_server.contains("/second|")) << resting->from_server;
    EXPECT_TRUE(half->from_server.contains("/half|hello|")) << half->from_server;
    EXPECT_FALSE(resting->closed || half->closed);
    EXPECT_EQ(next.connections(), 2U);
}

TEST_F(HttpHandover, GivesASlowRequestNoTimeAnew) {
    auto slow = connect();
    send(slow, "POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
    const Duration timeout = HttpServerOptions().request_timeout;
    world.advance(timeout - seconds(1));
    begin();
    ASSERT_TRUE(is_over);
    world.advance(milliseconds(500));
    adopt();
    EXPECT_EQ(slow->from_server, "");
    world.advance(seconds(1));
    EXPECT_TRUE(slow->from_server.contains(" 408 ")) << slow->from_server;
}

TEST_F(HttpHandover, GivesTheNextRequestAllItsTime) {
    auto half = connect();
    send(half, "POST /half HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
    const Duration timeout = HttpServerOptions().request_timeout;
    world.advance(timeout - seconds(1));
    begin();
    adopt();
    send(half, "llo" + get("/next").substr(0, 10));
    world.advance(timeout - seconds(1));
    EXPECT_FALSE(half->from_server.contains(" 408 ")) << half->from_server;
    send(half, get("/next").substr(10));
    EXPECT_TRUE(half->from_server.contains("/next|")) << half->from_server;
}

TEST_F(HttpHandover, AnswersWhatItHasReadAndLeavesTheRest) {
    auto busy = connect();
    send(busy, get("/later") + get("/behind"));
    begin();
    EXPECT_FALSE(is_over);
    handler.release();
    world.run();
    ASSERT_TRUE(is_over);
    EXPECT_TRUE(busy->from_server.contains("late"));
    EXPECT_FALSE(busy->from_server.contains("Connection: close"));
    EXPECT_FALSE(busy->from_server.contains("/behind")) << "a request is handled in one place";
    adopt();
    EXPECT_TRUE(busy->from_server.contains("/behind|")) << busy->from_server;
}

TEST_F(HttpHandover, PassesOnWhatItsPeerDoesNotTake) {
    auto slow = connect();
    slow->client_reads = false;
    send(slow, get("/big"));
    begin();
    EXPECT_FALSE(is_over);
    world.advance(seconds(1));
    ASSERT_TRUE(is_over);
    ASSERT_EQ(luggage.parcels.size(), 1U);
    EXPECT_GT(luggage.parcels[0].unsent.size(), 100'000U);
    slow->client_reads = true;
    adopt();
    EXPECT_EQ(count(slow->from_server, "HTTP/1.1 200"), 1U);
    EXPECT_TRUE(slow->from_server.ends_with("xxx"));
    send(slow, get("/then"));
    EXPECT_TRUE(slow->from_server.contains("/then|"));
}

TEST_F(HttpHandover, CountsWhomItCannotPassOn) {
    auto stuck = connect();
    send(stuck, get("/later"));
    begin(seconds(2));
    world.advance(seconds(3));
    ASSERT_TRUE(is_over);
    EXPECT_EQ(luggage.cut_off, 1U);
    EXPECT_TRUE(luggage.parcels.empty());
}

TEST_F(HttpHandover, ClosesWhatWasToBeClosed) {
    auto last = connect();
    send(last, get("/later", "Connection: close\r\n"));
    begin();
    handler.release();
    world.run();
    ASSERT_TRUE(is_over);
    EXPECT_TRUE(last->from_server.contains("late"));
    EXPECT_TRUE(last->closed);
    EXPECT_TRUE(luggage.parcels.empty());
}

}  // namespace
}  // namespace playback::services
