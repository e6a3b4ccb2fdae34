#include "engine/wire/http1_client.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/wire/http1.h"

namespace playback::wire {
namespace {

using State = ResponseParser::State;

struct Answer {
    State state = State::head;
    int status = 0;
    std::string body;
    bool keep_alive = false;
    std::size_t used = 0;
    std::string error;

    friend bool operator==(const Answer&, const Answer&) = default;
};

Answer play(std::string_view bytes,
            std::size_t piece = 1000,
            std::string_view method = "GET",
            bool ends = true) {
    ResponseParser parser(method);
    Answer answer;
    while (answer.used < bytes.size()) {
        const std::string part(bytes.substr(answer.used, piece));
        const std::size_t used = parser.feed(part);
        answer.used += used;
        if (used < part.size()) break;
    }
    if (ends) parser.end_of_stream();
    answer.state = parser.state();
    answer.status = parser.status();
    answer.body = parser.take_body();
    answer.keep_alive = parser.keep_alive();
    answer.error = parser.error().detail;
    return answer;
}

TEST(ClientRequest, WritesEveryPart) {
    std::string out;
    append_request(out, {});
    EXPECT_EQ(out, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    out.clear();
    append_request(out,
                   {.method = "POST",
                    .target = "/x?y=z",
                    .host = "a:1",
                    .body = "{}",
                    .bearer_token = "t",
                    .extra_headers = "Prefer: wait=30\r\n",
                    .keep_alive = false});
    EXPECT_EQ(out,
              "POST /x?y=z HTTP/1.1\r\nHost: a:1\r\nAuthorization: Bearer t\r\n"
              "Connection: close\r\nPrefer: wait=30\r\nContent-Type: application/json\r\n"
              "Content-Length: 2\r\n\r\n{}");
    out.clear();
    append_request(out, {.method = "POST", .target = "/start"});
    EXPECT_EQ(out, "POST /start HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
}

TEST(ClientRequest, TheServerReadsWhatTheClientWrites) {
    EXPECT_TRUE(rc::check([](const std::string& body) {
        std::string out;
        append_request(out,
                       {.method = "POST", .target = "/a?b", .body = body, .bearer_token = "t"});
        RequestParser parser;
        RC_ASSERT(parser.parse(out) == RequestParser::Status::ready);
        RC_ASSERT(parser.request().body == body);
        RC_ASSERT(parser.request().bearer_token() == "t");
        RC_ASSERT(parser.request().consumed == out.size());
    }));
}

TEST(ClientRequestDeathTest, NoPartCanBreakOut) {
    std::string out;
    EXPECT_DEATH(append_request(out, {.target = "/a b"}), "CHECK failed");
    EXPECT_DEATH(append_request(out, {.target = "/\r\nX:"}), "CHECK failed");
    EXPECT_DEATH(append_request(out, {.host = "a\r\nX: y"}), "CHECK failed");
}

TEST(ResponseParser, TheClientReadsWhatTheServerWrites) {
    EXPECT_TRUE(rc::check([](const std::string& body) {
        std::string out;
        append_response(out, {.status = 409, .body = body});
        append_response(out, {.body = "next"});
        ResponseParser parser("POST");
        const std::size_t used = parser.feed(out);
        RC_ASSERT(parser.state() == State::done);
        RC_ASSERT(parser.status() == 409);
        RC_ASSERT(parser.header("content-type").value() == "application/json");
        RC_ASSERT(parser.take_body() == body);
        RC_ASSERT(parser.keep_alive());
        ResponseParser second("POST");
        RC_ASSERT(second.feed(std::string_view(out).substr(used)) == out.size() - used);
        RC_ASSERT(second.body() == "next");
    }));
}

TEST(ResponseParser, EveryFramingHoweverItIsSplit) {
    const std::pair<std::string, Answer> cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", {State::done, 200, "hello", true}},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
         {State::done, 200, "hello", true}},
        {"HTTP/1.1 200\r\n\r\nuntil the end", {State::done, 200, "until the end", false}},
        {"HTTP/1.0 404 Not Found\r\n\r\n", {State::done, 404, "", false}},
        {"HTTP/1.1 204 No Content\r\n\r\n", {State::done, 204, "", true}},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", {State::done, 304, "", true}},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
         "HTTP/1.1 201 Created\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx",
         {State::done, 201, "x", false}},
    };
    for (auto [bytes, wanted] : cases) {
        wanted.used = bytes.size();
        for (std::size_t piece = 1; piece <= bytes.size(); ++piece)
            EXPECT_EQ(play(bytes, piece), wanted) << bytes << " in pieces of " << piece;
    }
}

TEST(ResponseParser, LeavesWhatFollowsTheResponse) {
    const Answer upgraded = play("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nraw");
    EXPECT_EQ(upgraded.state, State::done);
    EXPECT_EQ(upgraded.status, 101);
    EXPECT_EQ(upgraded.used, 48U);
    const Answer to_head = play("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP", 1000, "HEAD");
    EXPECT_EQ(to_head.state, State::done);
    EXPECT_EQ(to_head.used, 38U);
}

TEST(ResponseParser, AStreamIsTakenPieceByPiece) {
    const HttpLimits limits{.body_bytes_max = 100};
    ResponseParser parser("GET", limits);
    (void)parser.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    EXPECT_EQ(parser.state(), State::body);
    EXPECT_EQ(parser.status(), 200);
    for (int i = 0; i < 100; ++i) {
        (void)parser.feed("b\r\n{\"event\":1}\r\n");
        EXPECT_EQ(parser.take_body(), "{\"event\":1}");
        EXPECT_EQ(parser.state(), State::body);
    }
    (void)parser.feed("65\r\n" + std::string(101, 'x'));  // nobody takes it
    EXPECT_EQ(parser.state(), State::failed);
    EXPECT_EQ(parser.error(), (Error{Errc::corrupt, "HTTP response: the body is too long"}));
}

TEST(ResponseParser, WhatIsCutShortFails) {
    const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        const Answer answer = play(bytes.substr(0, length));
        EXPECT_EQ(answer.state, State::failed);
        EXPECT_EQ(answer.error, "HTTP response: the connection was closed in the middle");
    }
    EXPECT_EQ(play("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n").state,
              State::failed);
}

