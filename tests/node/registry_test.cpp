// docker login, push and pull with the distribution's own registry, whose tokens a real node makes,
// and games that run from what was pushed. Spec: omgservers.md 1.7, 1.8, 9 scenarios 24 and 25, 14
// row 6.
#include "tests/support/registry.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <thread>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/node/program.h"
#include "tests/support/docker.h"
#include "tools/playback/client_world.h"
#include "tools/playback/demo_check.h"

namespace playback::testing {
namespace {

using nlohmann::json;

constexpr const char* secret = "shared-with-the-registry";
constexpr const char* runtime_path = PLAYBACK_BUILD_DIR "/sample-runtime";

// Everything that runs for these tests: a daemon, a registry and a node that know one another.
class Installation {
public:
    Installation() : registry(directory.path()) {
        problem = docker.start();
        if (problem.empty()) problem = docker.import_image("runtime:1", runtime_path);
        if (problem.empty()) start_node();
        if (problem.empty())
            problem = registry.start(address, directory.path() + "/data/registry.pem", secret);
    }

    json call(const std::string& role,
              const std::string& method,
              const json& body,
              const std::string& token = {}) const {
        const std::string path = "/service/v1/entrypoint/" + role + "/request/" + method;
        const Answered answered = post(address, path, body, token);
        EXPECT_EQ(answered.status, 200) << method << " " << body << ": " << answered.body;
        return answered.json();
    }

    Directory directory;
    PrivateDocker docker;
    PrivateRegistry registry;
    std::unique_ptr<Program> node;
    std::string address;  // of the node
    std::string problem;

private:
    std::string write_file(const std::string& name, const std::string& text) const {
        const std::string path = directory.path() + "/" + name;
        std::ofstream(path) << text;
        return path;
    }

    void start_node() {
        const std::vector<std::string> arguments{"node",
                                                 "--data",
                                                 directory.path() + "/data",
                                                 "--listen",
                                                 "127.0.0.1:0",
                                                 "--docker",
                                                 "unix://" + docker.socket(),
                                                 "--registry",
                                                 registry.host(),
                                                 "--registry-secret-file",
                                                 write_file("secret", secret),
                                                 "--support-password-file",
                                                 write_file("support", "support-pw"),
                                                 "--bcrypt-cost",
                                                 "4",
                                                 "--rate-limit-exempt",
                                                 "127.0.0.1",
                                                 "--log-level",
                                                 "debug",
                                                 "--json"};
        node = std::make_unique<Program>(arguments);
        if (node->says("listening"))
            address = node->json()["listening"][0].get<std::string>();
        else
            problem = "the node does not start: " + node->err();
    }
};

// A tenant, a project and a stage of one name, and a developer who may do everything there.
struct Studio {
    Studio(const Installation& with, std::string its_name) : at(with), name(std::move(its_name)) {
        const json password = {{"user", "support"}, {"password", "support-pw"}};
        const std::string support = at.call("support", "create-token", password)["raw_token"];
        const json nothing = json::object();
        tenant = at.call("support", "create-tenant", nothing, support)["id"];
        at.call(
            "support", "create-tenant-alias", {{"tenant_id", tenant}, {"alias", name}}, support);
        const json made = at.call("support", "create-project", {{"tenant", name}}, support);
        project = made["project_id"];
        const json project_alias = {{"tenant", name}, {"project_id", project}, {"alias", name}};
        at.call("support", "create-project-alias", project_alias, support);
        const json stage_alias = {
            {"tenant", name}, {"stage_id", made["stage_id"]}, {"alias", name}};
        at.call("support", "create-stage-alias", stage_alias, support);
        const json developer = at.call("support", "create-developer", nothing, support);
        user = developer["user_id"];
        password_ = developer["password"];
        json grant = {{"tenant", name}, {"project", name}, {"stage", name}, {"user", user}};
        grant["permissions_to_create"] = {"VERSION_MANAGER", "PROJECT_VIEWER"};
        at.call("support", "create-project-permissions", grant, support);
        grant["permissions_to_create"] = {"DEPLOYMENT_MANAGER"};
        at.call("support", "create-stage-permissions", grant, support);
        token = at.call(
            "developer", "create-token", {{"user", user}, {"password", password_}})["raw_token"];
    }

