#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

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
    EXPECT_EQ(get("/health").body, R"({"status":"UP"})");
    EXPECT_EQ(get("/ready", "192.0.2.1").body, R"({"status":"UP"})");
    EXPECT_EQ(get("/health", "127.0.0.1", "POST").status, 405);
    EXPECT_EQ(get("/health?verbose=1").status, 200);
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
