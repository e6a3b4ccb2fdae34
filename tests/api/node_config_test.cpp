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

TEST(NodeConfig, TheRegistryHasAGoodSecretAndANameOfItsOwn) {
    NodeConfig config;
    config.registry_secret = "a-secret-of-16-b";
    EXPECT_EQ(refusal(config), "");
    for (const std::string& bad :
         {std::string("short"), std::string("with a space in it"), std::string(257, 'x')}) {
        config.registry_secret = bad;
        EXPECT_TRUE(refusal(config).starts_with("registry_secret")) << bad;
        EXPECT_FALSE(refusal(config).contains(bad)) << "secrets are not shown";
    }
    config = {};
    for (const char* name : {"", "service", "connector", "dispatcher", "registry-refresh"}) {
        config.tokens.registry_audience = name;
        EXPECT_TRUE(refusal(config).starts_with("registry_service")) << name;
    }
    config.tokens.registry_audience = "images.example";
    EXPECT_EQ(refusal(config), "");
}

}  // namespace
}  // namespace playback