    // Docker's own configuration, and with it who is logged in, is the studio's.
    [[nodiscard]] CommandOutcome docker(std::vector<std::string> arguments) const {
        const std::string config = at.directory.path() + "/docker-" + name;
        arguments.insert(arguments.begin(), {"--config", config});
        return at.docker.docker(std::move(arguments));
    }
    [[nodiscard]] CommandOutcome log_in(const std::string& password) const {
        return docker({"login", "-u", user, "-p", password, at.registry.host()});
    }
    [[nodiscard]] CommandOutcome log_in() const { return log_in(password_); }
    // Pushes the runtime under this name, and forgets it at the daemon.
    [[nodiscard]] CommandOutcome push(const std::string& image) const {
        const std::string reference = at.registry.host() + "/" + image;
        EXPECT_EQ(at.docker.docker({"tag", "runtime:1", reference}).exit_code, 0);
        CommandOutcome pushed = docker({"push", reference});
        EXPECT_EQ(at.docker.docker({"rmi", reference}).exit_code, 0);
        return pushed;
    }

    [[nodiscard]] std::string new_version() const {
        const json group = {{"name", "players"}, {"min_players", 1}, {"max_players", 16}};
        const json mode = {{"name", "arcade"},
                           {"min_players", 1},
                           {"max_players", 16},
                           {"groups", json::array({group})}};
        const json config = {
            {"version", "V1"}, {"modes", json::array({mode})}, {"user_data", json::object()}};
        const json body = {{"tenant", name}, {"project", name}, {"config", config}};
        return at.call("developer", "create-version", body, token)["version_id"];
    }
    [[nodiscard]] json images_of(const std::string& version) const {
        const json body = {{"tenant", name}, {"version_id", version}};
        return at.call("developer", "get-version-details", body, token)["details"]["images"];
    }
    void deploy(const char* method, const std::string& version) const {
        const json body = {
            {"tenant", name}, {"project", name}, {"stage", name}, {"version_id", version}};
        EXPECT_TRUE(at.call("developer", method, body, token).contains("deployment_id"));
    }
    // A player signs up, is seated in a lobby and talks to the runtime. Empty: all went well.
    [[nodiscard]] std::string play() const {
        std::string trouble;
        tools::ClientWorld world;
        const Result<io::Endpoint> target = io::parse_endpoint(at.address);
        const auto tell = [&](const tools::DemoStep& step) {
            if (!step.problem.empty()) trouble = step.name + ": " + step.problem;
        };
        auto body = [&]() -> io::Task<void> {
            const std::vector<tools::DemoStep> steps =
                co_await tools::play_demo(world.io(), *target, name, seconds(60), tell);
            EXPECT_FALSE(steps.empty());
        };
        world.real().run(body());
        world.real().shutdown();
        return trouble;
    }
    // What its containers were made from.
    [[nodiscard]] std::string running_images() const {
        return at.docker
            .docker(
                {"ps", "--filter", "label=com.omgservers.tenant=" + name, "--format", "{{.Image}}"})
            .output;
    }

    const Installation& at;
    std::string name;
    std::string tenant;
    std::string project;
    std::string user;
    std::string token;

private:
    std::string password_;
};

class RealRegistry : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        if (!without_docker()) installation = std::make_unique<Installation>();
    }
    static void TearDownTestSuite() { installation.reset(); }

    void SetUp() override {
        if (!installation) GTEST_SKIP() << "without Docker";
        ASSERT_EQ(installation->problem, "");
    }
    void TearDown() override {
        if (!installation || !HasFailure()) return;
        for (const std::string& log : {installation->registry.log(), installation->node->err()})
            std::cout << log.substr(log.size() - std::min<std::size_t>(log.size(), 2000)) << "\n";
    }

    static inline std::unique_ptr<Installation> installation;
};

TEST_F(RealRegistry, ADeveloperLogsInPushesAndPulls) {
    const Studio studio(*installation, "pushers");
    const CommandOutcome login = studio.log_in();
    ASSERT_EQ(login.exit_code, 0) << login.output;
    // Docker keeps the refresh token and not the password, and asks with it from here on.
    const json kept =
        json::parse(read_file(installation->directory.path() + "/docker-pushers/config.json"));
    EXPECT_TRUE(kept["auths"][installation->registry.host()].contains("identitytoken")) << kept;

    const CommandOutcome pushed = studio.push("pushers/pushers:1");
    ASSERT_EQ(pushed.exit_code, 0) << pushed.output;
    const std::string reference = installation->registry.host() + "/pushers/pushers:1";
    const CommandOutcome pulled = studio.docker({"pull", reference});
    EXPECT_EQ(pulled.exit_code, 0) << pulled.output;
    const CommandOutcome by_id = studio.push(studio.tenant + "/" + studio.project + ":2");
    EXPECT_EQ(by_id.exit_code, 0) << by_id.output;
}

