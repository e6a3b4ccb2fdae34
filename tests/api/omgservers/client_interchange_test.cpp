#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class ClientInterchangeTest : public ApiTest {
protected:
    ClientInterchangeTest() : game(new_game()), player(new_player()), client(new_client(player)) {}

    HttpReply exchange_mail(const Json& body, const char* path = "interchange-messages") {
        return call("player", path, body, player.token);
    }
    static Json message(const Json& content) {
        return {{"qualifier", "MESSAGE_PRODUCED"}, {"body", {{"message", content}}}};
    }
    Json saying(const Json& entries) const {
        Json body = poll(client);
        body["outgoing_messages"] = entries;
        return body;
    }
    std::vector<Json> heard(const Runtime& runtime) {
        std::vector<Json> messages;
        const Json mail = call("runtime", "interchange-messages", runtime_poll(), runtime.token)
                              .json()["incoming_messages"];
        for (const Json& one : mail)
            if (one["qualifier"] == "MESSAGE_RECEIVED") messages.push_back(one["body"]["message"]);
        return messages;
    }

    Game game;
    Person player;
    std::string client;
};

TEST_F(ClientInterchangeTest, MailStaysUntilItIsConsumed) {
    const Json first = exchange_mail(poll(client)).json()["incoming_messages"];
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(exchange_mail(poll(client)).json()["incoming_messages"], first);
    Json consume = poll(client);
    consume["consumed_messages"] = Json::array({first[0]["id"], "123456", 789});
    EXPECT_EQ(exchange_mail(consume).json()["incoming_messages"], Json::array());
    EXPECT_EQ(exchange_mail(consume).status, 200) << "unknown ids are ignored";
}

TEST_F(ClientInterchangeTest, NobodyElsesClient) {
    const Person stranger = new_player();
    for (const char* path : {"interchange", "interchange-messages"})
        EXPECT_EQ(call("player", path, poll(client), stranger.token).outcome(),
                  "403 UNAUTHORIZED_REQUEST");
    EXPECT_EQ(exchange_mail(poll("4711")).outcome(), "404 OBJECT_NOT_FOUND");
}

TEST_F(ClientInterchangeTest, BeforeAnyRuntimeIsAssigned) {
    Json body = saying(Json::array({message("x")}));
    const Json greeting = exchange_mail(poll(client)).json()["incoming_messages"];
    body["consumed_messages"] = Json::array({greeting[0]["id"]});
    EXPECT_EQ(exchange_mail(body).outcome(), "409 RUNTIME_NOT_FOUND");
    EXPECT_EQ(exchange_mail(poll(client)).json()["incoming_messages"], greeting)
        << "nothing was consumed either";
    // P1 drops the messages and does the rest.
    body["outgoing_messages"] =
        Json::array({{{"qualifier", "CLIENT_OUTGOING_MESSAGE"}, {"body", {{"data", "x"}}}}});
    EXPECT_EQ(exchange_mail(body, "interchange").status, 200);
    EXPECT_EQ(exchange_mail(poll(client)).json()["incoming_messages"], Json::array());
}

TEST_F(ClientInterchangeTest, OrderAndContentAreKept) {
    const Runtime runtime = start_runtime(game);
    const std::vector<Json> sent = {1, "two", {{"three", {1, 2, {{"x", nullptr}}}}}, true, 1.25};
    Json entries = Json::array();
    for (const Json& one : sent) entries.push_back(message(one));
    EXPECT_EQ(exchange_mail(saying(entries)).status, 200);
    EXPECT_EQ(heard(runtime), sent);
    // The order of members does not matter, nor do those that we do not know.
    const std::string raw = R"({"consumed_messages":[],"outgoing_messages":[{"body":{"x":1,)"
                            R"("message":"last"},"id":3,"qualifier":"MESSAGE_PRODUCED"}],)"
                            R"("client_id":)" +
                            client + "}";
    EXPECT_EQ(raw_call("player", "interchange-messages", raw, player.token).status, 200);
    EXPECT_EQ(heard(runtime).back(), "last");
}

