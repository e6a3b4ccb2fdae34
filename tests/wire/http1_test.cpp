#include "engine/wire/http1.h"

#include <memory>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace playback::wire {
namespace {

using Status = RequestParser::Status;

// What one connection saw of its requests, as values of their own.
struct Seen {
    std::string method, target, path, query, host, body, type, authorization;
    std::size_t headers = 0;
    std::uint32_t wait = 0;
    int version_minor = 0;
    bool keep_alive = false;

    friend bool operator==(const Seen&, const Seen&) = default;
};

struct Connection {
    std::vector<Seen> requests;
    int status = 0;  // of the error that ended it
    std::size_t left = 0;

    friend bool operator==(const Connection&, const Connection&) = default;
};

Seen seen(const Request& request) {
    Seen s;
    s.method = request.method;
    s.target = request.target;
    s.path = request.path;
    s.query = request.query;
    s.host = request.host;
    s.body = request.body;
    s.type = request.content_type;
    s.authorization = request.authorization;
    s.headers = request.headers.size();
    s.wait = request.wait_seconds.value_or(0);
    s.version_minor = request.version_minor;
    s.keep_alive = request.keep_alive;
    return s;
}

// Plays `pieces` into a parser whose buffer has exactly the size of what is unread and moves with
// every piece, so that a sanitizer sees each stale view.
Connection play(const std::vector<std::string>& pieces, const HttpLimits& limits = {}) {
    Connection connection;
    RequestParser parser(limits);
    std::unique_ptr<char[]> buffer;
    std::size_t size = 0;
    for (const std::string& piece : pieces) {
        auto larger = std::make_unique<char[]>(size + piece.size());
        std::copy_n(buffer.get(), size, larger.get());
        std::copy(piece.begin(), piece.end(), larger.get() + size);
        buffer = std::move(larger);
        size += piece.size();
        std::string_view unread(buffer.get(), size);
        for (;;) {
            const Status status = parser.parse(unread);
            if (status == Status::failed) {
                connection.status = parser.error().status;
                EXPECT_FALSE(parser.error().reason.empty());
                EXPECT_EQ(parser.parse(unread), Status::failed);
                return connection;
            }
            if (status == Status::need_more) break;
            connection.requests.push_back(seen(parser.request()));
            unread.remove_prefix(parser.request().consumed);
        }
        auto rest = std::make_unique<char[]>(unread.size());
        std::copy(unread.begin(), unread.end(), rest.get());
        buffer = std::move(rest);
        size = unread.size();
    }
    connection.left = size;
    return connection;
}

Seen one(const std::string& bytes) {
    const Connection connection = play({bytes});
    EXPECT_EQ(connection.status, 0) << bytes;
    EXPECT_EQ(connection.requests.size(), 1U) << bytes;
    EXPECT_EQ(connection.left, 0U);
    return connection.requests.empty() ? Seen{} : connection.requests.front();
}

int refusal(const std::string& bytes) {
    return play({bytes}).status;
}

TEST(RequestParser, ReadsARequest) {
    const Seen s = one(
        "POST /service/v1/x?a=1&b=2 HTTP/1.1\r\nHost: example.com:8080\r\n"
        "Content-Type: application/json; charset=utf-8\r\nAuthorization: Bearer abc.def\r\n"
        "Prefer: respond-async, wait=30\r\nX-Other:  spaced \r\nContent-Length: 4\r\n\r\n{\"\"}");
    EXPECT_EQ(s.method, "POST");
    EXPECT_EQ(s.target, "/service/v1/x?a=1&b=2");
    EXPECT_EQ(s.path, "/service/v1/x");
    EXPECT_EQ(s.query, "a=1&b=2");
    EXPECT_EQ(s.host, "example.com:8080");
    EXPECT_EQ(s.type, "application/json; charset=utf-8");
    EXPECT_EQ(s.body, "{\"\"}");
    EXPECT_EQ(s.wait, 30U);
    EXPECT_EQ(s.headers, 6U);
    EXPECT_TRUE(s.keep_alive);
}

TEST(RequestParser, TargetsOfEveryForm) {
    EXPECT_EQ(one("GET / HTTP/1.1\r\nHost:\r\n\r\n").path, "/");
    EXPECT_EQ(one("GET /a%20b?x?y HTTP/1.1\r\nHost: a\r\n\r\n").query, "x?y");
    EXPECT_EQ(one("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").path, "*");
    const Seen absolute = one("GET HTTP://b:1/p?q HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(absolute.path, "/p");
    EXPECT_EQ(absolute.query, "q");
    EXPECT_EQ(absolute.host, "b:1");
    EXPECT_EQ(one("GET http://b?q HTTP/1.1\r\nHost: a\r\n\r\n").path, "/");
    EXPECT_EQ(one("GET http://b HTTP/1.1\r\nHost: a\r\n\r\n").path, "/");
}

TEST(RequestParser, VersionsAndKeepAlive) {
    EXPECT_FALSE(one("GET / HTTP/1.0\r\n\r\n").keep_alive);
    EXPECT_TRUE(one("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").keep_alive);
    EXPECT_FALSE(one("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").keep_alive);
    EXPECT_EQ(one("GET / HTTP/1.0\r\n\r\n").version_minor, 0);
}

TEST(RequestParser, PreferencesThatCannotBeUnderstoodAreNone) {
    const auto wait = [](const std::string& value) {
        return one("GET / HTTP/1.1\r\nHost: a\r\nPrefer: " + value + "\r\n\r\n").wait;
    };
    EXPECT_EQ(wait("wait=7"), 7U);
    EXPECT_EQ(wait("WAIT=7;x=y"), 7U);
    EXPECT_EQ(wait("wait=7, wait=9"), 7U);
    EXPECT_EQ(wait("wait=4294967295"), 86'400U);
    EXPECT_EQ(wait("wait=99999999999999"), 86'400U);
    for (const char* value : {"wait", "wait=", "wait=-1", "wait=1.5", "wait=x", "waits=3", ""})
        EXPECT_EQ(wait(value), 0U) << value;
}

TEST(RequestParser, DecodesChunkedBodies) {
    const Seen s =
        one("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: x\r\n\r\n");
    EXPECT_EQ(s.body, "abcde");
}

TEST(RequestParser, SeveralRequestsInOneBuffer) {
    const Connection connection =
        play({"POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
              "\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
              "POST /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
              "GET /4 HTTP/1.1\r\nHo"});
    ASSERT_EQ(connection.requests.size(), 3U);
    EXPECT_EQ(connection.requests[0].body, "abc");
    EXPECT_EQ(connection.requests[1].target, "/2");
    EXPECT_EQ(connection.requests[2].body, "x");
    EXPECT_EQ(connection.left, 19U);
    EXPECT_EQ(connection.status, 0);
}

// Every way of hiding one request in another that is known: two readers of these bytes could
// disagree on where a request ends, so nobody reads them.
TEST(RequestParser, RefusesSmuggledRequests) {
    const std::string line = "POST / HTTP/1.1\r\nHost: a\r\n";
    for (const char* rest : {"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nX",
                             "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nX",
                             "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                             "Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
                             "Content-Length: 1, 1\r\n\r\na",
                             "Content-Length : 1\r\n\r\na",
                             "Content-Length\t: 1\r\n\r\na",
                             " Content-Length: 1\r\n\r\na",
                             "X: y\r\n Content-Length: 1\r\n\r\na",
                             "Content-Length: 1\nX: y\r\n\r\na",
                             "Content-Length: 1\rX: y\r\n\r\na",
                             "Content-Length: 0x1\r\n\r\na",
                             "Content-Length: 1 \r 2\r\n\r\na",
                             "Content-Length: +1\r\n\r\na",
                             "Content-Length:\v1\r\n\r\na",
                             "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n",
                             "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                             "Transfer-Encoding:\vchunked\r\n\r\n",
                             "Transfer-Encoding: chunked\x7f\r\n\r\n",
                             "X: y\nTransfer-Encoding: chunked\r\n\r\n",
                             "Transfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n",
                             "Transfer-Encoding: chunked\r\n\r\n 1\r\nx\r\n0\r\n\r\n",
                             "Transfer-Encoding: chunked\r\n\r\n1;\nx\r\n0\r\n\r\n",
                             "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\nGET / HTTP/1.1\r\n\r\n",
                             "Transfer-Encoding: chunked\r\n\r\n-1\r\nx",
                             "Host: b\r\n\r\n",
                             "host: a\r\n\r\n"})
        EXPECT_EQ(refusal(line + rest), 400) << rest;
    for (const char* coding : {"gzip, chunked",
                               "chunked, identity",
                               "identity",
                               "cow",
                               "chunke",
                               "chunkedd",
                               "chunked;q=1",
                               ", chunked",
                               ""})
        EXPECT_EQ(refusal(line + "Transfer-Encoding: " + coding + "\r\n\r\n0\r\n\r\n"), 501)
            << coding;
    EXPECT_EQ(refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
}

TEST(RequestParser, RefusesMalformedRequests) {
    const std::string host = "\r\nHost: a\r\n\r\n";
    for (const std::string& bytes : {"GET /" + host,
                                     "GET  / HTTP/1.1" + host,
                                     "GET /  HTTP/1.1" + host,
                                     "GET / HTTP/1.1 " + host,
                                     " GET / HTTP/1.1" + host,
                                     "GET\t/ HTTP/1.1" + host,
                                     "G@T / HTTP/1.1" + host,
                                     "GET x HTTP/1.1" + host,
                                     "GET * HTTP/1.1" + host,
                                     "GET /#f HTTP/1.1" + host,
                                     "GET /\x01 HTTP/1.1" + host,
                                     "GET /\xc3\xa9 HTTP/1.1" + host,
                                     "GET http:/// HTTP/1.1" + host,
                                     "GET https://a/ HTTP/1.1" + host,
                                     "CONNECT a:1 HTTP/1.1" + host,
                                     "GET / http/1.1" + host,
                                     "GET / HTTP/1.10" + host,
                                     "GET / HTTP/1.1\r\n\r\n" + std::string(),
                                     "GET / HTTP/1.1\r\nHost: a b\r\n\r\n" + std::string(),
                                     "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n" + std::string(),
                                     "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n" + std::string(),
                                     "GET http://u@h/ HTTP/1.1" + host,
                                     std::string("\r\n\r\nGET / HTTP/1.1") + host,
                                     std::string("\x16\x03\x01"),
                                     std::string("{\"a\":1}"),
                                     std::string("\0", 1),
                                     std::string("hello\n"),
                                     std::string(40, 'A') + " / HTTP/1.1" + host})
        EXPECT_EQ(refusal(bytes), 400) << bytes;
    EXPECT_EQ(refusal("GET / HTTP/2.0" + host), 505);
    EXPECT_EQ(refusal("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
    EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n"), 417);
    for (const char* name : {"Content-Type", "Authorization"}) {
        const std::string field = std::string(name) + ": x\r\n";
        EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\n" + field + field + "\r\n"), 400) << name;
    }
}

TEST(RequestParser, Limits) {
    const HttpLimits limits{
        .line_bytes_max = 64, .head_bytes_max = 200, .headers_max = 4, .body_bytes_max = 10};
    const auto status = [&](const std::string& bytes) { return play({bytes}, limits).status; };
    const std::string start = "POST / HTTP/1.1\r\nHost: a\r\n";
    EXPECT_EQ(status("GET /" + std::string(50, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
    EXPECT_EQ(status("GET /" + std::string(51, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
    EXPECT_EQ(status("GET /" + std::string(70, 'x')), 414);
    EXPECT_EQ(status(start + "X: " + std::string(62, 'x') + "\r\n\r\n"), 431);
    EXPECT_EQ(status(start + "A:1\r\nB:1\r\nC:1\r\n\r\n"), 0);
    EXPECT_EQ(status(start + "A:1\r\nB:1\r\nC:1\r\nD:1\r\n\r\n"), 431);
    const std::string field = std::string("A: ") + std::string(58, 'x') + "\r\n";
    EXPECT_EQ(status(start + field + field + field), 431);
    EXPECT_EQ(status(start + "Content-Length: 10\r\n\r\n0123456789"), 0);
    EXPECT_EQ(status(start + "Content-Length: 11\r\n\r\n"), 413);  // before the body comes
    EXPECT_EQ(status(start + "Content-Length: 18446744073709551615\r\n\r\n"), 413);
    EXPECT_EQ(status(start + "Transfer-Encoding: chunked\r\n\r\nb\r\n"), 413);
    EXPECT_EQ(status(start + "Transfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n3\r\n"), 413);
    EXPECT_LT(limits.message_bytes_max(), 5'000U);
}

TEST(RequestParser, TinyChunksCannotGrowTheBufferWithoutEnd) {
    const HttpLimits limits{.body_bytes_max = 4096};
    std::string bytes = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 4096; ++i) bytes += "1\r\nx\r\n";
    EXPECT_EQ(play({bytes}, limits).status, 413);
}

TEST(RequestParser, SaysOnceThatTheClientWaitsForContinue) {
    const std::string head =
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 3";
    RequestParser parser;
    EXPECT_FALSE(parser.in_request());
    EXPECT_EQ(parser.parse(""), Status::need_more);
    EXPECT_FALSE(parser.in_request());
    EXPECT_EQ(parser.parse(head), Status::need_more);
    EXPECT_TRUE(parser.in_request());
    EXPECT_FALSE(parser.take_continue());
    EXPECT_EQ(parser.parse(head + "\r\n\r\n"), Status::need_more);
    EXPECT_TRUE(parser.take_continue());
    EXPECT_FALSE(parser.take_continue());
    const std::string all = head + "\r\n\r\nabc";
    ASSERT_EQ(parser.parse(all), Status::ready);
    EXPECT_FALSE(parser.in_request());
    EXPECT_EQ(parser.request().body, "abc");
    RequestParser impatient;
    EXPECT_EQ(impatient.parse(head + "\r\n\r\na"), Status::need_more);
    EXPECT_FALSE(impatient.take_continue());
    RequestParser old;
    EXPECT_EQ(old.parse("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"),
              Status::need_more);
    EXPECT_FALSE(old.take_continue());
}

TEST(RequestParser, NothingOfOneRequestStaysInTheNext) {
    RequestParser parser;
    ASSERT_EQ(parser.parse("POST /a?q HTTP/1.1\r\nHost: a\r\nAuthorization: x\r\nPrefer: wait=5\r\n"
                           "Content-Type: t\r\nConnection: close\r\nContent-Length: 1\r\n\r\nb"),
              Status::ready);
    ASSERT_EQ(parser.parse("GET /c HTTP/1.1\r\nHost: b\r\n\r\n"), Status::ready);
    Seen wanted;
    wanted.method = "GET";
    wanted.target = wanted.path = "/c";
    wanted.host = "b";
    wanted.headers = 1;
    wanted.version_minor = 1;
    wanted.keep_alive = true;
    EXPECT_EQ(seen(parser.request()), wanted);
}

TEST(Request, HelpersReadHeaders) {
    RequestParser parser;
    const std::string bytes =
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c, WebSocket\r\nConnection: keep-alive, "
        "Upgrade\r\n"
        "Sec-WebSocket-Key: k\r\nContent-Type: Application/JSON ;x\r\n"
        "Authorization: bearer  tok.en\r\n\r\n";
    ASSERT_EQ(parser.parse(bytes), Status::ready);
    const Request& request = parser.request();
    EXPECT_TRUE(request.wants_upgrade("websocket"));
    EXPECT_FALSE(request.wants_upgrade("h3"));
    EXPECT_EQ(request.header("sec-websocket-key"), "k");
    EXPECT_FALSE(request.header("sec-websocket-version"));
    EXPECT_TRUE(request.is_json());
    EXPECT_EQ(request.bearer_token(), "tok.en");
    ASSERT_EQ(parser.parse("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
                           "Authorization: Basic dTpw\r\nContent-Type: application/jsonx\r\n\r\n"),
              Status::ready);
    EXPECT_FALSE(parser.request().wants_upgrade("websocket"));
    EXPECT_EQ(parser.request().bearer_token(), "");
    EXPECT_FALSE(parser.request().is_json());
}

// One to three requests out of fragments, most of them legal.
std::string any_requests() {
    std::string bytes;
    for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
        bytes += *rc::gen::element<std::string>(
            "POST /a", "GET /b?c=d", "HEAD /", "PUT http://x/y", "\r\nPOST /z", "BAD");
        bytes += *rc::gen::element<std::string>(
            " HTTP/1.1\r\n", " HTTP/1.1\r\n", " HTTP/1.0\r\n", " HTTP/1.1\n");
        bytes += *rc::gen::element<std::string>(
            "Host: a\r\n", "Host: a\r\nX: y\r\n", "Host: a\r\nPrefer: wait=3\r\n", "");
        bytes += *rc::gen::element<std::string>(
            "\r\n",
            "Content-Length: 5\r\n\r\nhello",
            "Content-Length: 0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n"
            "T: u\r\n\r\n",
            "Content-Length: 99\r\n\r\nshort",
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n");
    }
    return bytes;
}

std::vector<std::string> any_split(const std::string& bytes) {
    std::vector<std::string> pieces;
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t length = *rc::gen::inRange<std::size_t>(1, 40);
        pieces.push_back(bytes.substr(at, length));
        at += length;
    }
    return pieces;
}

TEST(RequestParser, AnySplitGivesTheSame) {
    EXPECT_TRUE(rc::check([] {
        const std::string bytes = any_requests();
        RC_ASSERT(play(any_split(bytes)) == play({bytes}));
    }));
    const std::string bytes =
        "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    std::vector<std::string> single;
    for (const char c : bytes) single.emplace_back(1, c);
    EXPECT_EQ(play(single), play({bytes}));
    EXPECT_EQ(play(single).requests.size(), 2U);
}

TEST(RequestParser, DamagedBytesAreReadWithoutHarmHoweverSplit) {
    EXPECT_TRUE(rc::check([] {
        std::string bytes = any_requests();
        for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
            const std::size_t at = *rc::gen::inRange<std::size_t>(0, bytes.size());
            bytes[at] = *rc::gen::oneOf(rc::gen::element('\r', '\n', ' ', ':', '0', '\0', 'a'),
                                        rc::gen::arbitrary<char>());
        }
        const Connection split = play(any_split(bytes));
        const Connection whole = play({bytes});
        RC_ASSERT(split == whole);
    }));
}

TEST(Response, TheUsualAnswer) {
    std::string out = "before";
    append_response(out, {.body = "{}"});
    EXPECT_EQ(out,
              "beforeHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
              "Content-Length: 2\r\n\r\n{}");
}

TEST(Response, EveryOption) {
    const auto written = [](const Response& response) {
        std::string out;
        append_response(out, response);
        return out;
    };
    std::string extra;
    append_header(extra, "Retry-After", "5");
    EXPECT_EQ(written({.status = 503, .body = "x", .extra_headers = extra, .keep_alive = false}),
              "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
              "Connection: close\r\nRetry-After: 5\r\nContent-Length: 1\r\n\r\nx");
    EXPECT_EQ(written({.body = "x", .content_type = "text/plain", .version_minor = 0}),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: keep-alive\r\n"
              "Content-Length: 1\r\n\r\nx");
    EXPECT_EQ(written({.body = "xyz", .head_only = true}),
              "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n");
    EXPECT_EQ(written({.status = 204}), "HTTP/1.1 204 No Content\r\n\r\n");
    EXPECT_EQ(written({.status = 401, .content_type = ""}),
              "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(written({.status = 101, .extra_headers = "Upgrade: websocket\r\n"}),
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n");
    EXPECT_EQ(reason_phrase(299), "Status");
}

TEST(ResponseDeathTest, AHeaderCannotBreakOutOfItsLine) {
    std::string lines;
    EXPECT_DEATH(append_header(lines, "X", "a\r\nY: b"), "CHECK failed");
    EXPECT_DEATH(append_header(lines, "X:", "a"), "CHECK failed");
}

}  // namespace
}  // namespace playback::wire
