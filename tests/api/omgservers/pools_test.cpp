// Container hosts by API: added, drained, resumed, deleted; and why a container waits.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class PoolsTest : public ApiTest {
protected:
    std::string add(const char* uri, int cpus = 8, int containers = 8) {
        const HttpReply reply = admin("create-pool-server",
                                      {{"docker_daemon_uri", uri},
                                       {"cpu_count", cpus},
                                       {"memory_size", 8192},
                                       {"max_containers", containers}});
        EXPECT_EQ(reply.outcome(), "200");
        return reply.text("id");
    }
    HttpReply on(const char* method, const std::string& id) { return admin(method, {{"id", id}}); }
    Json server(const std::string& id) {
        return on("get-pool-server-details", id).json()["details"];
    }
    Json pool() { return admin("get-pool-details", Json::object()).json()["details"]; }
    Json lobby(const Game& game) {
        return call("developer",
                    "get-deployment-details",
                    {{"deployment_id", game.deployment}},
                    game.developer.token)
            .json()["lobby_resources"][0];
    }
};

TEST_F(PoolsTest, AreAddedDrainedResumedAndDeleted) {
    EXPECT_EQ(
        pool(),
        Json({{"servers", Json::array()}, {"waiting", 0}, {"waiting_containers", Json::array()}}));
    const std::string id = add("tcp://10.0.0.7:2375");
    const Json expected = {{"id", id},
                           {"docker_daemon_uri", "tcp://10.0.0.7:2375"},
                           {"cpu_count", 8},
                           {"memory_size", 8192},
                           {"max_containers", 8},
                           {"status", "CREATED"},
                           {"origin", "REQUEST"},
                           {"containers", 0},
                           {"cpu_used", 0},
                           {"memory_used", 0},
                           {"empty", true}};
    EXPECT_EQ(server(id), expected);
    EXPECT_EQ(pool()["servers"], Json::array({expected}));
    const Json drained = {{"status", "DRAINING"}, {"containers", 0}, {"empty", true}};
    EXPECT_EQ(on("drain-pool-server", id).json(), drained);
    EXPECT_EQ(server(id)["status"], "DRAINING");
    EXPECT_EQ(on("resume-pool-server", id).json()["status"], "CREATED");
    EXPECT_EQ(on("delete-pool-server", id).json(), Json({{"deleted", true}, {"lost_runtimes", 0}}));
    for (const char* method : {"get-pool-server-details",
                               "drain-pool-server",
                               "resume-pool-server",
                               "delete-pool-server"})
        EXPECT_EQ(on(method, id).outcome(), "404 OBJECT_NOT_FOUND") << method;
}

TEST_F(PoolsTest, WhatCannotBeAHost) {
    const Json good = {{"docker_daemon_uri", "fake:1"},
                       {"cpu_count", 1},
                       {"memory_size", 1},
                       {"max_containers", 1}};
    const auto outcome = [&](const char* member, const Json& value) {
        Json body = good;
        body[member] = value;
        return admin("create-pool-server", body).outcome();
    };
    EXPECT_EQ(outcome("docker_daemon_uri", "nonsense"), "400 WRONG_ARGUMENT");
    for (const char* member : {"cpu_count", "memory_size", "max_containers"}) {
        EXPECT_EQ(outcome(member, 0), "400 VALIDATION_CONSTRAINT_VIOLATED");
        EXPECT_EQ(outcome(member, 4294967296), "400 VALIDATION_CONSTRAINT_VIOLATED");
        EXPECT_EQ(outcome(member, -1), "400 WRONG_REQUEST");
    }
    EXPECT_EQ(admin("create-pool-server", good).outcome(), "200");
    EXPECT_EQ(admin("create-pool-server", good).outcome(), "400 DB_CONSTRAINT_VIOLATED");
}

TEST_F(PoolsTest, WhyAContainerWaitsIsShown) {
    const Game game = new_game();
    EXPECT_EQ(lobby(game)["reason"], "there is no container host");
    const std::string id = add("fake:1", 8, 8);
    EXPECT_EQ(lobby(game)["reason"], nullptr);
    EXPECT_EQ(on("drain-pool-server", id).json()["empty"], false) << "it has one";

    // The next lobby finds no room.
    call("developer",
         "create-lobby-request",
         {{"deployment_id", game.deployment}},
         game.developer.token);
    const std::string reason = "needs 1 core and 512 MB; fake:1 is draining";
    const Json details = call("developer",
                              "get-deployment-details",
                              {{"deployment_id", game.deployment}},
                              game.developer.token)
                             .json();
    ASSERT_EQ(details["lobby_resources"].size(), 2U);
    EXPECT_EQ(details["lobby_resources"][1]["reason"], reason);
    const Json waiting = pool();
    EXPECT_EQ(waiting["waiting"], 1);
    ASSERT_EQ(waiting["waiting_containers"].size(), 1U);
    const Json& one = waiting["waiting_containers"][0];
    EXPECT_EQ(one["reason"], reason);
    EXPECT_EQ(one["runtime_id"], details["lobby_resources"][1]["runtime_id"]);
    EXPECT_EQ(one["qualifier"], "LOBBY");
    EXPECT_EQ(one["image"], "t/p:1");
    EXPECT_EQ(one["cpu_limit"], 100);

    add("fake:2");
    EXPECT_EQ(pool()["waiting"], 0);
}

TEST_F(PoolsTest, ByForceItsRuntimesAreReplacedElsewhere) {
    const std::string first = add("fake:1");
    const Game game = new_game();
    world.advance(seconds(1));
    const std::string old = lobby(game)["runtime_id"];
    EXPECT_EQ(server(first)["containers"], 1);
    const HttpReply refused = on("delete-pool-server", first);
    EXPECT_EQ(refused.outcome(), "409 IDEMPOTENCY_VIOLATED");
    EXPECT_TRUE(refused.head.contains("X-Error-Detail: the host has 1 containers")) << refused.head;

    const std::string second = add("fake:2");
    const Json by_force = {{"id", first}, {"force", true}};
    EXPECT_EQ(admin("delete-pool-server", by_force).json(),
              Json({{"deleted", true}, {"lost_runtimes", 1}}));
    world.advance(seconds(30));
    const Json servers = pool()["servers"];
    ASSERT_EQ(servers.size(), 1U) << servers;
    EXPECT_EQ(servers[0]["id"], second);
    EXPECT_EQ(servers[0]["containers"], 1);
    EXPECT_NE(lobby(game)["runtime_id"], old);
}

}  // namespace
}  // namespace playback::omgservers