TEST_F(ClientInterchangeTest, WrongEntriesRefuseTheWholeCall) {
    const Runtime runtime = start_runtime(game);
    const auto outcome = [&](const Json& entry, const char* path = "interchange-messages") {
        return exchange_mail(saying(Json::array({message("before"), entry})), path).outcome();
    };
    EXPECT_EQ(outcome({{"qualifier", "CLIENT_GREETED"}, {"body", Json::object()}}),
              "400 WRONG_MESSAGE");
    EXPECT_EQ(outcome({{"qualifier", "NONSENSE"}, {"body", Json::object()}}), "400 WRONG_REQUEST");
    EXPECT_EQ(outcome({{"qualifier", 5}}), "400 WRONG_REQUEST");
    EXPECT_EQ(outcome(7), "400 WRONG_REQUEST");
    EXPECT_EQ(outcome({{"qualifier", "MESSAGE_PRODUCED"}, {"body", Json::object()}}),
              "400 VALIDATION_CONSTRAINT_VIOLATED");
    EXPECT_EQ(outcome({{"qualifier", "MESSAGE_PRODUCED"}}), "400 VALIDATION_CONSTRAINT_VIOLATED");
    EXPECT_EQ(outcome({{"body", {{"message", 1}}}}), "400 VALIDATION_CONSTRAINT_VIOLATED");
    EXPECT_EQ(outcome(message(std::string(70'000, 'x'))), "400 VALIDATION_CONSTRAINT_VIOLATED");
    // The words of the other generation are unknown here.
    EXPECT_EQ(outcome({{"qualifier", "CLIENT_OUTGOING_MESSAGE"}, {"body", {{"data", 1}}}}),
              "400 WRONG_REQUEST");
    EXPECT_EQ(outcome({{"qualifier", "CLIENT_OUTGOING_MESSAGE"}}, "interchange"),
              "400 WRONG_REQUEST");
    Json p1 = saying(Json::array({{{"qualifier", "SERVER_WELCOME_MESSAGE"}}}));
    EXPECT_EQ(exchange_mail(p1, "interchange").outcome(), "400 WRONG_MESSAGE");
    EXPECT_EQ(heard(runtime), std::vector<Json>{}) << "nothing of a refused call arrives";
}

TEST_F(ClientInterchangeTest, CountsAndDepthAreBounded) {
    start_runtime(game);
    Json body = poll(client);
    for (int i = 0; i < 1025; ++i) body["consumed_messages"].push_back(i + 1);
    EXPECT_EQ(exchange_mail(body).outcome(), "400 VALIDATION_CONSTRAINT_VIOLATED");
    Json entries = Json::array();
    for (int i = 0; i < 1025; ++i) entries.push_back(message(1));
    EXPECT_EQ(exchange_mail(saying(entries)).outcome(), "400 VALIDATION_CONSTRAINT_VIOLATED");
    const std::string deep = std::string(60, '[') + std::string(60, ']');
    EXPECT_EQ(exchange_mail(saying(Json::array({message(Json::parse(deep))}))).outcome(),
              "400 WRONG_REQUEST");
}

#ifndef PLAYBACK_OVER_SOCKETS
TEST_F(ClientInterchangeTest, ASilentClientEnds) {
    start_runtime(game);
    world.advance(seconds(31));
    const Json mail = exchange_mail(poll(client)).json()["incoming_messages"];
    ASSERT_FALSE(mail.empty());
    EXPECT_EQ(mail.back()["qualifier"], "CLIENT_DELETED");
    EXPECT_EQ(mail.back()["body"]["reason"], "CLIENT_INACTIVITY");
    EXPECT_EQ(exchange_mail(saying(Json::array({message("x")}))).status, 200)
        << "what it says is ignored";
}
#endif

}  // namespace
}  // namespace playback::omgservers
