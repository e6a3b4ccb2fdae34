// Containers as sections 7.1 to 7.3 of omgservers.md have them: a real daemon is asked what runs.
#include <algorithm>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/acceptance/scenario.h"

namespace playback::acceptance {
namespace {

class Containers : public Scenario {
protected:
    static bool has_variable(const Json& container, const std::string& variable) {
        const Json& all = container["Config"]["Env"];
        return std::find(all.begin(), all.end(), variable) != all.end();
    }
    // Of "NAME=value", the value; empty if there is no such variable.
    static std::string variable(const Json& container, const std::string& name) {
        for (const std::string one : container["Config"]["Env"])
            if (one.starts_with(name + "=")) return one.substr(name.size() + 1);
        return "";
    }
};

TEST_P(Containers, HaveTheirNameEnvironmentLabelsAndLimits) {
    Game game;
    if (!is_old()) {
        const Json limits = {{"cpu_limit", 50}, {"memory_limit", 64}};
        game.deployment() = {{"version", "V1"}, {"match", limits}};
    }
    deploy(game);
    Player& player = enter();
    const std::string lobby_runtime = player.runtime();
    seek_match(player, "arcade");
    ASSERT_TRUE(until_in_match({&player}));
    const std::string match_runtime = player.runtime();
    for (const std::string kind : {"LOBBY", "MATCH"}) {
        const Json all = inspect(kind.c_str());
        ASSERT_EQ(all.size(), 1U) << kind;
        const Json& container = all[0];
        const std::string runtime = kind == "LOBBY" ? lobby_runtime : match_runtime;
        EXPECT_EQ(container["Name"], (kind == "LOBBY" ? "/lobby_" : "/match_") + runtime);
        EXPECT_EQ(variable(container, "OMGSERVERS_RUNTIME_ID"), runtime);
        EXPECT_EQ(variable(container, "OMGSERVERS_PASSWORD").size(), 32U);
        EXPECT_TRUE(has_variable(container, "OMGSERVERS_QUALIFIER=" + kind));
        EXPECT_TRUE(has_variable(container, "OMGSERVERS_RUNTIME_QUALIFIER=" + kind));
        EXPECT_TRUE(has_variable(container, "OMGSERVERS_SERVICE_URL=http://" + at().address));
        const Json& labels = container["Config"]["Labels"];
        EXPECT_EQ(labels["com.omgservers.tenant"], tenant);
        EXPECT_EQ(labels["com.omgservers.project"], project);
        EXPECT_EQ(labels["com.omgservers.stage"], stage);
        EXPECT_EQ(images_of(labels["com.omgservers.version"]).size(), 1U);
        const Json& host = container["HostConfig"];
        const bool is_limited = kind == "MATCH" && !is_old();
        EXPECT_EQ(host["Memory"], (is_limited ? 64 : 512) * 1024 * 1024);
        EXPECT_EQ(host["CpuPeriod"], 100'000);
        EXPECT_EQ(host["CpuQuota"], is_limited ? 50'000 : 100'000);
    }
}

TEST_P(Containers, KeepLogsAndNothingElse) {
    deploy();
    enter();
    const Json all = inspect("LOBBY");
    ASSERT_EQ(all.size(), 1U);
    const Json& host = all[0]["HostConfig"];
    EXPECT_EQ(host["LogConfig"]["Type"], "json-file");
    EXPECT_EQ(host["LogConfig"]["Config"], Json({{"max-size", "10m"}, {"max-file", "8"}}));
    EXPECT_EQ(host["RestartPolicy"]["Name"], "no");
    EXPECT_TRUE(host["PortBindings"].empty()) << host["PortBindings"];
    EXPECT_EQ(host["NetworkMode"], "host");
    EXPECT_FALSE(all[0]["Config"].contains("Healthcheck"));
}

TEST_P(Containers, AreLabelledWithAliasesWhereThereAreSome) {
    const std::string alias = std::string("studio-") + name_of(way());
    at().support("create-tenant-alias", {{"tenant_id", tenant}, {"alias", alias}});
    deploy();
    enter();
    EXPECT_EQ(at().containers_of(tenant).size(), 0U);
    EXPECT_EQ(at().containers_of(alias).size(), 1U);
}

// The image of the qualifier, if there is none for both.
TEST_P(Containers, RunTheImageOfTheirQualifier) {
    if (is_old()) GTEST_SKIP() << "the first generation's game here has one image";
    const std::string version = make_version(Game());
    for (const std::string kind : {"LOBBY", "MATCH"}) {
        const std::string image = tenant + "/" + project + ":" + kind;
        const std::string reference = at().registry.host() + "/" + image;
        ASSERT_EQ(at().docker.docker({"tag", "scripted:P2", reference}).exit_code, 0);
        const Json body = {{"version", version}, {"qualifier", kind}, {"image", image}};
        EXPECT_EQ(developer("create-image", body)["created"], true);
    }
    deploy_version(version);
    Player& player = enter();
    seek_match(player, "arcade");
    ASSERT_TRUE(until_in_match({&player}));
    for (const char* const kind : {"LOBBY", "MATCH"}) {
        const Json all = inspect(kind);
        ASSERT_EQ(all.size(), 1U) << kind;
        const std::string image = all[0]["Config"]["Image"];
        EXPECT_TRUE(image.ends_with("/" + tenant + "/" + project + ":" + kind)) << image;
    }
}

TEST_P(Containers, AreStartedWhenTheirImageIsThere) {
    const std::string version = make_version(Game());
    name_image(version);
    deploy_version(version);
    const Player& player = join();
    std::this_thread::sleep_for(std::chrono::milliseconds(500));  // for a first attempt
    EXPECT_EQ(inspect("LOBBY").size(), 0U);
    const std::string reference = at().registry.host() + "/" + image_of(version);
    const testing::CommandOutcome tagged =
        at().docker.docker({"tag", Installation::runtime_image(way()), reference});
    ASSERT_EQ(tagged.exit_code, 0) << tagged.output;
    EXPECT_TRUE(until("in the lobby", [&] { return player.kind() == "LOBBY"; }));
}

// What an earlier attempt, or anybody else, left under the name is in the way.
TEST_P(Containers, TakeTheirNameFromWhoHasIt) {
    const std::string version = make_version(Game());
    name_image(version);
    const Json asked = {{"deployment_id", deploy_version(version)}};
    const Player& player = join();
    std::string runtime;
    ASSERT_TRUE(until("a lobby is wanted", [&] {
        Json lobbies = developer("get-deployment-details", asked)["lobby_refs"];
        if (!lobbies.empty()) runtime = lobbies[0]["runtime_id"];
        return !runtime.empty();
    }));
    const std::string name = "lobby_" + runtime;
    const std::string image = Installation::runtime_image(way());
    ASSERT_EQ(at().docker.docker({"create", "--name", name, image}).exit_code, 0);
    const std::string reference = at().registry.host() + "/" + image_of(version);
    ASSERT_EQ(at().docker.docker({"tag", image, reference}).exit_code, 0);
    ASSERT_TRUE(until("in the lobby", [&] { return player.kind() == "LOBBY"; }));
    const Json all = inspect("LOBBY");
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0]["Name"], "/" + name);
}

// A container that cannot be placed waits; what fits is started meanwhile.
TEST_P(Containers, WaitWhereThereIsNoRoom) {
    if (is_old()) GTEST_SKIP() << "the first generation has no limits in its deployments";
    Game game;
    const Json huge = {{"memory_limit", 2'000'000'000}};
    game.deployment() = {{"version", "V1"}, {"match", huge}};
    deploy(game);
    Player& player = enter();
    seek_match(player, "arcade");
    const Player& other = enter();
    EXPECT_EQ(other.kind(), "LOBBY");
    EXPECT_EQ(player.kind(), "LOBBY");
    EXPECT_EQ(inspect("MATCH").size(), 0U);
}

// One that hangs is silent, and one that is killed is noticed at once: both are replaced.
TEST_P(Containers, AreReplacedWhenTheyHangOrEnd) {
    deploy();
    Player& player = enter();
    std::string last = player.runtime();
    tell(player, Json::array({item("HANG", Json::object())}));
    ASSERT_TRUE(until("another lobby", [&] { return player.runtime() != last; }));
    last = player.runtime();
    ASSERT_TRUE(until("the old one is gone", [&] { return inspect("LOBBY").size() == 1; }));
    EXPECT_EQ(at().docker.docker({"kill", "lobby_" + last}).exit_code, 0);
    ASSERT_TRUE(until("a third lobby", [&] { return player.runtime() != last; }));
}

INSTANTIATE_TEST_SUITE_P(Ways,
                         Containers,
                         ::testing::Values(Way::p1, Way::p2),
                         [](const auto& info) { return name_of(info.param); });

}  // namespace
}  // namespace playback::acceptance
