// Scenarios of omgservers.md section 9 that the other tests of the calls do not play: matches over
// HTTP, in the words of both generations. docs/compatibility/omgservers.md says which row is which.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/domain/mailbox/runtime_inputs.h"
#include "engine/kernel/kernel.h"
#include "engine/wire/jwt.h"
#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class Compatibility : public ApiTest {
protected:
    struct Client {
        Person person;
        std::string id;
    };

    static Json mode(const char* name, int min, int max) {
        const Json group = {{"name", "blue"}, {"min_players", min}, {"max_players", max}};
        return {{"name", name},
                {"min_players", min},
                {"max_players", max},
                {"groups", Json::array({group})}};
    }

    // Deploys a version with these modes, and logs its first lobby in.
    void deploy(const Json& modes) {
        game = new_tenant();
        const Json config = {{"version", "V1"}, {"modes", modes}, {"user_data", Json::object()}};
        Json body = {{"tenant", "t"}, {"project", "p"}, {"config", config}};
        game.version = developer("create-version", body).text("version_id");
        body = {{"tenant", "t"}, {"project", "p"}, {"version", game.version}};
        body.update({{"qualifier", "UNIVERSAL"}, {"image", "t/p:1"}});
        developer("create-image", body);
        body = {{"tenant", "t"}, {"project", "p"}, {"stage", "s"}, {"version_id", game.version}};
        body["config"] = {{"version", "V1"}, {"min_lobbies", 1}};
        game.deployment = developer("create-deployment", body).text("deployment_id");
        lobby = log_in_runtime(runtimes("lobby_resources").at(0));
    }
    HttpReply developer(const char* method, const Json& body) {
        return call("developer", method, body, game.developer.token);
    }
    // The ids of the runtimes of the deployment's lobbies or matches.
    std::vector<std::string> runtimes(const char* resources) {
        std::vector<std::string> ids;
        const Json body = {{"deployment_id", game.deployment}};
        for (const Json& one : developer("get-deployment-details", body).json()[resources])
            ids.push_back(one["runtime_id"]);
        return ids;
    }
    Runtime log_in_runtime(const std::string& id) {
        mailbox::SetCredentials credentials;
        credentials.password_hash = "hash:runtime-pw";
        const RuntimeId runtime{std::stoull(id)};
        (void)world.wait(node->kernel().submit(address_of(runtime), credentials));
        Runtime result{id, {}, ""};
        const Json body = {{"runtime_id", id}, {"password", "runtime-pw"}};
        result.token_reply = call("runtime", "create-token", body);
        result.token = result.token_reply.text("api_token");
        EXPECT_FALSE(result.token.empty()) << result.token_reply.body;
        return result;
    }
    // The only match, logged in.
    Runtime log_in_match() {
        const std::vector<std::string> ids = runtimes("match_resources");
        EXPECT_EQ(ids.size(), 1U);
        return log_in_runtime(ids.at(0));
    }

    Client join() {
        Client client;
        client.person = new_player();
        client.id = new_client(client.person);
        return client;
    }
    std::vector<Client> join(int number) {
        std::vector<Client> clients;
        for (int i = 0; i < number; ++i) clients.push_back(join());
        return clients;
    }
    // What is new in a mailbox; all of it is consumed.
    Json mail(const Client& client) {
        const auto exchange = [&](const Json& body) {
            return call("player", "interchange-messages", body, client.person.token)
                .json()["incoming_messages"];
        };
        const Json got = exchange(poll(client.id));
        Json consume = poll(client.id);
        for (const Json& one : got) consume["consumed_messages"].push_back(one["id"]);
        exchange(consume);
        return got;
    }
    // One poll of a runtime that says these; what is new to it, which is consumed.
    Json says(const Runtime& runtime, const Json& outgoing = Json::array()) {
        const auto exchange = [&](const Json& body) {
            return call("runtime", "interchange-messages", body, runtime.token)
                .json()["incoming_messages"];
        };
        Json body = runtime_poll();
        body["outgoing_messages"] = outgoing;
        const Json got = exchange(body);
        Json consume = runtime_poll();
        for (const Json& one : got) consume["consumed_messages"].push_back(one["id"]);
        exchange(consume);
        return got;
    }
    static Json item(const char* qualifier, const Json& body) {
        return {{"qualifier", qualifier}, {"body", body}};
    }
    void kick(const Runtime& runtime, const Client& client) {
        says(runtime, Json::array({item("KICK_CLIENT", {{"client_id", client.id}})}));
    }
    // The lobby looks for a match for all of these in one poll.
    void seek(const std::vector<Client>& clients, const char* mode) {
        Json wishes = Json::array();
        for (const Client& client : clients)
            wishes.push_back(
                item("REQUEST_MATCHMAKING", {{"client_id", client.id}, {"mode", mode}}));
        says(lobby, wishes);
    }

    // Of messages with this qualifier, these members of their bodies.
    static std::vector<Json> bodies(const Json& mail, const char* qualifier, const char* member) {
        std::vector<Json> result;
        for (const Json& one : mail)
            if (one["qualifier"] == qualifier) result.push_back(one["body"][member]);
        return result;
    }
    std::vector<Json> heard(const Client& client) {
        return bodies(mail(client), "MESSAGE_PRODUCED", "message");
    }
    // "LOBBY 7" for each assignment among the new mail.
    std::vector<std::string> assigned(const Client& client) {
        std::vector<std::string> result;
        for (const Json& one : mail(client)) {
            if (one["qualifier"] != "RUNTIME_ASSIGNED") continue;
            const std::string kind = one["body"]["runtime_qualifier"];
            result.push_back(kind + " " + one["body"]["runtime_id"].get<std::string>());
        }
        return result;
    }

    Game game;
    Runtime lobby;
};

