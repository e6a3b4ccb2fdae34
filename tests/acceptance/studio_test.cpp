// Scenarios 23 to 27 of omgservers.md section 9: a studio's own calls, its images, the sockets in
// real time, and the end.
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/acceptance/scenario.h"

namespace playback::acceptance {
namespace {

class StudioScenarios : public Scenario {
protected:
    // Docker as the developer, whose log-in is kept beside the installation.
    static testing::CommandOutcome docker(std::vector<std::string> arguments) {
        const std::string kept = at().directory.path() + "/docker";
        arguments.insert(arguments.begin(), {"--config", kept});
        return at().docker.docker(std::move(arguments));
    }
    // Pushes the way's runtime as the image, and forgets it at the daemon.
    void push(const std::string& image) {
        const testing::CommandOutcome login = docker(
            {"login", "-u", at().developer, "-p", at().developer_password, at().registry.host()});
        ASSERT_EQ(login.exit_code, 0) << login.output;
        const std::string reference = at().registry.host() + "/" + image;
        ASSERT_EQ(docker({"tag", Installation::runtime_image(way()), reference}).exit_code, 0);
        const testing::CommandOutcome pushed = docker({"push", reference});
        EXPECT_EQ(pushed.exit_code, 0) << pushed.output;
        EXPECT_EQ(docker({"rmi", reference}).exit_code, 0);
    }
    // Pushes, and has the node know of it: by the notification, or by create-image.
    std::string push_version() {
        const std::string version = make_version(Game());
        push(image_of(version));
        if (!is_old()) name_image(version);
        until("the version has its image", [&] { return !images_of(version).empty(); });
        return version;
    }
};

TEST_P(StudioScenarios, S23_ADeveloperReadsItsTenant) {
    const Json details = developer("get-tenant-details", Json::object())["details"];
    EXPECT_EQ(details["tenant"]["id"], tenant);
    EXPECT_EQ(details["tenant"]["aliases"], Json::array());
    ASSERT_EQ(details["permissions"].size(), 1U);
    EXPECT_EQ(details["permissions"][0]["permission"], "TENANT_VIEWER");
    ASSERT_EQ(details["projects"].size(), 1U);
}

TEST_P(StudioScenarios, S24_APushedImageIsTheVersions) {
    const std::string version = push_version();
    const Json images = images_of(version);
    ASSERT_EQ(images.size(), 1U);
    EXPECT_EQ(images[0]["qualifier"], "UNIVERSAL");
    EXPECT_EQ(images[0]["image_id"], image_of(version));
}

TEST_P(StudioScenarios, S25_ADeployedVersionIsPlayed) {
    const std::string version = push_version();
    deploy_version(version);
    Player& player = enter();
    const Json answer = {{"client_id", "$client"}, {"message", "playing"}};
    tell(player, Json::array({item("RESPOND_CLIENT", answer)}));
    EXPECT_TRUE(until("it plays", [&] { return player.has_heard("playing"); }));
    const testing::CommandOutcome running = docker(
        {"ps", "--filter", "label=com.omgservers.tenant=" + tenant, "--format", "{{.Image}}"});
    EXPECT_EQ(running.output, at().registry.host() + "/" + image_of(version) + "\n");
}

TEST_P(StudioScenarios, S26_ClientAndRuntimeTalkInRealTime) {
    Game game;
    game.real_time = true;
    const Json frame = {
        {"encoding", "TXT"}, {"message", "confirm"}, {"clients", Json::array({"$client"})}};
    const Json relayed = {{"message", {{"from", "$client"}, {"said", "$message"}}}};
    game.rules()["REAL_TIME"] =
        Json::array({item("SEND_REAL_TIME", frame), item("BROADCAST_MESSAGE", relayed)});
    deploy(game);
    const std::vector<Player*> both = enter(2);
    Player& player = *both[0];
    const Json wish = {{"client_id", "$client"}, {"protocol", "DISPATCHER"}};
    tell(player, Json::array({item("UPGRADE_CONNECTION", wish)}));
    ASSERT_TRUE(until("invited", [&] { return !player.bodies("CONNECTION_UPGRADED").empty(); }));
    const auto socket = player.open_dispatcher();
    ASSERT_TRUE(socket->client.opened()) << socket->client.head;
    socket->client.text("hello");
    ASSERT_TRUE(until("confirmed", [&] {
        socket->pump();
        return !socket->client.lines.empty();
    }));
    EXPECT_EQ(socket->client.lines.front(), "text:confirm");
    const Json told = {{"from", player.id()}, {"said", "hello"}};
    EXPECT_TRUE(until("the other is told", [&] { return both[1]->has_heard(told); }));
}

TEST_P(StudioScenarios, S27_ADeletedTenantTakesItsContainersAlong) {
    deploy();
    Player& player = enter();
    EXPECT_EQ(at().containers_of(tenant).size(), 1U);
    EXPECT_EQ(at().support("delete-tenant", {{"tenant", tenant}}), Json({{"deleted", true}}));
    EXPECT_TRUE(until("told", [&] { return !player.bodies("CLIENT_DELETED").empty(); }));
    EXPECT_TRUE(until("no container", [&] { return at().containers_of(tenant).empty(); }));
    const testing::HttpAnswer none = call_node(
        at().address, "support", "create-project", {{"tenant", tenant}}, at().support_token);
    EXPECT_EQ(none.status, 404);
    EXPECT_EQ(none.body, R"({"qualifier":"OBJECT_NOT_FOUND"})");
    tenant.clear();
}

INSTANTIATE_TEST_SUITE_P(Ways,
                         StudioScenarios,
                         ::testing::Values(Way::p1, Way::p2, Way::connector),
                         [](const auto& info) { return name_of(info.param); });

}  // namespace
}  // namespace playback::acceptance
