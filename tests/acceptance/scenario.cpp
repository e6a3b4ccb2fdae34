#include "tests/acceptance/scenario.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include <nlohmann/json.hpp>

namespace playback::acceptance {
namespace {

constexpr const char* runtime_path = PLAYBACK_BUILD_DIR "/scripted_runtime";
constexpr const char* secret = "shared-with-the-registry";
constexpr auto patience = std::chrono::seconds(60);
constexpr auto pause_between_polls = std::chrono::milliseconds(30);

std::string last_of(const std::string& text, std::size_t size) {
    return text.substr(text.size() - std::min(text.size(), size));
}

}  // namespace

// --- the installation ---

Installation::Installation() : registry(directory.path()) {
    problem = docker.start();
    for (const char* const generation : {"P1", "P2"}) {
        if (!problem.empty()) return;
        const std::string image = std::string("scripted:") + generation;
        problem = docker.import_image(image, runtime_path, {generation});
    }
    if (problem.empty()) start_node();
    if (problem.empty())
        problem = registry.start(address, directory.path() + "/data/registry.pem", secret);
    if (problem.empty()) log_in();
}

std::string Installation::write_file(const std::string& name, const std::string& text) const {
    const std::string path = directory.path() + "/" + name;
    std::ofstream(path) << text;
    return path;
}

void Installation::start_node() {
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
                                             "--client-inactive",
                                             "6",
                                             "--runtime-inactive",
                                             "6",
                                             "--match-idle",
                                             "6",
                                             "--room-grace",
                                             "1",
                                             "--log-level",
                                             "warn",
                                             "--json"};
    node = std::make_unique<testing::Program>(arguments);
    if (node->says("listening"))
        address = node->json()["listening"][0].get<std::string>();
    else
        problem = "the node does not start: " + node->err();
}

void Installation::log_in() {
    const Json password = {{"user", "support"}, {"password", "support-pw"}};
    support_token = call("support", "create-token", password)["raw_token"];
    const Json made = support("create-developer", Json::object());
    developer = made["user_id"];
    developer_password = made["password"];
    const Json credentials = {{"user_id", developer}, {"password", developer_password}};
    developer_token = call("developer", "create-token", credentials)["raw_token"];
}

Json Installation::call(const std::string& role,
                        const std::string& method,
                        const Json& body,
                        std::string_view token) const {
    const testing::HttpAnswer answer = call_node(address, role, method, body, token);
    EXPECT_EQ(answer.status, 200) << method << " " << body << ": " << answer.body;
    return Json::parse(answer.body, nullptr, false);
}

Json Installation::support(const std::string& method, const Json& body) const {
    return call("support", method, body, support_token);
}

std::vector<std::string> Installation::containers_of(const std::string& tenant) const {
    const testing::CommandOutcome listed =
        docker.docker({"ps", "-q", "--filter", "label=com.omgservers.tenant=" + tenant});
    std::vector<std::string> ids;
    std::istringstream lines(listed.output);
    for (std::string id; lines >> id;) ids.push_back(id);
    return ids;
}

std::string Installation::runtime_image(Way way) {
    return way == Way::p1 ? "scripted:P1" : "scripted:P2";
}

// --- a scenario ---

Json item(const char* qualifier, const Json& body) {
    return {{"qualifier", qualifier}, {"body", body}};
}

Json mode(const char* name, int min, int max) {
    const Json group = {{"name", "blue"}, {"min_players", min}, {"max_players", max}};
    return {{"name", name},
            {"min_players", min},
            {"max_players", max},
            {"groups", Json::array({group})}};
}

Scenario::Game::Game()
    : parts_(std::make_unique<Json>(Json{{"modes", Json::array({mode("arcade", 1, 16)})},
                                         {"rules", Json::object()},
                                         {"deployment", nullptr}})) {
}

Scenario::Game::~Game() = default;

Json& Scenario::Game::modes() const {
    return (*parts_)["modes"];
}

Json& Scenario::Game::rules() const {
    return (*parts_)["rules"];
}

Json& Scenario::Game::deployment() const {
    return (*parts_)["deployment"];
}

Installation& Scenario::at() {
    static Installation installation;
    return installation;
}

void Scenario::SetUp() {
    if (testing::without_docker()) GTEST_SKIP() << "without Docker";
    ASSERT_EQ(at().problem, "");
    tenant = at().support("create-tenant", Json::object())["id"];
    const Json made = at().support("create-project", {{"tenant", tenant}});
    project = made["project_id"];
    stage = made["stage_id"];
    grant("tenant", {"TENANT_VIEWER"});
    grant("project", {"VERSION_MANAGER", "PROJECT_VIEWER"});
    grant("stage", {"DEPLOYMENT_MANAGER"});
}

void Scenario::grant(const char* what, const Json& permissions) const {
    const Json body = {{"tenant", tenant},
                       {"project", project},
                       {"stage", stage},
                       {"user", at().developer},
                       {"user_id", at().developer},
                       {"permissions_to_create", permissions}};
    const std::string method = std::string("create-") + what + "-permissions";
    at().support(method, body);
}