using Places = std::vector<std::string>;

TEST_F(Compatibility, BetweenLobbyAndMatchAndBackAgain) {
    deploy(Json::array({mode("arcade", 1, 16)}));
    const Client client = join();
    EXPECT_EQ(assigned(client), Places{"LOBBY " + lobby.id});
    Runtime match;
    for (int round = 0; round < 2; ++round) {
        seek({client}, "arcade");
        if (round == 0) match = log_in_match();
        EXPECT_EQ(assigned(client), Places{"MATCH " + match.id}) << round;
        EXPECT_EQ(bodies(says(lobby), "CLIENT_REMOVED", "client_id").size(), 1U);
        kick(match, client);
        EXPECT_EQ(assigned(client), Places{"LOBBY " + lobby.id}) << round;
        EXPECT_EQ(bodies(says(match), "CLIENT_REMOVED", "client_id"), std::vector<Json>{client.id});
    }
}

TEST_F(Compatibility, TheMinimumBeginsAMatchHoweverTheyCome) {
    deploy(Json::array({mode("slow", 5, 16), mode("fast", 5, 16)}));
    for (const char* name : {"slow", "fast"}) {
        const std::vector<Client> five = join(5);
        const bool is_gradual = name[0] == 's';
        if (!is_gradual) seek(five, name);
        for (const Client& client : five) {
            EXPECT_EQ(assigned(client), Places{"LOBBY " + lobby.id});
            if (!is_gradual) continue;
            seek({client}, name);
            world.advance(seconds(1));
        }
        const Runtime match = log_in_runtime(runtimes("match_resources").back());
        for (const Client& client : five) EXPECT_EQ(assigned(client), Places{"MATCH " + match.id});
    }
}

