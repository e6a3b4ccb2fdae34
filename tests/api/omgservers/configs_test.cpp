#include "engine/api/omgservers/configs.h"

#include <gtest/gtest.h>

namespace playback::omgservers {
namespace {

JsonText json(std::string_view text) {
    return JsonText::parse(text).value();
}

TEST(Configs, AVersionsModesAreRead) {
    constexpr std::string_view text =
        R"({"version":"V1","modes":[{"name":"duel","min_players":2,"max_players":2,"groups":[)"
        R"({"name":"red","min_players":1,"max_players":1},{"name":"blue","min_players":1,)"
        R"("max_players":1}]}],"user_data":{"x":[1.5]},"more":0})";
    const Result<catalog::VersionConfig> config = read_version_config(json(text));
    ASSERT_TRUE(config.has_value());
    ASSERT_EQ(config->modes.size(), 1U);
    const matchmaking::ModeRules& mode = config->modes[0];
    EXPECT_EQ(mode.name, "duel");
    EXPECT_EQ(mode.min_players, 2U);
    ASSERT_EQ(mode.groups.size(), 2U);
    EXPECT_EQ(mode.groups[1], (matchmaking::GroupRules{"blue", 1, 1}));
    EXPECT_EQ(config->whole.view(), text);
}

TEST(Configs, AModesExtensionsAreRead) {
    const auto config = read_version_config(
        json(R"({"modes":[{"name":"m","parties":{"max_size":4},"skill":{"attribute":"elo",)"
             R"("window":50,"growth_per_second":5,"window_max":400},)"
             R"("regions":{"max_latency_ms":80},"timeout_seconds":30},{"name":"plain"}]})"));
    ASSERT_TRUE(config);
    EXPECT_EQ(config->modes[0].party_max, 4U);
    EXPECT_EQ(config->modes[0].skill, (matchmaking::SkillRules{"elo", 50, 5, 400}));
    EXPECT_EQ(config->modes[0].latency_max_ms, 80U);
    EXPECT_EQ(config->modes[0].timeout_s, 30U);
    EXPECT_EQ(config->modes[1].timeout_s, 0U);
    EXPECT_EQ(config->modes[1].party_max, 1U);
    EXPECT_FALSE(config->modes[1].skill || config->modes[1].latency_max_ms);
}

TEST(Configs, ADeploymentsMatchesAreRead) {
    const auto config = read_deployment_config(
        json(R"({"match":{"cpu_limit":50,"memory_limit":64},"matchmaker":{"max_assignments":9,)"
             R"("max_matches":7,"modes":{"duel":{"min_matches":2},"team":null}}})"));
    ASSERT_TRUE(config);
    EXPECT_EQ(config->match_cpu_limit, 50U);
    EXPECT_EQ(config->match_memory_limit, 64U);
    EXPECT_EQ(config->max_matches, 7U);
    EXPECT_EQ(config->warm_matches, (std::vector<lobby::WarmMatches>{{"duel", 2}}));
}

TEST(Configs, WhatIsNotPositiveIsLeftToTheRules) {
    const auto config = read_version_config(json(R"({"modes":[{"min_players":-3}]})"));
    EXPECT_EQ(config->modes[0].min_players, 0U);
    EXPECT_TRUE(config->modes[0].name.empty());
}

TEST(Configs, WrongTypesAreRefused) {
    for (const char* text : {R"({"version":"V2"})",
                             R"({"version":1})",
                             R"({"modes":{}})",
                             R"({"modes":[1]})",
                             R"({"modes":[{"name":[]}]})",
                             R"({"modes":[{"min_players":1.5}]})",
                             R"({"modes":[{"max_players":99999999999}]})",
                             R"({"modes":[{"groups":{}}]})",
                             R"({"modes":[{"timeout_seconds":-1}]})",
                             R"([])"})
        EXPECT_FALSE(read_version_config(json(text)).has_value()) << text;
    for (const char* text : {R"({"min_lobbies":-1})",
                             R"({"max_lobbies":"x"})",
                             R"({"lobby":[]})",
                             R"({"lobby":{"max_assignments":3.5}})",
                             R"({"version":"V0"})"})
        EXPECT_FALSE(read_deployment_config(json(text)).has_value()) << text;
}

TEST(Configs, ADeploymentsLimitsHaveDefaults) {
    EXPECT_EQ(read_deployment_config({}).value(), lobby::DeploymentConfig{});
    const auto config = read_deployment_config(
        json(R"({"version":"V1","min_lobbies":2,"lobby":{"max_assignments":8,"min_lifetime":30,)"
             R"("cpu_limit":50,"memory_limit":128},"match":{"cpu_limit":7},"max_lobbies":null})"));
    ASSERT_TRUE(config.has_value());
    EXPECT_EQ(config->min_lobbies, 2U);
    EXPECT_EQ(config->max_lobbies, 2147483647U);
    EXPECT_EQ(config->lobby_max_assignments, 8U);
    EXPECT_EQ(config->lobby_min_lifetime_s, 30U);
    EXPECT_EQ(config->lobby_cpu_limit, 50U);
    EXPECT_EQ(config->lobby_memory_limit, 128U);
    EXPECT_FALSE(config->whole.empty());
    EXPECT_EQ(config->drain_seconds, 0U);
    EXPECT_EQ(read_deployment_config(json(R"({"drain_seconds":90})"))->drain_seconds, 90U);
    EXPECT_FALSE(read_deployment_config(json(R"({"drain_seconds":-1})")));
}

}  // namespace
}  // namespace playback::omgservers
