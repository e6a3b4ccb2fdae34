#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/base/hash.h"
#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class AdminTest : public ApiTest {};

TEST_F(AdminTest, IdsAreStringsAndGrow) {
    const HttpReply first = admin("generate-id", Json::object());
    const HttpReply second = admin("generate-id", {{"__object", true}});
    EXPECT_NE(first.text("id"), second.text("id"));
    EXPECT_GT(std::stoull(first.text("id")), 0U);
}

TEST_F(AdminTest, HashesPasswords) {
    EXPECT_EQ(admin("bcrypt-hash", {{"value", "secret"}}).json(), Json({{"hash", "hash:secret"}}));
}

TEST_F(AdminTest, ShardsAreNamedInBothGenerations) {
    const std::int64_t slot = crc16_arc("123456789") % 4;
    const Json expected = {{"slot", slot},
                           {"uri", "http://game.test"},
                           {"shard_index", slot},
                           {"server_uri", "http://game.test"}};
    EXPECT_EQ(admin("calculate-shard", {{"shard_key", "123456789"}}).json(), expected);
}

TEST_F(AdminTest, PingsContainerHosts) {
    const Json body = {{"docker_daemon_uri", "unix:///run/docker.sock"}};
    EXPECT_EQ(admin("ping-docker-host", body).json(),
              Json({{"successful", true}, {"from_server", "http://game.test"}}));
    world.containers.host.answers = false;
    EXPECT_EQ(admin("ping-docker-host", body).outcome(), "500 INTERNAL_EXCEPTION_OCCURRED");
    EXPECT_EQ(admin("ping-docker-host", {{"docker_daemon_uri", "nonsense"}}).outcome(),
              "400 WRONG_ARGUMENT");
}

}  // namespace
}  // namespace playback::omgservers
