// What a real node tells those who operate it, over real sockets, and what it tells a lobby of the
// matches that it looks for. tests/api has the same in memory, in full.
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"
#include "tests/support/listening.h"

namespace playback::omgservers {
namespace {

constexpr auto patience = std::chrono::seconds(30);

class LiveOperations : public ApiTest {
protected:
    HttpReply get(const std::string& path, const std::string& headers = "") {
        return exchange("GET " + path + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n");
    }
};

TEST_F(LiveOperations, LivenessAndReadiness) {
    // It listens before its container host has answered for the first time.
    const auto end = std::chrono::steady_clock::now() + patience;
    while (get("/readyz").status != 200 && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    for (const char* path : {"/healthz", "/health", "/readyz", "/ready"}) {
        const HttpReply reply = get(path);
        EXPECT_EQ(reply.status, 200) << path;
        EXPECT_EQ(reply.body, R"({"status":"UP"})") << path;
    }
}

TEST_F(LiveOperations, MetricsAreForThisMachineAndNotBehindAProxy) {
    const HttpReply shown = get("/metrics");
    EXPECT_EQ(shown.status, 200);
    EXPECT_TRUE(shown.body.contains("playback_http_requests_total")) << shown.body;
    EXPECT_EQ(get("/metrics", "X-Forwarded-For: 192.0.2.1\r\n").status, 404);
}

TEST_F(LiveOperations, WhatIsRefusedHasAnId) {
    const HttpReply refused = get("/nothing", "X-Request-Id: mine\r\n");
    EXPECT_EQ(refused.status, 404);
    EXPECT_TRUE(refused.head.contains("X-Request-Id: mine")) << refused.head;
}

class LiveTickets : public ApiTest {
protected:
    void SetUp() override {
        runtime = start_runtime(new_game());
        client = new_client(new_player());
    }
    // One poll of the lobby's runtime, which says `outgoing`.
    Json says(const Json& outgoing) {
        Json body = runtime_poll();
        body["outgoing_messages"] = outgoing;
        body["consumed_messages"] = std::exchange(consumed, Json::array());
        Json heard = call("runtime", "interchange-messages", body, runtime.token).json();
        heard = heard["incoming_messages"];
        for (const Json& one : heard) consumed.push_back(one["id"]);
        return heard;
    }
    // The body of the first message of this kind.
    Json hear(const char* qualifier) {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (std::chrono::steady_clock::now() < end) {
            for (const Json& one : says(Json::array()))
                if (one["qualifier"] == qualifier) return one["body"];
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        ADD_FAILURE() << "no " << qualifier;
        return Json::object();
    }

    Runtime runtime;
    std::string client;
    Json consumed = Json::array();
};

TEST_F(LiveTickets, ALobbyIsToldWhyNothingWasFound) {
    EXPECT_EQ(hear("CLIENT_ASSIGNED").value("client_id", ""), client);
    const Json wish = {{"client_id", client}, {"mode", "no such mode"}, {"ticket", 7}};
    says(Json::array({{{"qualifier", "REQUEST_MATCHMAKING"}, {"body", wish}}}));
    const Json told = hear("MATCHMAKING_STATUS");
    EXPECT_EQ(told.value("ticket", 0), 7);
    EXPECT_EQ(told.value("status", ""), "REFUSED");
    EXPECT_EQ(told.value("reason", ""), "MODE_UNKNOWN");
}

class LivePlacement : public ApiTest {
protected:
    // A host that takes connections and never answers, so that what is placed there stays.
    std::string add(const ::playback::testing::Listening& daemon, int cpus, int memory, int count) {
        const HttpReply added = admin("create-pool-server",
                                      {{"docker_daemon_uri", "tcp://" + daemon.address()},
                                       {"cpu_count", cpus},
                                       {"memory_size", memory},
                                       {"max_containers", count}});
        EXPECT_EQ(added.outcome(), "200");
        return added.text("id");
    }
    Json pool() { return admin("get-pool-details", Json::object()).json()["details"]; }
    Json containers_of(const std::string& host) {
        const Json asked = {{"id", host}};
        return admin("get-pool-server-details", asked).json()["details"]["containers"];
    }
    bool until(const std::function<bool()>& condition) {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return true;
    }
};

TEST_F(LivePlacement, ByCountCpuAndMemory) {
    for (const Json& configured : pool()["servers"])
        admin("drain-pool-server", {{"id", configured["id"]}});
    const ::playback::testing::Listening daemons[3];
    const std::string little_memory = add(daemons[0], 100, 511, 1000);
    const std::string one_core = add(daemons[1], 1, 100'000, 100);
    const std::string one_container = add(daemons[2], 100, 100'000, 1);

    const Game game = new_game();
    ASSERT_TRUE(until([&] { return containers_of(one_core) == 1; })) << pool();
    const auto another_lobby = [&] {
        const Json asked = {{"deployment_id", game.deployment}};
        return call("developer", "create-lobby-request", asked, game.developer.token).outcome();
    };
    EXPECT_EQ(another_lobby(), "200");
    ASSERT_TRUE(until([&] { return containers_of(one_container) == 1; })) << pool();
    EXPECT_EQ(another_lobby(), "200");
    ASSERT_TRUE(until([&] { return pool()["waiting"] == 1; })) << pool();
    EXPECT_EQ(containers_of(one_core), 1) << "the least loaded, until it had no core left";
    EXPECT_EQ(containers_of(one_container), 1);
    EXPECT_EQ(containers_of(little_memory), 0);
    const std::string reason = pool()["waiting_containers"][0]["reason"];
    for (const char* const part : {"has 511 MB in all", "cores free", "all of its 1 containers"})
        EXPECT_TRUE(reason.contains(part)) << reason;
}

}  // namespace
}  // namespace playback::omgservers
