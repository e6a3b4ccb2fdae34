#include "tests/api/omgservers/api_fixture.h"

#include <utility>

#include <nlohmann/json.hpp>

#ifdef PLAYBACK_OVER_SOCKETS
#include "tests/live/live_node.h"
#else
#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/mailbox/runtime_inputs.h"
#include "engine/kernel/kernel.h"
#endif

namespace playback::omgservers {

Json HttpReply::json() const {
    return Json::parse(body, nullptr, false);
}

std::string HttpReply::qualifier() const {
    return text("qualifier");
}

std::string HttpReply::text(const char* member) const {
    const Json parsed = json();
    const bool is_there =
        parsed.is_object() && parsed.contains(member) && parsed[member].is_string();
    return is_there ? parsed[member].get<std::string>() : "";
}

std::string HttpReply::outcome() const {
    const std::string word = qualifier();
    return word.empty() ? std::to_string(status) : std::to_string(status) + " " + word;
}

#ifdef PLAYBACK_OVER_SOCKETS

ApiTest::ApiTest() {
    EXPECT_EQ(LiveNode::of_this_suite().problem(), "");
}

ApiTest::~ApiTest() {
    support("delete-tenant", {{"tenant", "t"}});
}

HttpReply ApiTest::exchange(std::string_view bytes, std::string) {
    return LiveNode::of_this_suite().exchange(bytes);
}

ApiTest::Runtime ApiTest::start_runtime(const Game& game) {
    const Json body = {{"deployment_id", game.deployment}};
    const Json details =
        call("developer", "get-deployment-details", body, game.developer.token).json();
    EXPECT_FALSE(details["lobby_resources"].empty()) << details;
    const std::string id = details["lobby_resources"].at(0)["runtime_id"];
    return log_in_runtime(id, LiveNode::of_this_suite().password_of(id));
}

#else

NodeConfig ApiTest::config() {
    NodeConfig result;
    result.slots = 4;
    result.public_url = "http://game.test";
    result.admin.password = "admin-pw";
    result.support.password = "support-pw";
    result.service.password = "service-pw";
    result.connector.password = "connector-pw";
    result.anonymous.exempt.push_back(*services::parse_ip_range("127.0.0.1"));
    return result;
}

ApiTest::ApiTest(const NodeConfig& with) : node(std::make_unique<Node>(world.io, with)) {
    const auto started = world.wait(node->start());
    CHECK(started.has_value());
    EXPECT_TRUE(started->has_value()) << started->error().detail;
}

ApiTest::~ApiTest() {
    world.loop.stop();
    node.reset();
}

std::shared_ptr<tests::Wire> ApiTest::connect(std::string peer) {
    auto wire = world.network.call("127.0.0.1:8080", std::move(peer));
    world.run();
    return wire;
}

void ApiTest::send(const std::shared_ptr<tests::Wire>& wire, std::string_view bytes) {
    wire->to_server += bytes;
    wire->wake();
    world.run();
}

std::optional<HttpReply> ApiTest::take(tests::Wire& wire) {
    const std::size_t end = wire.from_server.find("\r\n\r\n");
    if (end == std::string::npos) return std::nullopt;
    HttpReply reply;
    reply.head = wire.from_server.substr(0, end + 2);
    reply.status = std::stoi(reply.head.substr(9, 3));
    const std::size_t at = reply.head.find("Content-Length: ");
    const std::size_t length = at == std::string::npos ? 0 : std::stoul(reply.head.substr(at + 16));
    reply.body = wire.from_server.substr(end + 4, length);
    wire.from_server.erase(0, end + 4 + length);
    return reply;
}

HttpReply ApiTest::exchange(std::string_view bytes, std::string peer) {
    auto wire = connect(std::move(peer));
    send(wire, bytes);
    std::optional<HttpReply> reply = take(*wire);
    wire->client_done = true;
    send(wire, "");
    return reply.value_or(HttpReply{});
}

ApiTest::Runtime ApiTest::start_runtime(const Game& game) {
    const DeploymentId deployment{std::stoull(game.deployment)};
    const auto details =
        world.wait(node->kernel().submit(address_of(deployment), lobby::GetDeployment{}));
    CHECK(details && *details && !(*details)->lobbies.empty());
    const RuntimeId id = (*details)->lobbies.front().runtime;
    mailbox::SetCredentials credentials;
    credentials.password_hash = "hash:runtime-pw";
    (void)world.wait(node->kernel().submit(address_of(id), credentials));
    return log_in_runtime(std::to_string(id.value), "runtime-pw");
}

#endif

std::string ApiTest::request(std::string_view path,
                             std::string_view body,
                             std::string_view token,
                             std::string_view headers) {
    std::string text = "POST ";
    text.append(path).append(" HTTP/1.1\r\nHost: game.test\r\n").append(headers);
    if (!token.empty()) text.append("Authorization: Bearer ").append(token).append("\r\n");
    text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
    return text.append(body);
}

std::string ApiTest::path_of(std::string_view role, std::string_view method) {
    std::string path = "/service/v1/entrypoint/";
    return path.append(role).append("/request/").append(method);
}

HttpReply ApiTest::call(std::string_view role,
                        std::string_view method,
                        const Json& body,
                        std::string_view token) {
    return exchange(request(path_of(role, method), body.dump(), token));
}

HttpReply ApiTest::raw_call(std::string_view role,
                            std::string_view method,
                            std::string_view body,
                            std::string_view token) {
    return exchange(request(path_of(role, method), body, token));
}

std::string ApiTest::log_in(std::string_view role,
                            std::string_view user,
                            std::string_view password) {
    return call(role, "create-token", {{"user", user}, {"password", password}}).text("raw_token");
}

HttpReply ApiTest::support(std::string_view method, const Json& body) {
    if (support_token.empty()) support_token = log_in("support", "support", "support-pw");
    return call("support", method, body, support_token);
}

HttpReply ApiTest::admin(std::string_view method, const Json& body) {
    if (admin_token.empty()) admin_token = log_in("admin", "admin", "admin-pw");
    return call("admin", method, body, admin_token);
}

ApiTest::Person ApiTest::new_developer() {
    const HttpReply made = support("create-developer", Json::object());
    Person person{made.text("user_id"), made.text("password"), ""};
    person.token = log_in("developer", person.id, person.password);
    return person;
}

ApiTest::Person ApiTest::new_player() {
    const HttpReply made = call("player", "create-user", Json::object());
    Person person{made.text("user_id"), made.text("password"), ""};
    const Json credentials = {{"user_id", person.id}, {"password", person.password}};
    person.token = call("player", "create-token", credentials).text("raw_token");
    return person;
}

ApiTest::Game ApiTest::new_tenant() {
    Game game;
    game.tenant = support("create-tenant", Json::object()).text("id");
    support("create-tenant-alias", {{"tenant_id", game.tenant}, {"alias", "t"}});
    const HttpReply project = support("create-project", {{"tenant", "t"}});
    game.project = project.text("project_id");
    game.stage = project.text("stage_id");
    support("create-project-alias",
            {{"tenant", "t"}, {"project_id", game.project}, {"alias", "p"}});
    support("create-stage-alias", {{"tenant", "t"}, {"stage_id", game.stage}, {"alias", "s"}});
    game.developer = new_developer();
    grant(game.developer);
    return game;
}

void ApiTest::grant(const Person& developer) {
    Json body = {{"tenant", "t"}, {"user", developer.id}};
    body["permissions_to_create"] = {"PROJECT_MANAGER", "TENANT_VIEWER"};
    support("create-tenant-permissions", body);
    body["project"] = "p";
    body["permissions_to_create"] = {"STAGE_MANAGER", "VERSION_MANAGER", "PROJECT_VIEWER"};
    support("create-project-permissions", body);
    body["stage"] = "s";
    body["permissions_to_create"] = {"DEPLOYMENT_MANAGER", "STAGE_VIEWER"};
    support("create-stage-permissions", body);
}

Json ApiTest::version_config() {
    return {{"version", "V1"},
            {"modes",
             {{{"name", "arcade"},
               {"min_players", 1},
               {"max_players", 16},
               {"groups", {{{"name", "g"}, {"min_players", 1}, {"max_players", 16}}}}}}},
            {"user_data", {{"map", "desert"}}}};
}

void ApiTest::make_version(Game& game) {
    const std::string& token = game.developer.token;
    const Json version = {{"tenant", "t"}, {"project", "p"}, {"config", version_config()}};
    game.version = call("developer", "create-version", version, token).text("version_id");
    const Json image = {{"tenant", "t"},
                        {"project", "p"},
                        {"version", game.version},
                        {"qualifier", "UNIVERSAL"},
                        {"image", "t/p:1"}};
    call("developer", "create-image", image, token);
}

ApiTest::Game ApiTest::new_game() {
    Game game = new_tenant();
    make_version(game);
    const Json deployment = {{"tenant", "t"},
                             {"project", "p"},
                             {"stage", "s"},
                             {"version_id", game.version},
                             {"config", {{"version", "V1"}, {"min_lobbies", 1}}}};
    game.deployment = call("developer", "create-deployment", deployment, game.developer.token)
                          .text("deployment_id");
    return game;
}

ApiTest::Runtime ApiTest::log_in_runtime(const std::string& id, const std::string& password) {
    Runtime runtime{id, {}, ""};
    const Json body = {{"runtime_id", id}, {"password", password}};
    runtime.token_reply = call("runtime", "create-token", body);
    runtime.token = runtime.token_reply.text("api_token");
    return runtime;
}

std::string ApiTest::new_client(const Person& player) {
    const Json target = {{"tenant", "t"}, {"project", "p"}, {"stage", "s"}};
    return call("player", "create-client", target, player.token).text("client_id");
}

Json ApiTest::poll(std::string_view client) {
    return {{"client_id", client},
            {"outgoing_messages", Json::array()},
            {"consumed_messages", Json::array()}};
}

Json ApiTest::runtime_poll() {
    return {{"outgoing_messages", Json::array()}, {"consumed_messages", Json::array()}};
}

}  // namespace playback::omgservers