TEST_F(RealRegistry, ForeignProjectsAreClosed) {
    const Studio owner(*installation, "owners");
    ASSERT_EQ(owner.log_in().exit_code, 0);
    ASSERT_EQ(owner.push("owners/owners:1").exit_code, 0);
    const Studio rival(*installation, "rivals");
    ASSERT_EQ(rival.log_in().exit_code, 0);
    for (const char* const image :
         {"owners/owners:2", "owners/rivals:1", "rivals/other:1", "bare:1"}) {
        const CommandOutcome pushed = rival.push(image);
        EXPECT_NE(pushed.exit_code, 0) << image << pushed.output;
        EXPECT_TRUE(pushed.output.contains("denied")) << pushed.output;
    }
    const std::string reference = installation->registry.host() + "/owners/owners:1";
    const CommandOutcome pulled = rival.docker({"pull", reference});
    EXPECT_NE(pulled.exit_code, 0) << pulled.output;
}

TEST_F(RealRegistry, StrangersAreRefused) {
    const Studio studio(*installation, "closed");
    const CommandOutcome wrong = studio.log_in("not-the-password");
    EXPECT_NE(wrong.exit_code, 0) << wrong.output;
    EXPECT_TRUE(wrong.output.contains("unauthorized")) << wrong.output;
    ASSERT_EQ(studio.log_in().exit_code, 0);
    ASSERT_EQ(studio.push("closed/closed:1").exit_code, 0);
    ASSERT_EQ(studio.docker({"logout", installation->registry.host()}).exit_code, 0);
    const std::string reference = installation->registry.host() + "/closed/closed:1";
    const CommandOutcome pulled = studio.docker({"pull", reference});
    EXPECT_NE(pulled.exit_code, 0) << pulled.output;
    EXPECT_NE(studio.push("closed/closed:2").exit_code, 0);
    // And so is who only says to be the registry.
    const Answered forged = post(installation->address,
                                 "/service/v1/entrypoint/registry/request/handle-events",
                                 {{"events", json::array()}});
    EXPECT_EQ(forged.status, 401) << forged.body;
}

TEST_F(RealRegistry, WhatWasPushedIsPlayed) {
    const Studio studio(*installation, "players");
    ASSERT_EQ(studio.log_in().exit_code, 0);
    const CommandOutcome pushed = studio.push("players/players:1763793000000");
    ASSERT_EQ(pushed.exit_code, 0) << pushed.output;
    const std::string version = studio.new_version();
    const json image = {{"tenant", "players"},
                        {"project", "players"},
                        {"version", version},
                        {"qualifier", "UNIVERSAL"},
                        {"image", "players/players:1763793000000"}};
    EXPECT_EQ(installation->call("developer", "create-image", image, studio.token)["created"],
              true);
    EXPECT_EQ(studio.images_of(version).size(), 1U) << "scenario 24";
    studio.deploy("create-deployment", version);
    EXPECT_EQ(studio.play(), "");
    EXPECT_EQ(studio.running_images(),
              installation->registry.host() + "/players/players:1763793000000\n");
}

// The older generation: to push is enough.
TEST_F(RealRegistry, ANotificationMakesTheImageAndItIsPlayed) {
    const Studio studio(*installation, "elders");
    ASSERT_EQ(studio.log_in().exit_code, 0);
    const std::string version = studio.new_version();
    const std::string image =
        "omgservers/" + studio.tenant + "/" + studio.project + "/universal:" + version;
    const CommandOutcome pushed = studio.push(image);
    ASSERT_EQ(pushed.exit_code, 0) << pushed.output;
    for (int i = 0; i < 300 && studio.images_of(version).empty(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const json images = studio.images_of(version);
    ASSERT_EQ(images.size(), 1U);
    EXPECT_EQ(images[0]["qualifier"], "UNIVERSAL");
    EXPECT_EQ(images[0]["image_id"], image);
    studio.deploy("deploy-version", version);
    EXPECT_EQ(studio.play(), "");
    EXPECT_EQ(studio.running_images(), installation->registry.host() + "/" + image + "\n");
    EXPECT_FALSE(installation->node->err().contains(secret)) << "secrets are not logged";
}

}  // namespace
}  // namespace playback::testing
