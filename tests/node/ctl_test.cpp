// `playback ctl` against a real node: a studio from nothing to a game in two commands, and each
// command of its table.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/node/ctl_support.h"
#include "tests/support/docker.h"
#include "tools/ctl/commands.h"

namespace playback::testing {
namespace {

using nlohmann::json;

class CtlCommands : public ::testing::Test {
protected:
    static void SetUpTestSuite() { node_ = std::make_unique<CtlNode>(); }
    static void TearDownTestSuite() { node_.reset(); }
    void SetUp() override { ASSERT_TRUE(node_->is_up()); }

    static const CtlNode& node() { return *node_; }

    // Two players come, are seated by the deployment's runtime, and hear it.
    static void expect_playable(const std::string& tenant, const std::string& project) {
        const Ended played = run_program({"load",
                                          "lobby",
                                          "--target",
                                          node().url(),
                                          "--tenant",
                                          tenant,
                                          "--project",
                                          project,
                                          "--stage",
                                          "default",
                                          "--players",
                                          "2",
                                          "--seconds",
                                          "1",
                                          "--json"});
        EXPECT_EQ(played.code, 0) << played.err;
        EXPECT_EQ(played.json()["assignment_ms"]["count"], 2) << played.out << played.err;
        EXPECT_GT(played.json()["messages_answered"], 0) << played.out;
    }

private:
    static std::unique_ptr<CtlNode> node_;
};

std::unique_ptr<CtlNode> CtlCommands::node_;

TEST_F(CtlCommands, TwoCommandsMakeAPlayableDeployment) {
    const Ctl ctl(node());
    const Ended made = ctl({"support",
                            "init-tenant",
                            "--password-file",
                            node().passwords_file(),
                            "ann",
                            "acme",
                            "shooter"});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_TRUE(made.out.contains("tenant acme\n")) << made.out;
    EXPECT_TRUE(made.out.contains("stage default\n")) << made.out;
    const Ended deployed =
        ctl({"developer", "deploy-version", "-i", "acme/shooter:1", "--no-push", "--json"});
    ASSERT_EQ(deployed.code, 0) << deployed.err;
    EXPECT_TRUE(deployed.json().contains("lobby_id")) << deployed.out;
    EXPECT_TRUE(deployed.err.contains("waiting for a lobby")) << deployed.err;
    expect_playable("acme", "shooter");
    const Ended id = ctl({"get", "deployment_id"});
    EXPECT_EQ(id.out, deployed.json()["deployment_id"].get<std::string>() + "\n");
}

// A `docker` that writes down what it is told, and does as the variable says.
std::string fake_docker(const Ctl& ctl, const std::string& what_push_does) {
    const std::string bin = ctl.home() + "/bin";
    std::filesystem::create_directory(bin);
    const std::string program = bin + "/docker";
    std::ofstream(program) << "#!/bin/sh\nlog=" << ctl.home() << "/docker.log\n"
                           << "echo \"$@\" >>$log\n"
                           << "case \"$*\" in\n"
                           << "*--password-stdin*) echo \"password $(cat)\" >>$log ;;\n"
                           << "*push*) " << what_push_does << " ;;\nesac\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    return bin;
}

TEST_F(CtlCommands, PushesWithTheDevelopersNameAndAPasswordThatNobodySees) {
    Ctl ctl;
    const Ended chosen = ctl({"config", "use-custom", "test", node().url(), "-r", "reg:5000"});
    ASSERT_EQ(chosen.code, 0) << chosen.err;
    ctl.set("PATH", fake_docker(ctl, "true") + ":/usr/bin:/bin");
    ctl.set("PLAYBACK_CTL_SUPPORT_PASSWORD", node().password("support"));
    const Ended made = ctl({"support", "init-tenant", "bea", "bolt", "racer", "--json"});
    ASSERT_EQ(made.code, 0) << made.err;
    const std::string password = made.json()["password"];
    const Ended deployed = ctl({"developer",
                                "deploy-version",
                                "-i",
                                "racer-image",
                                "bea",
                                password,
                                "bolt",
                                "racer",
                                "default",
                                "--json"});
    ASSERT_EQ(deployed.code, 0) << deployed.err;
    const std::string image = deployed.json()["image"];
    EXPECT_TRUE(image.starts_with("bolt/racer:1")) << image;
    EXPECT_EQ(image.size(), std::string("bolt/racer:").size() + 13) << "milliseconds: " << image;
    const std::string log = read_file(ctl.home() + "/docker.log");
    EXPECT_TRUE(log.contains("tag racer-image reg:5000/" + image + "\n")) << log;
    EXPECT_TRUE(log.contains("login --username bea --password-stdin reg:5000\n")) << log;
    EXPECT_TRUE(log.contains("push reg:5000/" + image + "\n")) << log;
    EXPECT_TRUE(log.contains("\npassword " + password + "\n")) << log;
    EXPECT_FALSE(deployed.err.contains(password)) << deployed.err;
    expect_playable("bolt", "racer");
}

TEST_F(CtlCommands, SaysWhatDockerSaidAndLeavesNoVersion) {
    Ctl ctl(node());
    ctl.set("PATH", fake_docker(ctl, "echo denied: no; exit 1") + ":/usr/bin:/bin");
    ctl.set("PLAYBACK_CTL_SUPPORT_PASSWORD", node().password("support"));
    ASSERT_EQ(ctl({"support", "init-tenant", "cid", "cube", "puzzle"}).code, 0);
    const Ended refused = ctl({"developer", "deploy-version", "-i", "puzzle", "--json"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_TRUE(refused.json()["error"].get<std::string>().contains("denied: no")) << refused.out;
    ctl.set("PATH", "/nonexistent");
    const Ended missing = ctl({"developer", "deploy-version", "-i", "puzzle"});
    EXPECT_EQ(missing.code, 1);
    EXPECT_TRUE(missing.err.contains("there is no program docker")) << missing.err;
    const Ended not_named = ctl({"developer", "deploy-version", "-i", "puzzle", "--no-push"});
    EXPECT_EQ(not_named.code, 1);
    EXPECT_TRUE(not_named.err.contains("-i cube/puzzle:TAG")) << not_named.err;
    const Ended project = ctl({"developer", "project", "get-details", "cube", "puzzle"});
    EXPECT_EQ(json::parse(project.out)["versions"], json::array()) << project.out;
}

TEST_F(CtlCommands, DeletesAHalfMadeTenant) {
    Ctl ctl(node());
    ctl.set("PLAYBACK_CTL_SUPPORT_PASSWORD", node().password("support"));
    ASSERT_EQ(ctl({"support", "init-tenant", "dan", "dice", "board"}).code, 0);
    // The developer is made before the tenant's name turns out to be taken.
    const Ended taken = ctl({"support", "init-tenant", "eve", "dice", "board", "--json"});
    EXPECT_EQ(taken.code, 1);
    EXPECT_EQ(taken.json()["qualifier"], "DB_CONSTRAINT_VIOLATED") << taken.out;
    EXPECT_TRUE(taken.err.contains("choose another")) << taken.err;
    EXPECT_EQ(ctl({"support", "init-tenant", "eve", "dice-2", "board"}).code, 0)
        << "the name eve is free again";
}

TEST_F(CtlCommands, APasswordComesByStandardInputFileOrEnvironment) {
    Ctl ctl(node());
    const std::string program = PLAYBACK_BUILD_DIR "/playback ctl";
    const std::string words = " support create-token support - --state " + ctl.state();
    const CommandOutcome by_input =
        run_command({"sh", "-c", "echo '" + node().password("support") + "' | " + program + words});
    EXPECT_EQ(by_input.exit_code, 0) << by_input.output;
    const Ended token = ctl({"get", "token"});
    EXPECT_EQ(by_input.output, token.out);
    const CommandOutcome empty = run_command({"sh", "-c", program + words + " </dev/null"});
    EXPECT_EQ(empty.exit_code, 2);
    EXPECT_TRUE(empty.output.contains("no password on its first line")) << empty.output;
    const std::string file = ctl.home() + "/password";
    std::ofstream(file) << node().password("admin") << "\n";
    EXPECT_EQ(ctl({"admin", "create-token", "admin", "-", "--password-file", file}).code, 0);
    const Ended wrong = ctl({"support", "create-token", "support", "-", "--password-file", file});
    EXPECT_EQ(wrong.code, 1);
    EXPECT_TRUE(wrong.err.contains("401 WRONG_CREDENTIALS")) << wrong.err;
    ctl.set("PLAYBACK_CTL_ADMIN_PASSWORD", node().password("admin"));
    EXPECT_EQ(ctl({"admin", "create-token", "admin"}).code, 0);
    EXPECT_EQ(ctl({"admin", "create-token", "admin", "-"}).code, 0);
}

TEST_F(CtlCommands, AnOldTokenIsReplacedIfThePasswordIsAtHand) {
    Ctl ctl(node());
    std::ofstream(ctl.state(), std::ios::app)
        << R"({"type":"token","installation":"test","role":"support","user":"support",)"
        << R"("token":"old"})" << "\n";
    const Ended refused = ctl({"support", "tenant", "create-tenant", "--json"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_EQ(refused.json()["status"], 401) << refused.out;
    EXPECT_TRUE(refused.err.contains("log in again")) << refused.err;
    ctl.set("PLAYBACK_CTL_SUPPORT_PASSWORD", node().password("support"));
    EXPECT_EQ(ctl({"support", "tenant", "create-tenant"}).code, 0);
    const Ended unknown = ctl({"support", "tenant", "delete-tenant", "nobody", "--json"});
    EXPECT_EQ(unknown.code, 1);
    EXPECT_EQ(unknown.json()["status"], 404) << "not that of the old token: " << unknown.out;
}

// --- every command of the table ---

struct Row {
    std::string_view words;   // {name}: a value that an earlier answer had
    std::string_view member;  // of the answer, which must be there
    std::string_view value;   // and be this, if it is not empty
};

constexpr Row rows[] = {
    {"config installation use-local", "address", "http://127.0.0.1:8080"},
    {"config installation use-custom test {url}", "name", "test"},
    {"admin create-token admin {admin}", "raw_token", ""},
    {"admin generate-id", "id", ""},
    {"admin bcrypt-hash secret", "hash", ""},
    {"admin calculate-shard key", "slot", ""},
    {"admin ping-docker-host process:", "successful", "true"},
    {"admin pool get-details", "waiting", "0"},
    {"admin pool create-server unix:///nonexistent/docker.sock 4 4096 8", "pool_server_id", ""},
    {"admin pool drain-server {pool_server_id}", "status", "DRAINING"},
    {"admin pool get-server-details {pool_server_id}", "empty", "true"},
    {"admin pool resume-server {pool_server_id}", "status", "CREATED"},
    {"admin pool delete-server {pool_server_id} --force", "deleted", "true"},
    {"support create-token support {support}", "raw_token", ""},
    {"support installation create-token support {support}", "token", ""},
    {"support installation init-tenant fay fair market", "project_id", ""},
    {"support tenant create-tenant", "tenant_id", ""},
    {"support tenant create-alias {tenant_id} globe", "created", "true"},
    {"support project create-project globe", "project_id", ""},
    {"support project create-alias globe {project_id} quiz", "created", "true"},
    {"support stage create-stage globe quiz", "stage_id", ""},
    {"support stage create-alias globe {stage_id} beta", "created", "true"},
    {"support developer create-developer", "user_id", ""},
    {"support developer create-alias {user_id} gus", "created", "true"},
    {"support tenant create-permission globe gus PROJECT_MANAGER TENANT_VIEWER",
     "created_permissions",
     R"(["PROJECT_MANAGER","TENANT_VIEWER"])"},
    {"support project create-permission globe quiz gus STAGE_MANAGER VERSION_MANAGER "
     "PROJECT_VIEWER",
     "created_permissions",
     ""},
    {"support stage create-permission globe quiz beta gus DEPLOYMENT_MANAGER STAGE_VIEWER",
     "created_permissions",
     ""},
    {"developer installation create-token gus {password}", "token", ""},
    {"developer tenant get-details globe", "projects", ""},
    {"developer project get-details globe quiz", "stages", ""},
    {"developer stage get-details globe quiz beta", "deployments", "[]"},
    {"developer version create-version globe quiz -c {config}", "version_id", ""},
    {"developer version create-image globe quiz {version_id} UNIVERSAL globe/quiz:1",
     "created",
     "true"},
    {"developer version get-details globe quiz {version_id}", "images", ""},
    {"developer deployment create-deployment globe quiz beta {version_id} -s {spec}",
     "deployment_id",
     ""},
    {"developer deployment get-details {deployment_id}", "lobby_resources", ""},
    {"developer deployment delete-deployment {deployment_id}", "deleted", "true"},
    {"developer installation deploy-version gus {password} globe quiz beta -i globe/quiz:2 "
     "--no-push -c {config}",
     "lobby_id",
     ""},
    {"developer version create-version globe quiz -c {config}", "version_id", ""},
    {"developer version delete-version globe quiz {version_id}", "deleted", "true"},
    {"developer stage create-stage globe quiz", "stage_id", ""},
    {"developer stage create-alias globe {stage_id} gamma", "created", "true"},
    {"developer stage delete-stage globe quiz gamma", "deleted", "true"},
    {"developer project create-project globe", "project_id", ""},
    {"developer project create-alias globe {project_id} riddle", "created", "true"},
    {"developer project delete-project globe riddle", "deleted", "true"},
    {"support stage delete-permission globe quiz beta gus STAGE_VIEWER",
     "deleted_permissions",
     R"(["STAGE_VIEWER"])"},
    {"support project delete-permission globe quiz gus PROJECT_VIEWER",
     "deleted_permissions",
     R"(["PROJECT_VIEWER"])"},
    {"support tenant delete-permission globe gus TENANT_VIEWER",
     "deleted_permissions",
     R"(["TENANT_VIEWER"])"},
    {"support stage delete-stage globe quiz beta", "deleted", "true"},
    {"support project delete-project globe quiz", "deleted", "true"},
    {"support tenant delete-tenant globe", "deleted", "true"},
    {"support developer delete-developer gus", "deleted", "true"},
    // Its tokens are those of support at `local`, so it is told where to go and who it is.
    {"developer localtesting init-tenant -n test", "password", ""},
    {"developer localtesting deploy-version -n test -i omgservers/localtesting:1 --no-push",
     "deployment_id",
     ""},
    {"developer localtesting delete-tenant -n test", "deleted", "true"},
    {"get tenant_id", "tenant_id", ""},
    {"config purge-wal", "purged", ""},
};

Arguments filled(std::string_view words, const std::map<std::string, std::string>& known) {
    Arguments arguments;
    for (const std::string_view word : ctl::split(words)) {
        std::string text(word);
        if (text.starts_with('{')) text = known.at(text.substr(1, text.size() - 2));
        arguments.push_back(text);
    }
    arguments.emplace_back("--json");
    return arguments;
}

TEST_F(CtlCommands, EachCommandOfTheTableWorks) {
    const Ctl ctl;
    const std::string config = ctl.home() + "/config.json";
    const std::string spec = ctl.home() + "/spec.json";
    std::ofstream(config) << R"({"version":"V1","modes":[{"name":"duel","min_players":2,)"
                          << R"("max_players":2,"groups":[{"name":"all","min_players":2,)"
                          << R"("max_players":2}]}]})";
    std::ofstream(spec) << R"({"version":"V1","min_lobbies":1})";
    std::map<std::string, std::string> known{{"url", node().url()},
                                             {"admin", node().password("admin")},
                                             {"support", node().password("support")},
                                             {"config", config},
                                             {"spec", spec}};
    for (const Row& row : rows) {
        const Ended ended = ctl(filled(row.words, known));
        ASSERT_EQ(ended.code, 0) << row.words << ": " << ended.err;
        const json answer = json::parse(ended.out, nullptr, false);
        ASSERT_TRUE(answer.is_object()) << row.words << ": " << ended.out;
        ASSERT_TRUE(answer.contains(row.member)) << row.words << ": " << ended.out;
        const json& value = answer[std::string(row.member)];
        const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
        if (!row.value.empty()) EXPECT_EQ(text, row.value) << row.words;
        for (const auto& [name, one] : answer.items())
            if (one.is_string()) known[name] = one.get<std::string>();
    }
}

TEST_F(CtlCommands, NoCommandIsMissingFromTheRows) {
    // Those have tests of their own (ctl_use_test.cpp).
    const std::set<std::string_view> elsewhere{"completion", "config installation use-cloud"};
    for (const ctl::Command& command : ctl::all_commands()) {
        const auto is_of = [&](const Row& row) {
            return row.words == command.words ||
                   row.words.starts_with(std::string(command.words) + " ");
        };
        EXPECT_TRUE(elsewhere.contains(command.words) || std::ranges::any_of(rows, is_of))
            << command.words;
    }
}

}  // namespace
}  // namespace playback::testing
