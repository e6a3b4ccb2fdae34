// The whole way of a game, over HTTP, in both generations: golden answers.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class Story : public ApiTest {
protected:
    Json mail_of(const Person& player, const std::string& client) {
        return call("player", "interchange-messages", poll(client), player.token)
            .json()["incoming_messages"];
    }
    Json commands_of(const Runtime& runtime, const Json& body) {
        return call("runtime", "interchange-messages", body, runtime.token)
            .json()["incoming_messages"];
    }
};

TEST_F(Story, GreetingThenAssignment) {
    const Game game = new_game();
    ASSERT_FALSE(game.deployment.empty());
    const Person player = new_player();
    const std::string client = new_client(player);
    ASSERT_FALSE(client.empty());

    // Greeted, and not yet assigned: the lobby has not started.
    Json mail = mail_of(player, client);
    ASSERT_EQ(mail.size(), 1U);
    EXPECT_EQ(mail[0]["qualifier"], "CLIENT_GREETED");
    EXPECT_EQ(mail[0]["body"]["tenant_id"], game.tenant);
    EXPECT_EQ(mail[0]["body"]["version_id"], game.version);
    EXPECT_TRUE(mail[0]["body"]["version_created"].get<std::string>().ends_with("Z"));

    const Runtime runtime = start_runtime(game);
    ASSERT_FALSE(runtime.token.empty()) << runtime.token_reply.outcome();
    mail = mail_of(player, client);
    ASSERT_EQ(mail.size(), 2U);
    EXPECT_EQ(mail[1]["qualifier"], "RUNTIME_ASSIGNED");
    const Json expected = {{"runtime_id", runtime.id},
                           {"runtime_qualifier", "LOBBY"},
                           {"runtime_config",
                            {{"version", "V1"},
                             {"config", version_config()},
                             {"lobby", {{"lobby_id", runtime.id}}},
                             {"match", nullptr}}}};
    EXPECT_EQ(mail[1]["body"], expected);

    // The runtime sees its creation and its client, with an empty profile.
    const Json commands = commands_of(runtime, runtime_poll());
    ASSERT_EQ(commands.size(), 2U);
    EXPECT_EQ(commands[0]["qualifier"], "RUNTIME_CREATED");
    EXPECT_EQ(commands[0]["body"]["runtime_config"], expected["runtime_config"]);
    EXPECT_EQ(commands[1]["qualifier"], "CLIENT_ASSIGNED");
    const Json assigned = {{"user_id", player.id},
                           {"client_id", client},
                           {"profile", Json::object()},
                           {"group_name", nullptr}};
    EXPECT_EQ(commands[1]["body"], assigned);
    EXPECT_EQ(commands[1]["runtime_id"], runtime.id);
    EXPECT_EQ(commands[1]["deleted"], false);
}

TEST_F(Story, MessageThereAnswerAndProfileBack) {
    const Game game = new_game();
    const Person player = new_player();
    const std::string client = new_client(player);
    const Runtime runtime = start_runtime(game);
    const Json mail = mail_of(player, client);
    const Json first = commands_of(runtime, runtime_poll());
    ASSERT_EQ(first.size(), 2U);

    const Json payload = {{"a", {1, 2.5, "x", true, nullptr}}};
    Json say = poll(client);
    say["outgoing_messages"] = Json::array(
        {{{"id", 7}, {"qualifier", "MESSAGE_PRODUCED"}, {"body", {{"message", payload}}}}});
    say["consumed_messages"] = Json::array({mail[0]["id"], mail[1]["id"]});
    EXPECT_EQ(call("player", "interchange-messages", say, player.token).json(),
              Json({{"incoming_messages", Json::array()}}));

    Json answer = runtime_poll();
    answer["consumed_messages"] = Json::array({first[0]["id"], first[1]["id"]});
    const Json heard = commands_of(runtime, answer);
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_EQ(heard[0]["qualifier"], "MESSAGE_RECEIVED");
    EXPECT_EQ(heard[0]["body"], Json({{"client_id", client}, {"message", payload}}));

    answer["consumed_messages"] = Json::array({heard[0]["id"]});
    answer["outgoing_messages"] = Json::array(
        {{{"qualifier", "RESPOND_CLIENT"}, {"body", {{"client_id", client}, {"message", "hi"}}}},
         {{"qualifier", "SET_PROFILE"},
          {"body", {{"client_id", client}, {"profile", {{"level", 3}}}}}}});
    EXPECT_EQ(commands_of(runtime, answer).size(), 0U);
    const Json replies = mail_of(player, client);
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0]["qualifier"], "MESSAGE_PRODUCED");
    EXPECT_EQ(replies[0]["body"], Json({{"message", "hi"}}));

    // A second client of the same user brings the profile along.
    const std::string second = new_client(player);
    const Json joined = commands_of(runtime, runtime_poll());
    ASSERT_EQ(joined.size(), 1U);
    EXPECT_EQ(joined[0]["body"]["client_id"], second);
    EXPECT_EQ(joined[0]["body"]["profile"], Json({{"level", 3}}));
}