TEST_F(Compatibility, WhoFindsRoomSharesAMatchAndWhoDoesNotGetsANewOne) {
    deploy(Json::array({mode("shared", 1, 16), mode("single", 1, 1)}));
    const std::vector<Client> clients = join(4);
    for (const Client& client : clients) assigned(client);
    seek({clients[0]}, "shared");
    const Runtime shared = log_in_match();
    seek({clients[1]}, "shared");
    EXPECT_EQ(assigned(clients[0]), Places{"MATCH " + shared.id});
    EXPECT_EQ(assigned(clients[1]), Places{"MATCH " + shared.id});

    seek({clients[2]}, "single");
    const Runtime first = log_in_runtime(runtimes("match_resources").back());
    EXPECT_EQ(assigned(clients[2]), Places{"MATCH " + first.id});
    seek({clients[3]}, "single");
    const Runtime second = log_in_runtime(runtimes("match_resources").back());
    EXPECT_NE(first.id, second.id);
    EXPECT_EQ(assigned(clients[3]), Places{"MATCH " + second.id});
}

TEST_F(Compatibility, AMatchTalksToItsPlayers) {
    deploy(Json::array({mode("arcade", 2, 16)}));
    const std::vector<Client> players = join(3);
    for (const Client& client : players) assigned(client);
    seek(players, "arcade");
    const Runtime match = log_in_match();
    for (const Client& client : players) assigned(client);
    const Json joined = says(match);
    EXPECT_EQ(bodies(joined, "CLIENT_ASSIGNED", "group_name"),
              (std::vector<Json>{"blue", "blue", "blue"}));
    const Json config = joined[0]["body"]["runtime_config"];
    EXPECT_EQ(
        config["match"],
        Json({{"matchmaker_id", game.deployment}, {"match_id", match.id}, {"mode", "arcade"}}));
    EXPECT_EQ(config["lobby"], nullptr);

    Json say = poll(players[0].id);
    say["outgoing_messages"] =
        Json::array({item("MESSAGE_PRODUCED", {{"message", {{"shoot", true}}}})});
    call("player", "interchange-messages", say, players[0].person.token);
    EXPECT_EQ(bodies(says(match), "MESSAGE_RECEIVED", "message"),
              std::vector<Json>{Json({{"shoot", true}})});

    const Json two = {players[0].id, players[2].id};
    says(match,
         Json::array({item("RESPOND_CLIENT", {{"client_id", players[0].id}, {"message", "hit"}}),
                      item("BROADCAST_MESSAGE", {{"message", "all"}}),
                      item("MULTICAST_MESSAGE", {{"clients", two}, {"message", "two"}})}));
    EXPECT_EQ(heard(players[0]), (std::vector<Json>{"hit", "all", "two"}));
    EXPECT_EQ(heard(players[1]), (std::vector<Json>{"all"}));
    EXPECT_EQ(heard(players[2]), (std::vector<Json>{"all", "two"}));
}

TEST_F(Compatibility, TheOthersHearOfWhoWasKickedFromAMatch) {
    deploy(Json::array({mode("duel", 2, 2)}));
    const std::vector<Client> players = join(2);
    for (const Client& client : players) assigned(client);
    seek(players, "duel");
    const Runtime match = log_in_match();
    says(match);
    for (const Client& client : players) mail(client);
    kick(match, players[0]);
    const std::vector<Json> removed = bodies(says(match), "CLIENT_REMOVED", "client_id");
    ASSERT_EQ(removed, std::vector<Json>{players[0].id});
    says(match, Json::array({item("BROADCAST_MESSAGE", {{"message", {{"left", removed[0]}}}})}));
    EXPECT_EQ(heard(players[1]), std::vector<Json>{Json({{"left", players[0].id}})});
    EXPECT_EQ(heard(players[0]), std::vector<Json>{});
}

TEST_F(Compatibility, AfterAStopTheNextPlaysElsewhere) {
    deploy(Json::array({mode("arcade", 1, 16)}));
    const std::vector<Client> players = join(2);
    for (const Client& client : players) assigned(client);
    seek({players[0]}, "arcade");
    const Runtime stopped = log_in_match();
    EXPECT_EQ(assigned(players[0]), Places{"MATCH " + stopped.id});
    says(stopped, Json::array({item("STOP_MATCHMAKING", Json::object())}));
    seek({players[1]}, "arcade");
    const Runtime next = log_in_runtime(runtimes("match_resources").back());
    EXPECT_NE(next.id, stopped.id);
    EXPECT_EQ(assigned(players[1]), Places{"MATCH " + next.id});
}

