#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/api/omgservers/api.h"
#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class OperationsTest : public ApiTest {
protected:
    static NodeConfig with_reader() {
        NodeConfig result = config();
        result.metrics_readers.push_back(*services::parse_ip_range("10.9.0.0/16"));
        return result;
    }
    OperationsTest() : ApiTest(with_reader()) {}

    HttpReply get(const char* path, const char* peer = "127.0.0.1", const char* method = "GET") {
        return exchange(std::string(method) + " " + path + " HTTP/1.1\r\nHost: a\r\n\r\n", peer);
    }
};

TEST_F(OperationsTest, LivenessAndReadiness) {
    for (const char* path : {"/healthz", "/health", "/readyz", "/ready"}) {
        const HttpReply reply = get(path, "192.0.2.1");
        EXPECT_EQ(reply.status, 200) << path;
        EXPECT_EQ(reply.body, R"({"status":"UP"})") << path;
        EXPECT_EQ(get(path, "127.0.0.1", "POST").status, 405) << path;
    }
    EXPECT_EQ(get("/healthz?verbose=1").status, 200);
}

TEST_F(OperationsTest, NobodyIsAskedTooOften) {
    for (int i = 0; i < 500; ++i) ASSERT_EQ(get("/readyz", "192.0.2.1").status, 200) << i;
}

class UnreadyTest : public ApiTest {
protected:
    static NodeConfig with_host() {
        NodeConfig result = config();
        hosting::HostConfig host;
        host.address = "tcp://docker:2375";
        result.hosts.push_back(host);
        return result;
    }
    UnreadyTest() : ApiTest(with_host()) {}
    HttpReply ask(const char* path) {
        return exchange("GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }
};

TEST_F(UnreadyTest, SaysThatNoContainerHostAnswers) {
    world.run();
    EXPECT_EQ(ask("/readyz").status, 200);
    world.containers.host.answers = false;
    world.advance(minutes(2));
    const HttpReply reply = ask("/readyz");
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.body, R"({"status":"DOWN","not_ready":["containers"]})");
    EXPECT_EQ(ask("/healthz").status, 200);

    world.containers.host.answers = true;
    world.advance(minutes(2));
    EXPECT_EQ(ask("/readyz").status, 200);
}

// Before its data is there, while it stops, without a container host: all at once.
TEST(Operations, NamesAllThatIsNotReady) {
    tests::FakeWorld world;
    const DomainSettings settings;
    const kernel::MachineTable machines = machine_table(settings);
    kernel::Kernel kernel(world.io, machines, {});
    services::Tokens tokens(world.io, {});
    ApiOptions options;
    options.hosts_answer = [] { return false; };
    Api api(world.io, kernel, tokens, std::move(options));
    api.start_stopping();

    wire::RequestParser parser;
    const std::string bytes = "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n";
    ASSERT_EQ(parser.parse(bytes), wire::RequestParser::Status::ready);
    services::Answer answer;
    const io::Task<void> task = api.handle(parser.request(), "192.0.2.1", answer);
    EXPECT_FALSE(task.valid());
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.body, R"({"status":"DOWN","not_ready":["stopping","data","containers"]})");
}
TEST_F(OperationsTest, WhatIsRefusedIsNamedInAnswerAndLog) {
    const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
    const HttpReply refused = exchange("GET /nowhere HTTP/1.1\r\nHost: a\r\ntraceparent: 00-" + id +
                                       "-00f067aa0ba902b7-01\r\n\r\n");
    EXPECT_EQ(refused.status, 404);
    EXPECT_TRUE(refused.head.contains("X-Request-Id: " + id + "\r\n")) << refused.head;
    EXPECT_EQ(world.log.events.back(), "request refused");
}

// Clients, mailboxes, lobbies and runtimes are counted where they are.
TEST_F(OperationsTest, ShowsWhatIsThere) {
    const Game game = new_game();
    const Runtime runtime = start_runtime(game);
    const std::string client = new_client(new_player());
    world.run();
    (void)get("/metrics");
    auto& gauges = world.metrics.gauges;
    EXPECT_EQ(gauges["playback_deployments"].value, 1);
    EXPECT_EQ(gauges["playback_clients"].value, 1);
    EXPECT_EQ(gauges["playback_runtimes"].value, 1);
    EXPECT_EQ(gauges["playback_lobbies state=ready"].value, 1);
    EXPECT_EQ(gauges["playback_runtime_clients"].value, 1);
    EXPECT_GE(gauges["playback_mailbox_messages owner=client"].value, 1);
    EXPECT_EQ(gauges["playback_kernel_slots"].value, 4);
    EXPECT_EQ(world.metrics.counters["playback_assignments_total place=lobby"].value, 1U);
    EXPECT_GE(world.metrics.histograms["playback_commit_rows"].count, 1U);
}

TEST_F(OperationsTest, MetricsAreForThisMachineAndThoseConfigured) {
    call("player", "ping-service", {{"message", "x"}});
    const HttpReply reply = get("/metrics");
    EXPECT_EQ(reply.status, 200);
    EXPECT_TRUE(reply.head.contains("Content-Type: text/plain"));
    EXPECT_TRUE(reply.body.contains("playback_http_requests_total"));
    for (const char* peer : {"::1", "::ffff:127.0.0.5", "10.9.1.1", ""})
        EXPECT_EQ(get("/metrics", peer).status, 200) << peer;
    for (const char* peer : {"192.0.2.1", "10.8.1.1", "2001:db8::1", "somebody"})
        EXPECT_EQ(get("/metrics", peer).outcome(), "404 OBJECT_NOT_FOUND") << peer;
}

}  // namespace
}  // namespace playback::omgservers
