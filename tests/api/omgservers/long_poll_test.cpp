#include "engine/api/omgservers/long_poll.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class LongPollTest : public ApiTest {
protected:
    LongPollTest()
        : game(new_game()),
          player(new_player()),
          client(new_client(player)),
          runtime(start_runtime(game)) {
        const Json mail = call("player", "interchange-messages", poll(client), player.token)
                              .json()["incoming_messages"];
        consume = poll(client);
        for (const Json& one : mail) consume["consumed_messages"].push_back(one["id"]);
    }
    // Sends a poll that waits; the answer comes on the wire.
    std::shared_ptr<tests::Wire> hold(const char* wait) {
        auto wire = connect();
        const std::string headers =
            std::string("Content-Type: application/json\r\nPrefer: wait=") + wait + "\r\n";
        send(wire,
             request(
                 path_of("player", "interchange-messages"), consume.dump(), player.token, headers));
        return wire;
    }
    void respond(const char* message) {
        Json body = runtime_poll();
        body["outgoing_messages"] =
            Json::array({{{"qualifier", "RESPOND_CLIENT"},
                          {"body", {{"client_id", client}, {"message", message}}}}});
        EXPECT_EQ(call("runtime", "interchange-messages", body, runtime.token).status, 200);
    }

    Game game;
    Person player;
    std::string client;
    Runtime runtime;
    Json consume;
};

TEST_F(LongPollTest, AnswersWhenSomethingArrives) {
    auto wire = hold("10");
    EXPECT_FALSE(take(*wire));
    world.advance(seconds(3));
    EXPECT_FALSE(take(*wire));
    respond("now");
    world.run();
    const std::optional<HttpReply> reply = take(*wire);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->json()["incoming_messages"][0]["body"]["message"], "now");
    EXPECT_TRUE(reply->head.contains("Preference-Applied: wait=10\r\n")) << reply->head;
}

TEST_F(LongPollTest, AnswersEmptyWhenTheTimeIsOver) {
    auto wire = hold("5");
    world.advance(milliseconds(4900));
    EXPECT_FALSE(take(*wire));
    world.advance(milliseconds(200));
    EXPECT_EQ(take(*wire)->json(), Json({{"incoming_messages", Json::array()}}));
}

TEST_F(LongPollTest, WhatIsThereIsAnsweredAtOnce) {
    respond("already");
    auto wire = hold("10");
    EXPECT_EQ(take(*wire)->json()["incoming_messages"].size(), 1U);
}

TEST_F(LongPollTest, NoLongerThanTheLimit) {
    auto wire = hold("99999");
    world.advance(seconds(59));
    EXPECT_FALSE(take(*wire));
    world.advance(seconds(2));
    const std::optional<HttpReply> reply = take(*wire);
    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->head.contains("Preference-Applied: wait=60\r\n"));
}

TEST_F(LongPollTest, WaitingCountsAsActivity) {
    auto wire = hold("60");
    world.advance(seconds(45));
    EXPECT_FALSE(take(*wire)) << "a client that waits is not inactive";
}

TEST_F(LongPollTest, ZeroIsAPlainPoll) {
    auto wire = hold("0");
    EXPECT_EQ(take(*wire)->status, 200);
}

TEST_F(LongPollTest, AnUnwantedPreferenceIsIgnored) {
    auto wire = hold("soon");
    const std::optional<HttpReply> reply = take(*wire);
    ASSERT_TRUE(reply);
    EXPECT_FALSE(reply->head.contains("Preference-Applied"));
}

TEST_F(LongPollTest, RuntimesMayWaitToo) {
    Json body = runtime_poll();
    const Json commands =
        call("runtime", "interchange-messages", body, runtime.token).json()["incoming_messages"];
    for (const Json& one : commands) body["consumed_messages"].push_back(one["id"]);
    auto wire = connect();
    send(wire,
         request(path_of("runtime", "interchange-messages"),
                 body.dump(),
                 runtime.token,
                 "Content-Type: application/json\r\nPrefer: wait=8\r\n"));
    EXPECT_FALSE(take(*wire));
    Json say = poll(client);
    say["outgoing_messages"] =
        Json::array({{{"qualifier", "MESSAGE_PRODUCED"}, {"body", {{"message", "hey"}}}}});
    call("player", "interchange-messages", say, player.token);
    const std::optional<HttpReply> reply = take(*wire);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->json()["incoming_messages"][0]["body"]["message"], "hey");
}

TEST_F(LongPollTest, AStoppingNodeAnswersWhatIsHeld) {
    auto wire = hold("60");
    io::TaskGroup group(world.io.executor);
    group.spawn(node->stop());
    world.run();
    const std::optional<HttpReply> reply = take(*wire);
    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->status, 200);
    EXPECT_TRUE(reply->head.contains("Connection: close\r\n"));
    EXPECT_EQ(group.size(), 0U);
}

}  // namespace
}  // namespace playback::omgservers
