// What holds for every call: tokens, framing, limits, refusals, and the limit of anonymous calls.
#include "engine/api/omgservers/api.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class ApiRulesTest : public ApiTest {
protected:
    std::string generate(std::string_view token) {
        return call("admin", "generate-id", Json::object(), token).outcome();
    }
};

TEST_F(ApiRulesTest, TokensThatAreNotOurs) {
    const std::string token = log_in("admin", "admin", "admin-pw");
    EXPECT_EQ(generate(token), "200");
    std::string forged = token;
    forged[forged.rfind('.') + 1] ^= 1;
    const std::string claims_cut =
        token.substr(0, token.find('.')) + ".e30" + token.substr(token.rfind('.'));
    for (const std::string& bad :
         {forged, claims_cut, token + "x", token.substr(1), std::string("x"), std::string("..")})
        EXPECT_EQ(generate(bad), "401 WRONG_CREDENTIALS");
    const HttpReply basic = exchange(
        request(path_of("admin", "generate-id"),
                "{}",
                "",
                "Content-Type: application/json\r\nAuthorization: Basic " + token + "\r\n"));
    EXPECT_EQ(basic.outcome(), "401 WRONG_CREDENTIALS");
    EXPECT_TRUE(basic.head.contains("WWW-Authenticate: Bearer\r\n"));
}

TEST_F(ApiRulesTest, TokensExpire) {
    const std::string token = log_in("admin", "admin", "admin-pw");
    world.advance(seconds(3590));
    EXPECT_EQ(generate(token), "200");
    world.advance(seconds(80));
    EXPECT_EQ(generate(token), "401 WRONG_CREDENTIALS");
}

TEST_F(ApiRulesTest, SocketTokensAreNotForCalls) {
    const Game game = new_game();
    const Runtime runtime = start_runtime(game);
    const std::string socket = runtime.token_reply.text("ws_token");
    EXPECT_EQ(call("runtime", "interchange-messages", runtime_poll(), socket).outcome(),
              "401 WRONG_CREDENTIALS");
}

TEST_F(ApiRulesTest, ATokenOutlivesTheNodeThatMadeIt) {
    const std::string token = log_in("admin", "admin", "admin-pw");
    world.wait([](Node& old) -> io::Task<bool> {
        co_await old.stop();
        co_return true;
    }(*node));
    node = std::make_unique<Node>(world.io, config());
    ASSERT_TRUE(world.wait(node->start())->has_value());
    EXPECT_EQ(generate(token), "200");
    EXPECT_EQ(world.signer.verified, 1);
    EXPECT_EQ(generate(token), "200");
    EXPECT_EQ(world.signer.verified, 1) << "verified once";
}

TEST_F(ApiRulesTest, WhatIsNoRequestHasAnErrorBodyToo) {
    const auto outcome = [&](const std::string& bytes) { return exchange(bytes).outcome(); };
    EXPECT_EQ(outcome("nonsense\r\n\r\n"), "400 WRONG_REQUEST");
    EXPECT_EQ(outcome("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"),
              "413 WRONG_REQUEST");
    EXPECT_EQ(outcome("POST / HTTP/1.1\r\nHost: a\r\nX: " + std::string(9'000, 'x') + "\r\n\r\n"),
              "431 WRONG_REQUEST");
    EXPECT_EQ(outcome("POST / HTTP/3.0\r\nHost: a\r\n\r\n"), "505 UNSUPPORTED_FEATURE");
    EXPECT_EQ(outcome("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"),
              "501 UNSUPPORTED_FEATURE");
}

TEST_F(ApiRulesTest, PipelinedCallsOfDifferentKinds) {
    const std::string token = log_in("admin", "admin", "admin-pw");
    auto wire = connect();
    std::string all;
    for (int i = 0; i < 5; ++i) {
        all += request(path_of("player", "ping-service"), R"({"message":"a"})");
        all += request(path_of("admin", "generate-id"), "{}", token);
        all += request(path_of("player", "create-user"), "{}");
        all += request(path_of("player", "create-user"), "[]");
    }
    send(wire, all);
    EXPECT_LE(wire->writes, 2U) << "one for each piece that was read";
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(take(*wire)->text("message"), "pong");
        EXPECT_FALSE(take(*wire)->text("id").empty());
        EXPECT_FALSE(take(*wire)->text("user_id").empty());
        EXPECT_EQ(take(*wire)->outcome(), "400 WRONG_REQUEST");
    }
}

class RateLimitedTest : public ApiTest {
protected:
    static NodeConfig limited() {
        NodeConfig result = config();
        result.anonymous.per_minute = 60;
        result.anonymous.burst = 3;
        return result;
    }
    RateLimitedTest() : ApiTest(limited()) {}

    HttpReply from(const char* peer, const char* method, const Json& body) {
        return exchange(request(path_of("player", method), body.dump()), peer);
    }
};

TEST_F(RateLimitedTest, AnonymousCallsPerAddress) {
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(from("192.0.2.1", "create-user", Json::object()).status, 200);
    const HttpReply refused = from("192.0.2.1", "create-user", Json::object());
    EXPECT_EQ(refused.outcome(), "429 UNAUTHORIZED_REQUEST");
    EXPECT_TRUE(refused.head.contains("Retry-After: 2\r\n")) << refused.head;
    EXPECT_EQ(from("192.0.2.1", "create-token", {{"user_id", 1}, {"password", "x"}}).status, 429);
    EXPECT_EQ(from("192.0.2.1", "ping-service", {{"message", "x"}}).status, 200);
    EXPECT_EQ(from("192.0.2.2", "create-user", Json::object()).status, 200);
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(from("127.0.0.1", "create-user", Json::object()).status, 200) << "exempt";
    world.advance(seconds(2));
    EXPECT_EQ(from("192.0.2.1", "create-user", Json::object()).status, 200);
}

TEST_F(RateLimitedTest, OnlyWrongPasswordsOfRuntimesCount) {
    const Game game = new_game();
    const Runtime runtime = start_runtime(game);
    const auto log_in_from = [&](const char* peer, const char* password) {
        const Json body = {{"runtime_id", runtime.id}, {"password", password}};
        return exchange(request(path_of("runtime", "create-token"), body.dump()), peer).status;
    };
    for (int i = 0; i < 10; ++i) EXPECT_EQ(log_in_from("192.0.2.3", "runtime-pw"), 200);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(log_in_from("192.0.2.3", "wrong"), 401);
    EXPECT_EQ(log_in_from("192.0.2.3", "wrong"), 429);
    EXPECT_EQ(log_in_from("192.0.2.3", "runtime-pw"), 429);
    EXPECT_EQ(log_in_from("192.0.2.4", "runtime-pw"), 200);
}

}  // namespace
}  // namespace playback::omgservers