TEST_F(Compatibility, AMatchUpgradesAConnection) {
    deploy(Json::array({mode("arcade", 1, 16)}));
    const Client client = join();
    seek({client}, "arcade");
    const Runtime match = log_in_match();
    mail(client);
    const Json wish = {{"client_id", client.id}, {"protocol", "DISPATCHER"}};
    says(match, Json::array({item("UPGRADE_CONNECTION", wish)}));
    const Json got = mail(client);
    const std::vector<Json> sockets = bodies(got, "CONNECTION_UPGRADED", "dispatcher_config");
    ASSERT_EQ(sockets.size(), 1U) << got;
    const std::string carrier = sockets[0]["sec_web_socket_protocol"];
    const auto token = wire::parse_jwt(carrier.substr(carrier.rfind('+') + 1));
    ASSERT_TRUE(token.has_value()) << carrier;
    EXPECT_EQ(token->claims.runtime_id, match.id);
    EXPECT_EQ(token->claims.subject, client.id);
    EXPECT_EQ(token->claims.user_role, "player");
}

// First the match falls silent, then the lobby: nobody is stranded.
TEST_F(Compatibility, WhenARuntimeFallsSilentItsPlayersGoOn) {
    deploy(Json::array({mode("arcade", 1, 16)}));
    const Client client = join();
    seek({client}, "arcade");
    const Runtime match = log_in_match();
    EXPECT_EQ(assigned(client), (Places{"LOBBY " + lobby.id, "MATCH " + match.id}));
    for (int i = 0; i < 3; ++i) {
        world.advance(seconds(4));
        says(lobby);
    }
    EXPECT_EQ(assigned(client), Places{"LOBBY " + lobby.id});
    EXPECT_EQ(call("runtime", "interchange-messages", runtime_poll(), match.token).outcome(),
              "404 RUNTIME_NOT_FOUND");

    world.advance(seconds(11));
    const std::vector<std::string> lobbies = runtimes("lobby_resources");
    ASSERT_EQ(lobbies.size(), 1U);
    EXPECT_NE(lobbies[0], lobby.id);
    log_in_runtime(lobbies[0]);
    EXPECT_EQ(assigned(client), Places{"LOBBY " + lobbies[0]});
    EXPECT_EQ(assigned(join()), Places{"LOBBY " + lobbies[0]});
}

TEST_F(Compatibility, ProfilesKeepTheirTypes) {
    deploy(Json::array({mode("arcade", 1, 16)}));
    const Client client = join();
    EXPECT_EQ(bodies(says(lobby), "CLIENT_ASSIGNED", "profile"), std::vector<Json>{Json::object()});
    const Json profile = {{"number", 7}, {"text", "x"}, {"float", 1.25}, {"flag", true}};
    says(lobby,
         Json::array({item("SET_PROFILE", {{"client_id", client.id}, {"profile", profile}})}));
    new_client(client.person);
    EXPECT_EQ(bodies(says(lobby), "CLIENT_ASSIGNED", "profile"), std::vector<Json>{profile});
}

