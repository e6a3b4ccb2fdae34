#include "engine/wire/http1_head.h"

#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace playback::wire {
namespace {

TEST(HttpNames, CaseDoesNotCountInAscii) {
    EXPECT_TRUE(equals_ignoring_case("Content-Type", "cOnTENT-tYPE"));
    EXPECT_FALSE(equals_ignoring_case("Content-Type", "Content_Type"));
    EXPECT_FALSE(equals_ignoring_case("a", "aa"));
    EXPECT_FALSE(equals_ignoring_case("@", "`"));
    const std::vector<HttpHeader> headers = {{"X-A", "1"}, {"x-b", "2"}, {"X-B", "3"}};
    EXPECT_EQ(find_header(headers, "X-B"), "2");
    EXPECT_EQ(find_header(headers, "X-C"), std::nullopt);
    EXPECT_TRUE(is_named({"HoSt", ""}, "host"));
    EXPECT_FALSE(is_named({"hosts", ""}, "host"));
}

TEST(HttpNames, ExactlyTheTokenCharactersOfTheRfc) {
    std::string tokens;
    for (int c = 0; c < 256; ++c) {
        const char character = static_cast<char>(c);
        if (is_token(std::string_view(&character, 1))) tokens += character;
    }
    EXPECT_EQ(tokens,
              "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~");
    EXPECT_FALSE(is_token(""));
}

TEST(HttpNames, ElementsOfALists) {
    std::vector<std::string> elements;
    for_each_element(" a, b\t,,c d ,", [&](std::string_view e) { elements.emplace_back(e); });
    EXPECT_EQ(elements, (std::vector<std::string>{"a", "b", "c d"}));
}

TEST(HeadFinder, FindsTheEndHoweverTheHeadComes) {
    const std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n\r\nbody";
    for (std::size_t step = 1; step <= bytes.size(); ++step) {
        HeadFinder finder(HttpLimits{});
        HeadFinder::Found found = HeadFinder::Found::not_yet;
        std::size_t length = 0;
        while (found == HeadFinder::Found::not_yet) {
            length = std::min(length + step, bytes.size());
            found = finder.look(std::string_view(bytes).substr(0, length));
        }
        EXPECT_EQ(found, HeadFinder::Found::whole);
        EXPECT_EQ(finder.length(), 27U);
        EXPECT_GE(length, 27U);
    }
}

TEST(HeadFinder, RefusesBareLineEndsAtOnce) {
    for (const char* bytes : {"\n", "GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: a\n"}) {
        HeadFinder finder(HttpLimits{});
        EXPECT_EQ(finder.look(bytes), HeadFinder::Found::refused);
        EXPECT_EQ(finder.error().status, 400);
        EXPECT_EQ(finder.look(bytes), HeadFinder::Found::refused);
    }
}

TEST(HeadFinder, LimitsLinesAndTheHead) {
    const HttpLimits limits{.line_bytes_max = 20, .head_bytes_max = 50};
    const auto status = [&](const std::string& bytes) {
        HeadFinder finder(limits);
        return finder.look(bytes) == HeadFinder::Found::refused ? finder.error().status : 0;
    };
    EXPECT_EQ(status(std::string(20, 'x')), 0);
    EXPECT_EQ(status(std::string(21, 'x')), 414);
    EXPECT_EQ(status("x\r\n" + std::string(21, 'x')), 431);
    EXPECT_EQ(status("x\r\nabcdefghijkl\r\nabcdefghijkl\r\nabcdefghijkl\r\n"), 0);
    EXPECT_EQ(status("x\r\nabcdefghijkl\r\nabcdefghijkl\r\nabcdefghijkl\r\nabcdef"), 431);
    EXPECT_EQ(status("x\r\nabcdefghijkl\r\nabcdefghijkl\r\nabcdefghijkl\r\n\r\n"), 0);
}

// What a head that comes byte by byte is refused with, or 0.
int status_by_bytes(const std::string& bytes, const HttpLimits& limits, std::size_t step) {
    HeadFinder finder(limits);
    for (std::size_t length = 0; length < bytes.size();) {
        length = std::min(length + step, bytes.size());
        const auto found = finder.look(std::string_view(bytes).substr(0, length));
        if (found == HeadFinder::Found::whole) return 0;
        if (found == HeadFinder::Found::refused) return finder.error().status;
    }
    return 0;
}

TEST(HeadFinder, LimitsDoNotDependOnTheSplit) {
    EXPECT_TRUE(rc::check([] {
        const HttpLimits limits{.line_bytes_max = 6, .head_bytes_max = 20};
        const auto bytes = *rc::gen::container<std::string>(
            rc::gen::weightedElement<char>({{6, 'x'}, {2, '\r'}, {1, '\n'}}));
        const int whole = status_by_bytes(bytes, limits, 1000);
        RC_ASSERT(status_by_bytes(bytes, limits, 1) == whole);
        RC_ASSERT(status_by_bytes(bytes, limits, 3) == whole);
    }));
    const HttpLimits limits{.line_bytes_max = 6, .head_bytes_max = 20};
    EXPECT_EQ(status_by_bytes("xxxxxx\r\n\r\n", limits, 1), 0);
    EXPECT_EQ(status_by_bytes("xxxxxxx\r\n\r\n", limits, 1), 414);
    EXPECT_EQ(status_by_bytes("xxxxxx\rx", limits, 1), 414);
}

std::vector<HttpHeader> headers_of(std::string_view lines, HttpError& error) {
    std::vector<HttpHeader> headers;
    error = read_headers(lines, HttpLimits{.headers_max = 3}, headers);
    return headers;
}

TEST(HttpHeaders, AreReadInOrderWithoutSpaceAroundValues) {
    HttpError error;
    const auto headers = headers_of("A: 1\r\nb:\t x \t\r\nC:\r\n\r\n", error);
    ASSERT_FALSE(error) << error.reason;
    ASSERT_EQ(headers.size(), 3U);
    EXPECT_EQ(headers[0].value, "1");
    EXPECT_EQ(headers[1].name, "b");
    EXPECT_EQ(headers[1].value, "x");
    EXPECT_EQ(headers[2].value, "");
}

TEST(HttpHeaders, MalformedOnesAreRefused) {
    for (const std::string& lines :
         {std::string("A : 1\r\n\r\n"),
          std::string(" A: 1\r\n\r\n"),
          std::string("A\r\n\r\n"),
          std::string(": 1\r\n\r\n"),
          std::string("A: 1\r\n folded\r\n\r\n"),
          std::string("A: 1\r\n\tfolded\r\n\r\n"),
          std::string("A: a\rb\r\n\r\n"),
          std::string("A: a\0b\r\n\r\n", 10),
          std::string("A: \x7f\r\n\r\n"),
          std::string("A\x80: 1\r\n\r\n"),
          std::string("A(: 1\r\n\r\n"),
          "A: " + std::string(70, 'x') + "\x01" + std::string(70, 'x') + "\r\n\r\n"}) {
        HttpError error;
        (void)headers_of(lines, error);
        EXPECT_EQ(error.status, 400) << lines;
    }
    HttpError error;
    (void)headers_of("A: \xc3\xa9\t1\r\n\r\n", error);  // other bytes are the value's own affair
    EXPECT_FALSE(error);
    (void)headers_of("A:1\r\nB:1\r\nC:1\r\nD:1\r\n\r\n", error);
    EXPECT_EQ(error.status, 431);
}

int framing_status(std::string_view lines, int version_minor = 1) {
    HttpError error;
    const auto headers = headers_of(lines, error);
    BodyFraming framing;
    return read_framing(headers, version_minor, framing).status;
}

TEST(BodyFraming, RefusesEveryAmbiguity) {
    EXPECT_EQ(framing_status("Content-Length: 5\r\n\r\n"), 0);
    EXPECT_EQ(framing_status("Transfer-Encoding: CHUNKED\r\n\r\n"), 0);
    for (const char* lines : {"Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
                              "Content-Length: 5\r\ncontent-length: 6\r\n\r\n",
                              "Content-Length: 5, 5\r\n\r\n",
                              "Content-Length: +5\r\n\r\n",
                              "Content-Length: -5\r\n\r\n",
                              "Content-Length:\r\n\r\n",
                              "Content-Length: 0x5\r\n\r\n",
                              "Content-Length: 5 5\r\n\r\n",
                              "Content-Length: 99999999999999999999\r\n\r\n",
                              "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                              "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
                              "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"})
        EXPECT_EQ(framing_status(lines), 400) << lines;
    for (const char* lines : {"Transfer-Encoding: gzip, chunked\r\n\r\n",
                              "Transfer-Encoding: chunked, chunked\r\n\r\n",
                              "Transfer-Encoding: identity\r\n\r\n",
                              "Transfer-Encoding: xchunked\r\n\r\n",
                              "Transfer-Encoding:\r\n\r\n",
                              "Transfer-Encoding: \"chunked\"\r\n\r\n"})
        EXPECT_EQ(framing_status(lines), 501) << lines;
    EXPECT_EQ(framing_status("Transfer-Encoding: chunked\r\n\r\n", 0), 400);
}

TEST(HttpVersion, OnlyTheTwo) {
    int minor = -1;
    EXPECT_FALSE(read_version("HTTP/1.1", minor));
    EXPECT_EQ(minor, 1);
    EXPECT_FALSE(read_version("HTTP/1.0", minor));
    EXPECT_EQ(minor, 0);
    EXPECT_EQ(read_version("HTTP/2.0", minor).status, 505);
    EXPECT_EQ(read_version("HTTP/1.2", minor).status, 505);
    EXPECT_EQ(read_version("http/1.1", minor).status, 400);
    EXPECT_EQ(read_version("HTTP/1.1 ", minor).status, 400);
    EXPECT_EQ(read_version("", minor).status, 400);
}

TEST(KeepAlive, FollowsVersionAndConnection) {
    const auto keeps = [](std::string_view lines, int minor) {
        HttpError error;
        return keeps_alive(headers_of(lines, error), minor);
    };
    EXPECT_TRUE(keeps("\r\n", 1));
    EXPECT_FALSE(keeps("\r\n", 0));
    EXPECT_FALSE(keeps("Connection: close\r\n\r\n", 1));
    EXPECT_TRUE(keeps("Connection: Keep-Alive\r\n\r\n", 0));
    EXPECT_FALSE(keeps("Connection: keep-alive, Close\r\n\r\n", 1));
    EXPECT_FALSE(keeps("Connection: x\r\nConnection: close\r\n\r\n", 1));
    EXPECT_TRUE(keeps("Connection: upgrade\r\n\r\n", 1));
}

}  // namespace
}  // namespace playback::wire
