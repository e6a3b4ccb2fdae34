#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class RuntimeInterchangeTest : public ApiTest {
protected:
    RuntimeInterchangeTest()
        : game(new_game()),
          player(new_player()),
          client(new_client(player)),
          other_client(new_client(player)),
          runtime(start_runtime(game)) {
        consume_all(client);
        consume_all(other_client);
    }

    void consume_all(const std::string& of) {
        Json body = poll(of);
        for (const Json& one : mail_of(of)) body["consumed_messages"].push_back(one["id"]);
        call("player", "interchange-messages", body, player.token);
    }
    Json mail_of(const std::string& of) {
        return call("player", "interchange-messages", poll(of), player.token)
            .json()["incoming_messages"];
    }
    std::vector<Json> heard(const std::string& of) {
        std::vector<Json> messages;
        for (const Json& one : mail_of(of))
            if (one["qualifier"] == "MESSAGE_PRODUCED") messages.push_back(one["body"]["message"]);
        return messages;
    }
    HttpReply say(const Json& entries, const char* path = "interchange-messages") {
        const bool is_p1 = std::string_view(path) == "interchange";
        const Json body = {{is_p1 ? "outgoing_commands" : "outgoing_messages", entries},
                           {is_p1 ? "consumed_commands" : "consumed_messages", Json::array()}};
        return call("runtime", path, body, runtime.token);
    }
    static Json entry(const char* qualifier, const Json& body) {
        return {{"qualifier", qualifier}, {"body", body}};
    }

    Game game;
    Person player;
    std::string client;
    std::string other_client;
    Runtime runtime;
};

TEST_F(RuntimeInterchangeTest, RespondMulticastBroadcast) {
    const Json entries = Json::array(
        {entry("RESPOND_CLIENT", {{"client_id", client}, {"message", 1}}),
         entry("MULTICAST_MESSAGE", {{"clients", {client, other_client}}, {"message", 2}}),
         entry("BROADCAST_MESSAGE", {{"message", {{"three", 3}}}})});
    EXPECT_EQ(say(entries).status, 200);
    EXPECT_EQ(heard(client), (std::vector<Json>{1, 2, {{"three", 3}}}));
    EXPECT_EQ(heard(other_client), (std::vector<Json>{2, {{"three", 3}}}));
}

// A multicast with a stranger in it goes to the rest in P2 and to nobody in P1.
TEST_F(RuntimeInterchangeTest, MulticastToStrangers) {
    const Json entries = Json::array(
        {entry("MULTICAST_MESSAGE", {{"clients", {client, "4711"}}, {"message", "x"}})});
    EXPECT_EQ(say(entries, "interchange").status, 200);
    EXPECT_EQ(heard(client), std::vector<Json>{});
    EXPECT_EQ(say(entries).status, 200);
    EXPECT_EQ(heard(client), std::vector<Json>{"x"});
}

TEST_F(RuntimeInterchangeTest, WrongItemsAreIgnoredOneByOne) {
    const Json entries = Json::array(
        {entry("RESPOND_CLIENT", {{"client_id", "4711"}, {"message", 1}}),
         entry("RESPOND_CLIENT", {{"client_id", client}}),
         entry("RESPOND_CLIENT", {{"message", 1}}),
         entry("RESPOND_CLIENT", {{"client_id", client}, {"message", std::string(70'000, 'x')}}),
         entry("MULTICAST_MESSAGE", {{"message", 1}}),
         entry("BROADCAST_MESSAGE", Json::object()),
         entry("SET_PROFILE", {{"client_id", "4711"}, {"profile", Json::object()}}),
         entry("KICK_CLIENT", {{"client_id", "4711"}}),
         entry("REQUEST_MATCHMAKING", {{"client_id", client}, {"mode", "arcade"}}),
         entry("STOP_MATCHMAKING", Json::object()),
         entry("UPGRADE_CONNECTION", {{"client_id", client}, {"protocol", "DISPATCHER"}}),
         {{"qualifier", "STOP_MATCHMAKING"}},
         entry("RESPOND_CLIENT", {{"client_id", client}, {"message", "good"}})});
    EXPECT_EQ(say(entries).status, 200);
    EXPECT_EQ(heard(client), std::vector<Json>{"good"});
}

TEST_F(RuntimeInterchangeTest, WhatCannotBeDecodedIsRefused) {
    for (const Json& wrong : {Json(1),
                              Json::object(),
                              entry("SET_ATTRIBUTES", Json::object()),
                              entry("CLIENT_ASSIGNED", Json::object()),
                              Json({{"qualifier", 1}}),
                              entry("RESPOND_CLIENT", {{"client_id", Json::array()}}),
                              entry("RESPOND_CLIENT", {{"client_id", "x"}}),
                              entry("MULTICAST_MESSAGE", {{"clients", "all"}}),
                              Json({{"qualifier", "RESPOND_CLIENT"}, {"body", 1}})}) {
        const Json entries =
            Json::array({entry("RESPOND_CLIENT", {{"client_id", client}, {"message", 1}}), wrong});
        EXPECT_EQ(say(entries).outcome(), "400 WRONG_REQUEST") << wrong;
    }
    EXPECT_EQ(heard(client), std::vector<Json>{});
}

TEST_F(RuntimeInterchangeTest, KickingFromALobbyEndsTheClient) {
    EXPECT_EQ(say(Json::array({entry("KICK_CLIENT", {{"client_id", client}})})).status, 200);
    const Json commands = call("runtime", "interchange-messages", runtime_poll(), runtime.token)
                              .json()["incoming_messages"];
    EXPECT_EQ(commands.back()["qualifier"], "CLIENT_REMOVED");
    EXPECT_EQ(commands.back()["body"]["client_id"], client);
    EXPECT_EQ(call("player", "interchange-messages", poll(client), player.token).status, 200);
    EXPECT_EQ(say(Json::array({entry("BROADCAST_MESSAGE", {{"message", "left"}})})).status, 200);
    EXPECT_EQ(heard(client), std::vector<Json>{});
    EXPECT_EQ(heard(other_client), std::vector<Json>{"left"});
}

TEST_F(RuntimeInterchangeTest, ADeletedRuntimeIsToldSo) {
    EXPECT_EQ(call("developer",
                   "delete-deployment",
                   {{"deployment_id", game.deployment}},
                   game.developer.token)
                  .status,
              200);
    EXPECT_EQ(call("runtime", "interchange-messages", runtime_poll(), runtime.token).outcome(),
              "404 RUNTIME_NOT_FOUND");
    EXPECT_EQ(
        call("runtime", "create-token", {{"runtime_id", runtime.id}, {"password", "runtime-pw"}})
            .outcome(),
        "404 RUNTIME_NOT_FOUND");
}

TEST_F(RuntimeInterchangeTest, CommandsStayUntilTheyAreConsumed) {
    const auto commands = [&](const Json& body) {
        return call("runtime", "interchange-messages", body, runtime.token)
            .json()["incoming_messages"];
    };
    const Json first = commands(runtime_poll());
    ASSERT_EQ(first.size(), 3U);
    EXPECT_EQ(commands(runtime_poll()), first);
    Json consume = runtime_poll();
    consume["consumed_messages"] = Json::array({first[0]["id"], first[1]["id"]});
    const Json rest = commands(consume);
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0], first[2]);
}

}  // namespace
}  // namespace playback::omgservers
