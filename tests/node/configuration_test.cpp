// The settings of `playback node`: by command line, environment and file; and the page that lists
// them, which is held to the options themselves.
#include <csignal>
#include <fstream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/node/program.h"
#include "tools/playback/node_environment.h"
#include "tools/playback/node_options.h"
#include "tools/playback/option_table.h"

namespace playback::testing {
namespace {

using tools::NodeOptions;
using tools::Variables;

struct Settings {
    Settings() : app("node") {
        add_node_options(app, options);
        app.add_option("--config", config, "file with any of these options");
        app.add_flag("--json");
        tools::describe_options(app);
    }
    // Everything that was said, or the first complaint.
    std::string read(const std::vector<std::string>& words, const Variables& variables) {
        std::vector<std::string> reversed(words.rbegin(), words.rend());
        app.parse(std::move(reversed));
        const Result<void> done = read_everything(app, options, variables, config);
        return done ? "" : done.error().detail;
    }
    NodeOptions options;
    std::string config;
    CLI::App app;
};

std::string read_with(const std::vector<std::string>& words, const Variables& variables) {
    Settings settings;
    return settings.read(words, variables);
}

// The rows of the page that begin so.
std::vector<std::string> rows_of_page(std::string_view begin) {
    std::istringstream page(read_file(std::string(PLAYBACK_SOURCE_DIR) + "/docs/configuration.md"));
    std::vector<std::string> rows;
    for (std::string line; std::getline(page, line);)
        if (line.starts_with(begin)) rows.push_back(line);
    return rows;
}

std::string joined(const std::vector<std::string>& rows) {
    std::string text;
    for (const std::string& row : rows) text += row + "\n";
    return text;
}

TEST(Configuration, ThePageHasExactlyTheOptionsOfTheProgram) {
    const Settings settings;
    EXPECT_EQ(joined(rows_of_page("| `--")), joined(tools::option_rows(settings.app)));
    EXPECT_EQ(joined(rows_of_page("| `PLAYBACK_")), joined(tools::secret_rows()));
    EXPECT_EQ(joined(rows_of_page("| `OMGSERVERS_")), joined(tools::foreign_rows()));
}

TEST(Configuration, TheCommandLineWinsOverTheEnvironmentAndThatOverTheFile) {
    const Directory directory;
    const std::string file = directory.path() + "/node.toml";
    std::ofstream(file) << "slots = 1\nclient-inactive = 1\nruntime-inactive = 1\nlog-json = true\n"
                        << "listen = [\"127.0.0.1:1\"]\n";
    Settings settings;
    EXPECT_EQ(settings.read({"--slots", "3"},
                            {{"PLAYBACK_CLIENT_INACTIVE", "2"},
                             {"PLAYBACK_CONFIG", file},
                             {"PLAYBACK_LISTEN", "127.0.0.1:2,127.0.0.1:3"},
                             {"PLAYBACK_LOG_JSON", "false"},
                             {"PLAYBACK_SLOTS", "2"}}),
              "");
    EXPECT_EQ(settings.options.slots, 3U);
    EXPECT_EQ(settings.options.client_inactive, 2U);
    EXPECT_EQ(settings.options.runtime_inactive, 1U);
    EXPECT_EQ(settings.options.room_grace, NodeOptions().room_grace);
    EXPECT_FALSE(settings.options.log_json);
    EXPECT_EQ(settings.options.listen, (std::vector<std::string>{"127.0.0.1:2", "127.0.0.1:3"}));
}

TEST(Configuration, UnknownNamesAreRefusedWithTheNearest) {
    EXPECT_EQ(read_with({}, {{"PLAYBACK_CLIENT_INACTIV", "3"}}),
              "the environment has PLAYBACK_CLIENT_INACTIV, which is no setting; is "
              "PLAYBACK_CLIENT_INACTIVE meant?");
    EXPECT_EQ(read_with({}, {{"PLAYBACK_ADMIN_PASSWROD", "hidden"}}),
              "the environment has PLAYBACK_ADMIN_PASSWROD, which is no setting; is "
              "PLAYBACK_ADMIN_PASSWORD meant?");
    EXPECT_TRUE(read_with({}, {{"PLAYBACK_JSON", "1"}}).contains("no setting"));
    EXPECT_TRUE(read_with({}, {{"PLAYBACK_TAKE_OVER", "1"}}).contains("no setting"));
    EXPECT_EQ(read_with({}, {{"PLAYBACK_CTL_STATE", "x"}, {"PLAYBACK_WITHOUT_DOCKER", "1"}}), "");

    const Directory directory;
    const std::string file = directory.path() + "/node.toml";
    std::ofstream(file) << "lisent = \"127.0.0.1:0\"\n";
    EXPECT_EQ(read_with({"--config", file}, {}),
              file + ": there is no option lisent; is listen meant?");
    std::ofstream(file) << "json = true\n";
    EXPECT_TRUE(read_with({"--config", file}, {}).contains("there is no option json"));
}

TEST(Configuration, AValueThatAnOptionDoesNotTakeNamesItsVariable) {
    EXPECT_EQ(read_with({}, {{"PLAYBACK_SLOTS", "many"}}),
              "the environment's PLAYBACK_SLOTS is no value of --slots: many");
    EXPECT_EQ(read_with({}, {{"OMGSERVERS_SLOTS_COUNT", "many"}}),
              "the environment's OMGSERVERS_SLOTS_COUNT is no value of --slots: many");
    EXPECT_TRUE(read_with({}, {{"PLAYBACK_LOG_JSON", "perhaps"}}).contains("PLAYBACK_LOG_JSON"));
    EXPECT_EQ(read_with({}, {{"PLAYBACK_SLOTS", ""}}), "");
}

TEST(Configuration, TheNamesOfOmgserversCountAfterOurs) {
    Settings settings;
    const std::string pool = "OMGSERVERS_BOOTSTRAP_DEFAULT_POOL_SERVERS_0__";
    EXPECT_EQ(settings.read({},
                            {{"PLAYBACK_RUNTIME_INACTIVE", "7"},
                             {"OMGSERVERS_RUNTIME_INACTIVE_INTERVAL", "8"},
                             {"OMGSERVERS_CLIENT_INACTIVE_INTERVAL", "45s"},
                             {"OMGSERVERS_APP_LOG_LEVEL", "WARNING"},
                             {"OMGSERVERS_PRIVATE_KEY_LOCATION", "file:/keys/private.pem"},
                             {"OMGSERVERS_REGISTRY_URI", "http://registry:5000/"},
                             {"OMGSERVERS_JWT_EXPIRES_IN_WS_TOKEN", "90"},
                             {"OMGSERVERS_JWT_ISSUER", "studio"},
                             {"OMGSERVERS_BOOTSTRAP_ADMIN_USER_ALIAS", "root"},
                             {"OMGSERVERS_BOOTSTRAP_ADMIN_USER_PASSWORD", "theirs"},
                             {"OMGSERVERS_BOOTSTRAP_SUPPORT_USER_PASSWORD", "theirs"},
                             {"PLAYBACK_ADMIN_PASSWORD", "ours"},
                             {pool + "DOCKER_DAEMON_URI", "tcp://docker:2375"},
                             {pool + "MAX_CONTAINERS", "16"},
                             {"OMGSERVERS_DATABASE_PASSWORD", "hidden"},
                             {"OMGSERVERS_NOBODY_KNOWS", "hidden"},
                             {"OMGSERVERS_BOOTSTRAP_ENABLED", "true"}}),
              "");
    const NodeOptions& options = settings.options;
    EXPECT_EQ(options.runtime_inactive, 7U);
    EXPECT_EQ(options.client_inactive, 45U);
    EXPECT_EQ(options.log_level, "warn");
    EXPECT_EQ(options.token_key, "/keys/private.pem");
    EXPECT_EQ(options.registry, "registry:5000");
    EXPECT_EQ(options.aliases.at("admin"), "root");
    EXPECT_EQ(options.passwords.at("admin"), "ours");
    EXPECT_EQ(options.passwords.at("support"), "theirs");
    EXPECT_EQ(options.docker, "tcp://docker:2375");
    EXPECT_EQ(options.max_containers, 16U);
    EXPECT_EQ(options.ignored_variables,
              (std::vector<std::string>{"OMGSERVERS_DATABASE_PASSWORD",
                                        "OMGSERVERS_NOBODY_KNOWS",
                                        "OMGSERVERS_BOOTSTRAP_ENABLED"}));
    const Result<tools::NodeSettings> made = node_settings(options);
    ASSERT_TRUE(made) << made.error().detail;
    EXPECT_EQ(made->config.admin.password, "ours");
    EXPECT_EQ(made->config.tokens.issuer, "studio");
    EXPECT_EQ(made->config.tokens.socket_lifetime, seconds(90));
}

TEST(Configuration, EveryForeignNameThatIsTakenNamesAnOption) {
    const Settings settings;
    for (const tools::ForeignVariable& known : tools::foreign_variables()) {
        if (known.taken == tools::Taken::nowhere) continue;
        const std::string option =
            std::string(known.option) + (known.taken == tools::Taken::password ? "-alias" : "");
        EXPECT_NE(settings.app.get_option_no_throw("--" + option), nullptr) << known.name;
    }
}

TEST(Configuration, APasswordIsGivenOnce) {
    const Directory directory;
    const std::string file = directory.path() + "/password";
    std::ofstream(file) << "of the file\n";
    Settings settings;
    ASSERT_EQ(settings.read({"--admin-password-file", file}, {{"PLAYBACK_ADMIN_PASSWORD", "x"}}),
              "");
    const Result<tools::NodeSettings> made = node_settings(settings.options);
    ASSERT_FALSE(made);
    EXPECT_TRUE(made.error().detail.contains("take one away")) << made.error().detail;
}

TEST(Configuration, TokensHaveTheirOwnAudiences) {
    Settings settings;
    ASSERT_EQ(settings.read({"--token-audience-connector", "service"}, {}), "");
    EXPECT_FALSE(node_settings(settings.options));
}

TEST(Configuration, TokensHaveOneOfTwoAlgorithms) {
    using wire::JwtAlgorithm;
    EXPECT_EQ(node_settings(NodeOptions())->config.tokens.algorithm, JwtAlgorithm::rs256);
    Settings settings;
    ASSERT_EQ(settings.read({}, {{"PLAYBACK_TOKEN_ALGORITHM", "HS256"}}), "");
    EXPECT_EQ(node_settings(settings.options)->config.tokens.algorithm, JwtAlgorithm::hs256);
    for (const char* other : {"none", "HS512", "hs256", ""}) {
        settings.options.token_algorithm = other;
        const Result<tools::NodeSettings> refused = node_settings(settings.options);
        ASSERT_FALSE(refused) << other;
        EXPECT_TRUE(refused.error().detail.starts_with("--token-algorithm")) << other;
    }
}

// The whole program: the names of what it ignores are said once, and no secret is.
TEST(Configuration, ANodeTakesItsSettingsFromTheEnvironment) {
    const Directory directory;
    Program node({"node", "--json"},
                 {{"PLAYBACK_DATA", directory.path() + "/data"},
                  {"PLAYBACK_LISTEN", "127.0.0.1:0"},
                  {"PLAYBACK_DOCKER", "process:"},
                  {"PLAYBACK_BCRYPT_COST", "4"},
                  {"OMGSERVERS_APP_LOG_LEVEL", "INFO"},
                  {"OMGSERVERS_DATABASE_PASSWORD", "this-is-secret"},
                  {"OMGSERVERS_BOOTSTRAP_SUPPORT_USER_PASSWORD", "that-is-secret"}});
    ASSERT_TRUE(node.says("listening")) << node.err();
    const std::string address = node.json()["listening"][0];
    const nlohmann::json login{{"user", "support"}, {"password", "that-is-secret"}};
    const std::string path = "/service/v1/entrypoint/support/request/create-token";
    EXPECT_EQ(post(address, path, login).status, 200);
    node.signal(SIGTERM);
    EXPECT_EQ(node.wait(), 0);
    const std::string& log = node.err();
    EXPECT_TRUE(log.contains("OMGSERVERS_DATABASE_PASSWORD")) << log;
    EXPECT_EQ(log.find("is-secret"), std::string::npos) << log;
    EXPECT_EQ(node.out().find("is-secret"), std::string::npos) << node.out();

    const Ended refused = run_program({"node", "--json"}, {{"PLAYBACK_LISTN", "x"}});
    EXPECT_EQ(refused.code, 2);
    EXPECT_TRUE(refused.json()["error"].get<std::string>().contains("PLAYBACK_LISTEN"))
        << refused.out;
}

}  // namespace
}  // namespace playback::testing