// 6.3: what the reference never tells a lobby, this one tells those who number their requests; who
// does not, as the reference's runtimes, gets no message that they do not know.
TEST_F(Compatibility, ALobbyThatNumbersItsRequestsIsToldHowTheyEnd) {
    deploy(Json::array({mode("arcade", 2, 16)}));
    const std::vector<Client> clients = join(2);
    const auto ask = [](const Client& client, const char* wanted) {
        return item("REQUEST_MATCHMAKING", {{"client_id", client.id}, {"mode", wanted}});
    };
    std::vector<std::string> told;
    const auto say = [&](const Json& outgoing) {
        // What was there before, and what came of it.
        for (const Json& heard : {says(lobby, outgoing), says(lobby)}) {
            for (const Json& one : heard) {
                if (one["qualifier"] != "MATCHMAKING_STATUS") continue;
                const Json& body = one["body"];
                told.push_back(body["ticket"].dump() + " " + body["status"].get<std::string>() +
                               " " + body["reason"].get<std::string>() + " " +
                               body["position"].dump());
            }
        }
        return std::exchange(told, {});
    };
    using Told = std::vector<std::string>;
    EXPECT_EQ(say(Json::array({ask(clients[0], "chess"), ask(clients[1], "arcade")})), Told{});

    Json first = ask(clients[0], "chess");
    first["body"]["ticket"] = 1;
    Json second = ask(clients[1], "arcade");
    second["body"].update({{"ticket", 2}, {"timeout_seconds", 5}});
    EXPECT_EQ(say(Json::array({first, second, first, second})),
              (Told{"1 REFUSED MODE_UNKNOWN null", "2 WAITING TOO_FEW_PLAYERS 1"}));
    const Json show = item("SHOW_MATCHMAKING", {{"client_id", clients[1].id}});
    EXPECT_EQ(say(Json::array({show})), Told{"2 WAITING TOO_FEW_PLAYERS 1"});
    world.advance(seconds(5));
    EXPECT_EQ(say(Json::array()), Told{"2 TIMED_OUT TOO_FEW_PLAYERS null"});

    second["body"]["ticket"] = 3;
    EXPECT_EQ(say(Json::array({second})), Told{"3 WAITING TOO_FEW_PLAYERS 1"});
    const Json cancel = item("CANCEL_MATCHMAKING", {{"client_id", clients[1].id}, {"ticket", 3}});
    EXPECT_EQ(say(Json::array({cancel})), Told{"3 CANCELLED REQUESTED null"});
}

// The same in the words of the first generation.
TEST_F(Compatibility, OldRuntimesAndClientsPlayMatches) {
    deploy(Json::array({mode("arcade", 1, 16)}));
    const Client client = join();
    const auto commands = [&](const Runtime& runtime, const Json& outgoing) {
        const Json body = {{"outgoing_commands", outgoing}, {"consumed_commands", Json::array()}};
        return call("runtime", "interchange", body, runtime.token).json()["incoming_commands"];
    };
    const Json wish = {{"client_id", client.id}, {"mode", "arcade"}};
    commands(lobby, Json::array({item("REQUEST_MATCHMAKING", wish)}));
    const Runtime match = log_in_match();
    const Json joined = commands(match, Json::array());
    ASSERT_EQ(joined.size(), 2U);
    EXPECT_EQ(joined[0]["qualifier"], "INIT_RUNTIME");
    EXPECT_EQ(joined[0]["body"]["runtime_config"]["match_config"],
              Json({{"matchmaker_id", game.deployment}, {"match_id", match.id}}));
    EXPECT_EQ(joined[1]["qualifier"], "ADD_MATCH_CLIENT");
    EXPECT_EQ(joined[1]["body"]["group_name"], "blue");
    EXPECT_EQ(commands(lobby, Json::array()).back()["qualifier"], "DELETE_CLIENT");
    commands(match,
             Json::array({item("UPGRADE_CONNECTION",
                               {{"client_id", client.id}, {"protocol", "DISPATCHER"}})}));
    const Json mail = call("player", "interchange", poll(client.id), client.person.token)
                          .json()["incoming_messages"];
    const Json config = bodies(mail, "RUNTIME_ASSIGNMENT_MESSAGE", "runtime_config").back();
    EXPECT_EQ(config["match_config"]["match_id"], match.id);
    EXPECT_EQ(bodies(mail, "MATCHMAKER_ASSIGNMENT_MESSAGE", "matchmaker_id"),
              std::vector<Json>{game.deployment});
    EXPECT_EQ(bodies(mail, "CONNECTION_UPGRADE_MESSAGE", "client_id"),
              std::vector<Json>{client.id});
}

}  // namespace
}  // namespace playback::omgservers
