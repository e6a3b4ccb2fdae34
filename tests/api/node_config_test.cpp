#include "engine/node_config.h"

#include <gtest/gtest.h>

namespace playback {
namespace {

std::string refusal(const NodeConfig& config) {
    const Result<void> sound = check(config);
    return sound ? "" : sound.error().detail;
}

TEST(NodeConfig, TheDefaultsAreSound) {
    EXPECT_EQ(refusal({}), "");
}

TEST(NodeConfig, NamesWhatCannotBe) {
    NodeConfig config;
    config.listen.clear();
    EXPECT_TRUE(refusal(config).starts_with("listen"));
    config = {};
    config.slots = 0;
    EXPECT_TRUE(refusal(config).starts_with("slots"));
    config = {};
    config.public_url = "game.test";
    EXPECT_TRUE(refusal(config).starts_with("public_url"));
    config.public_url = "http://game.test/";
    EXPECT_TRUE(refusal(config).starts_with("public_url"));
    config = {};
    config.runtime_url = "http://a b";
    EXPECT_TRUE(refusal(config).starts_with("runtime_url"));
    config = {};
    config.support.alias = "admin";
    EXPECT_TRUE(refusal(config).starts_with("alias"));
    config = {};
    config.service.alias = "12";
    EXPECT_TRUE(refusal(config).starts_with("service"));
    config = {};
    config.connector.alias = "";
    EXPECT_TRUE(refusal(config).starts_with("connector"));
    config = {};
    config.admin.password = std::string(65, 'x');
    EXPECT_TRUE(refusal(config).starts_with("admin"));
}

}  // namespace
}  // namespace playback