// Scenario 27 is the end of each of them.
void Scenario::TearDown() {
    if (tenant.empty()) return;
    if (HasFailure()) {
        for (const auto& player : players) std::cout << player->story();
        for (const std::string& id : at().containers_of(tenant))
            std::cout << id << ": " << last_of(at().docker.docker({"logs", id}).output, 500);
        at().node->says("nothing", std::chrono::milliseconds(1));
        std::cout << last_of(at().node->err(), 2000) << "\n";
    }
    players.clear();
    const testing::HttpAnswer deleted = call_node(
        at().address, "support", "delete-tenant", {{"tenant", tenant}}, at().support_token);
    EXPECT_EQ(deleted.status, 200) << deleted.body;
}

Json Scenario::developer(const std::string& method, const Json& more) const {
    Json body = {{"tenant", tenant}, {"project", project}};
    body.update(more);
    return at().call("developer", method, body, at().developer_token);
}

std::string Scenario::make_version(const Game& game) {
    const Json data = {{"rules", game.rules()}, {"real_time", game.real_time}};
    const Json made = {{"version", "V1"}, {"modes", game.modes()}, {"user_data", data}};
    config = made.dump();
    return developer("create-version", {{"config", made}})["version_id"];
}

std::string Scenario::image_of(const std::string& version) const {
    const std::string path = tenant + "/" + project;
    return is_old() ? "omgservers/" + path + "/universal:" + version : path + ":1";
}

// Tells the node of the image as the generation does: the old one by the registry's notification.
void Scenario::name_image(const std::string& version) {
    const std::string image = image_of(version);
    if (!is_old()) {
        const Json body = {{"version", version}, {"qualifier", "UNIVERSAL"}, {"image", image}};
        EXPECT_EQ(developer("create-image", body)["created"], true);
        return;
    }
    const Json target = {{"repository", image.substr(0, image.rfind(':'))}, {"tag", version}};
    const Json push = {{"action", "push"}, {"target", target}};
    const Json body = {{"events", Json::array({push})}};
    at().call("registry", "handle-events", body, secret);
}

Json Scenario::images_of(const std::string& version) const {
    return developer("get-version-details", {{"version_id", version}})["details"]["images"];
}

std::string Scenario::deploy_version(const std::string& version, const Json& its_config) {
    Json body = {{"stage", stage}, {"version_id", version}};
    if (!its_config.is_null()) body["config"] = its_config;
    const Json made = developer(is_old() ? "deploy-version" : "create-deployment", body);
    EXPECT_TRUE(made.contains("deployment_id")) << made;
    return made.value("deployment_id", "");
}

// The image is on the daemon already, as if it had been pulled before.
void Scenario::deploy(const Game& game) {
    const std::string version = make_version(game);
    const std::string reference = at().registry.host() + "/" + image_of(version);
    const testing::CommandOutcome tagged =
        at().docker.docker({"tag", Installation::runtime_image(way()), reference});
    ASSERT_EQ(tagged.exit_code, 0) << tagged.output;
    name_image(version);
    deploy_version(version, game.deployment());
}

std::string Scenario::deploy_version(const std::string& version) {
    return deploy_version(version, nullptr);
}

Json Scenario::inspect(const char* qualifier) const {
    Json all = Json::array();
    for (const std::string& id : at().containers_of(tenant)) {
        const Json one = Json::parse(at().docker.docker({"inspect", id}).output, nullptr, false);
        const bool is_there = one.is_array() && one.size() == 1;  // else it has just gone
        if (is_there && one[0]["Config"]["Labels"]["com.omgservers.qualifier"] == qualifier)
            all.push_back(one[0]);
    }
    return all;
}

Player& Scenario::join() {
    Player& player = *players.emplace_back(std::make_unique<Player>(at().address, way()));
    player.sign_up();
    player.join({{"tenant", tenant}, {"project", project}, {"stage", stage}});
    return player;
}

Player& Scenario::join_again(const Player& player) {
    Player& again = *players.emplace_back(std::make_unique<Player>(at().address, way()));
    again.sign_in_as(player);
    again.join({{"tenant", tenant}, {"project", project}, {"stage", stage}});
    return again;
}

Player& Scenario::enter() {
    return *enter(1).front();
}

std::vector<Player*> Scenario::enter(int number) {
    std::vector<Player*> entered;
    for (int i = 0; i < number; ++i) entered.push_back(&join());
    until("in the lobby", [&] {
        return std::all_of(entered.begin(), entered.end(), [](const Player* player) {
            return player->kind() == "LOBBY";
        });
    });
    return entered;
}

bool Scenario::until(const char* what, const std::function<bool()>& condition) {
    const auto end = std::chrono::steady_clock::now() + patience;
    for (;;) {
        for (const auto& player : players) player->poll();
        if (condition()) return true;
        if (std::chrono::steady_clock::now() > end || HasFailure()) break;
        std::this_thread::sleep_for(pause_between_polls);
    }
    ADD_FAILURE() << "it never came to: " << what;
    return false;
}

void Scenario::tell(Player& player, const Json& items) {
    player.say({{"do", items}});
}

void Scenario::seek_match(Player& player, const char* its_mode) {
    const Json wish = {{"client_id", player.id()}, {"mode", its_mode}};
    tell(player, Json::array({item("REQUEST_MATCHMAKING", wish)}));
}

bool Scenario::until_in_match(const std::vector<Player*>& those) {
    return until("in a match", [&] {
        return std::all_of(those.begin(), those.end(), [](const Player* player) {
            return player->kind() == "MATCH";
        });
    });
}

}  // namespace playback::acceptance