TEST_F(Story, TheSameInTheWordsOfTheFirstGeneration) {
    const Game game = new_game();
    const Person player = new_player();
    const std::string client = new_client(player);
    const Runtime runtime = start_runtime(game);
    EXPECT_FALSE(runtime.token_reply.text("ws_token").empty());

    Json mail = call("player", "interchange", poll(client), player.token).json();
    ASSERT_TRUE(mail.contains("incoming_messages"));
    mail = mail["incoming_messages"];
    ASSERT_EQ(mail.size(), 3U);
    EXPECT_EQ(mail[2]["qualifier"], "MATCHMAKER_ASSIGNMENT_MESSAGE");
    EXPECT_EQ(mail[2]["body"]["matchmaker_id"], game.deployment);
    EXPECT_EQ(mail[0]["qualifier"], "SERVER_WELCOME_MESSAGE");
    EXPECT_EQ(mail[1]["qualifier"], "RUNTIME_ASSIGNMENT_MESSAGE");
    const Json config = {{"lobby_config", {{"lobby_id", runtime.id}}},
                         {"match_config", nullptr},
                         {"version_config", version_config()}};
    EXPECT_EQ(mail[1]["body"]["runtime_config"], config);

    Json say = poll(client);
    say["outgoing_messages"] =
        Json::array({{{"qualifier", "CLIENT_OUTGOING_MESSAGE"}, {"body", {{"data", "hello"}}}}});
    EXPECT_EQ(call("player", "interchange", say, player.token).status, 200);

    Json answer = {{"outgoing_commands", Json::array()}, {"consumed_commands", Json::array()}};
    Json commands =
        call("runtime", "interchange", answer, runtime.token).json()["incoming_commands"];
    ASSERT_EQ(commands.size(), 3U);
    EXPECT_EQ(commands[0]["qualifier"], "INIT_RUNTIME");
    EXPECT_EQ(commands[0]["body"]["runtime_config"], config);
    EXPECT_EQ(commands[1]["qualifier"], "ADD_CLIENT");
    EXPECT_FALSE(commands[1]["body"].contains("group_name"));
    EXPECT_EQ(commands[2]["qualifier"], "HANDLE_MESSAGE");
    EXPECT_EQ(commands[2]["body"]["message"], "hello");

    answer["outgoing_commands"] =
        Json::array({{{"qualifier", "BROADCAST_MESSAGE"}, {"body", {{"message", {{"to", "all"}}}}}},
                     {{"qualifier", "KICK_CLIENT"}, {"body", {{"client_id", "1"}}}}});
    EXPECT_EQ(call("runtime", "interchange", answer, runtime.token).status, 200);
    mail = call("player", "interchange", poll(client), player.token).json()["incoming_messages"];
    ASSERT_EQ(mail.size(), 4U);
    EXPECT_EQ(mail[3]["qualifier"], "SERVER_OUTGOING_MESSAGE");
    EXPECT_EQ(mail[3]["body"]["message"], Json({{"to", "all"}}));
}

TEST_F(Story, TheTokensOfSocketsComeInEveryForm) {
    const Game game = new_game();
    const Person player = new_player();
    const HttpReply made = call("player",
                                "create-client",
                                {{"tenant", "t"}, {"project", "p"}, {"stage", "s"}},
                                player.token);
    const std::string url = made.text("connection_url");
    EXPECT_TRUE(
        url.starts_with("ws://game.test/connector/v1/entrypoint/websocket/endpoint?ws_token="))
        << url;
    const Json config = made.json()["connector_config"];
    EXPECT_EQ(config["connection_url"],
              "ws://game.test/connector/v1/entrypoint/websocket/endpoint");
    EXPECT_EQ(config["sec_web_socket_protocol"],
              "bearer-token-carrier,quarkus-http-upgrade%23Authorization%23Bearer+" +
                  url.substr(url.find('=') + 1));

    const Runtime runtime = start_runtime(game);
    EXPECT_EQ(runtime.token_reply.json()["dispatcher_config"]["connection_url"],
              "ws://game.test/dispatcher/v1/entrypoint/websocket/endpoint");
    EXPECT_TRUE(
        runtime.token_reply.text("dispatcher_url").ends_with(runtime.token_reply.text("ws_token")));
}

TEST_F(Story, DeletingATenantEndsEverythingInIt) {
    const Game game = new_game();
    const Person player = new_player();
    const std::string client = new_client(player);
    EXPECT_EQ(support("delete-tenant", {{"tenant", "t"}}).json(), Json({{"deleted", true}}));
    EXPECT_EQ(support("create-project", {{"tenant", "t"}}).outcome(), "404 OBJECT_NOT_FOUND");
    EXPECT_EQ(support("create-project", {{"tenant", game.tenant}}).outcome(),
              "404 OBJECT_NOT_FOUND");
    EXPECT_EQ(call("player",
                   "create-client",
                   {{"tenant", "t"}, {"project", "p"}, {"stage", "s"}},
                   player.token)
                  .outcome(),
              "404 OBJECT_NOT_FOUND");
    const Json mail = call("player", "interchange-messages", poll(client), player.token)
                          .json()["incoming_messages"];
    ASSERT_FALSE(mail.empty());
    EXPECT_EQ(mail.back()["qualifier"], "CLIENT_DELETED");
    EXPECT_EQ(mail.back()["body"]["reason"], "INTERNAL_FAILURE");
}

}  // namespace
}  // namespace playback::omgservers