TEST(ResponseParser, MalformedResponsesFail) {
    for (const std::string& bytes :
         {std::string("HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
          std::string("HTTP/2 200\r\n\r\n"),
          std::string("HTTP/1.1 20 OK\r\n\r\n"),
          std::string("HTTP/1.1 2000 OK\r\n\r\n"),
          std::string("HTTP/1.1 099 OK\r\n\r\n"),
          std::string("HTTP/1.1\r\n\r\n"),
          std::string("HTTP/1.1  200 OK\r\n\r\n"),
          std::string("\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
          std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nBad Name: x\r\n\r\n"),
          std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
          std::string(20'000, 'x'),
          "HTTP/1.1 200 OK\r\n" + std::string(20'000, 'x')}) {
        const Answer answer = play(bytes, 7);
        EXPECT_EQ(answer.state, State::failed) << bytes.substr(0, 100);
        EXPECT_FALSE(answer.error.empty());
    }
    std::string endless;
    for (int i = 0; i < 20; ++i) endless += "HTTP/1.1 100 Continue\r\n\r\n";
    EXPECT_EQ(play(endless, 1000, "GET", false).state, State::failed);
}

TEST(ResponseParser, DamagedBytesAreReadWithoutHarmHoweverSplit) {
    EXPECT_TRUE(rc::check([] {
        std::string bytes = *rc::gen::element<std::string>(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n");
        for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
            const std::size_t at = *rc::gen::inRange<std::size_t>(0, bytes.size());
            bytes[at] = *rc::gen::oneOf(rc::gen::element('\r', '\n', ' ', ':', '0', '\0', 'a'),
                                        rc::gen::arbitrary<char>());
        }
        const Answer whole = play(bytes);
        const Answer split = play(bytes, *rc::gen::inRange<std::size_t>(1, 30));
        RC_ASSERT(split.state == whole.state);
        RC_ASSERT(split.status == whole.status);
        RC_ASSERT(split.error == whole.error);
        if (whole.state == State::done) RC_ASSERT(split == whole);
    }));
}

}  // namespace
}  // namespace playback::wire
