#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/report/http_ear.h"

namespace playback::sim {
namespace {

const std::string request = "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc";
const std::string answer =
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";

TEST(ReportHttpEar, HearsWholeMessages) {
    HttpEar ear;
    const std::vector<HeardMessage> heard = ear.hear(request + request, Instant{7});
    ASSERT_EQ(heard.size(), 2U);
    EXPECT_EQ(heard[0].line, "POST /a");
    EXPECT_EQ(heard[0].body, "abc");
    EXPECT_TRUE(heard[0].is_request);
    EXPECT_EQ(heard[0].end, request.size());
    EXPECT_EQ(heard[1].begin, request.size());
    EXPECT_EQ(heard[1].end, 2 * request.size());
    EXPECT_TRUE(ear.hang_up().empty());
}

TEST(ReportHttpEar, PiecesMakeNoDifference) {
    const std::string both = request + answer + request;
    HttpEar ear;
    std::vector<HeardMessage> heard;
    std::int64_t at = 0;
    for (const char c : both)
        for (HeardMessage& message : ear.hear(std::string(1, c), Instant{++at}))
            heard.push_back(std::move(message));
    ASSERT_EQ(heard.size(), 3U);
    EXPECT_EQ(heard[1].line, "200 OK");
    EXPECT_EQ(heard[1].body, "abc");
    EXPECT_EQ(heard[1].from, Instant{static_cast<std::int64_t>(request.size()) + 1});
    EXPECT_EQ(heard[2].end, both.size());
}

TEST(ReportHttpEar, WhatIsNoHttpIsOneMessageAWrite) {
    HttpEar ear;
    const std::vector<HeardMessage> heard = ear.hear("SET a 1\n", Instant{1});
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].line, "");
    EXPECT_EQ(heard[0].bytes, 8U);
    EXPECT_EQ(ear.hear(request, Instant{2}).size(), 1U);
}

TEST(ReportHttpEar, WhatIsBrokenOffIsHeardAtTheEnd) {
    HttpEar ear;
    EXPECT_TRUE(ear.hear(request.substr(0, request.size() - 1), Instant{1}).empty());
    const std::vector<HeardMessage> heard = ear.hang_up();
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0].line, "POST /a");
    EXPECT_FALSE(heard[0].is_complete);
}

TEST(ReportHttpEar, AnAnswerWithoutLengthEndsWithTheConnection) {
    HttpEar ear;
    EXPECT_TRUE(ear.hear("HTTP/1.1 200 OK\r\n\r\nabc", Instant{1}).empty());
    const std::vector<HeardMessage> heard = ear.hang_up();
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_TRUE(heard[0].is_complete);
    EXPECT_EQ(heard[0].body, "abc");
    EXPECT_EQ(ear.hear("HTTP/1.1 204 No Content\r\n\r\n", Instant{2}).size(), 1U);
}

}  // namespace
}  // namespace playback::sim
