#include "engine/services/request_log.h"

#include <gtest/gtest.h>

#include "tests/services/http_fixture.h"

namespace playback::services {
namespace {

std::string trace_in(const std::string& headers) {
    wire::RequestParser parser;
    const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n";
    EXPECT_EQ(parser.parse(bytes), wire::RequestParser::Status::ready);
    return std::string(trace_of(parser.request()));
}

TEST(RequestLog, TakesTheTraceOfTheCaller) {
    const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
    const std::string rest = "-00f067aa0ba902b7-01";
    EXPECT_EQ(trace_in("traceparent: 00-" + id + rest + "\r\n"), id);
    EXPECT_EQ(trace_in("Traceparent: cc-" + id + rest + "-later\r\n"), id);
    EXPECT_EQ(trace_in("X-Request-Id: order-7.a_B\r\n"), "order-7.a_B");
    EXPECT_EQ(trace_in("X-Request-Id: mine\r\ntraceparent: 00-" + id + rest + "\r\n"), id);
    EXPECT_EQ(trace_in("X-Request-Id: mine\r\ntraceparent: 00-zz\r\n"), "mine");
}

TEST(RequestLog, TakesNothingThatIsNotValid) {
    const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
    const std::string rest = "-00f067aa0ba902b7-01";
    for (const std::string& parent : {"ff-" + id + rest,
                                      "00-" + id + rest + "-more",
                                      "00-" + std::string(32, '0') + rest,
                                      "00-4BF92F3577B34DA6A3CE929D0E0E4736" + rest,
                                      "00-" + id + "-00f067aa0ba902b7",
                                      "0x-" + id + rest,
                                      "00-" + id + "-00f067aa0ba902bg-01",
                                      std::string("-")})
        EXPECT_EQ(trace_in("traceparent: " + parent + "\r\n"), "") << parent;
    EXPECT_EQ(trace_in(""), "");
    EXPECT_EQ(trace_in("X-Request-Id: two words\r\n"), "");
    EXPECT_EQ(trace_in("X-Request-Id: " + std::string(65, 'a') + "\r\n"), "");
}

std::string id_in(const Answer& answer) {
    const std::string name = "X-Request-Id: ";
    const std::size_t at = answer.headers.find(name);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + name.size();
    return answer.headers.substr(begin, answer.headers.find('\r', begin) - begin);
}

TEST(RequestLog, NamesEachRequestOnceInAnswerAndLog) {
    tests::FakeWorld world;
    RequestLog log(world.io);
    Answer first;
    first.status = 500;
    log.note({}, "/call", "192.0.2.1", first);
    Answer second;
    second.status = 404;
    log.note({}, "/call", "192.0.2.1", second);
    EXPECT_EQ(id_in(first).size(), 32U);
    EXPECT_EQ(id_in(second).size(), 32U);
    EXPECT_NE(id_in(first), id_in(second));
    Answer third;
    third.status = 503;
    log.note("mine", "/call", "192.0.2.1", third);
    EXPECT_EQ(id_in(third), "mine");
    EXPECT_EQ(world.log.events,
              (std::vector<std::string>{"request failed", "request refused", "request failed"}));
}

TEST(RequestLog, WritesNoMoreThanSomeLinesASecond) {
    tests::FakeWorld world;
    RequestLog log(world.io);
    Answer answer;
    answer.status = 503;
    for (int i = 0; i < 1000; ++i) {
        answer.headers.clear();
        log.note({}, "/call", "192.0.2.1", answer);
        EXPECT_FALSE(id_in(answer).empty());
    }
    EXPECT_EQ(world.log.events.size(), RequestLog::lines_per_second_max);
    world.advance(seconds(1));
    log.note({}, "/call", "192.0.2.1", answer);
    EXPECT_EQ(world.log.events.size(), RequestLog::lines_per_second_max + 1);
}

TEST_F(HttpServerTest, OnlyWhatFailsHasAnId) {
    auto wire = connect();
    send(wire, get("/now"));
    EXPECT_EQ(wire->from_server.find("X-Request-Id"), std::string::npos);
    EXPECT_TRUE(world.log.events.empty());

    send(wire, "NONSENSE\r\n\r\n");
    EXPECT_TRUE(wire->from_server.contains("X-Request-Id: ")) << wire->from_server;
    EXPECT_EQ(world.log.events, std::vector<std::string>{"request refused"});
}

}  // namespace
}  // namespace playback::services
