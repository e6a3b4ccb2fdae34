// ApiTest: a whole node in memory (FakeWorld), called over HTTP as clients call it.
//
// `call` sends one request on a connection of its own and returns status and body. `Game` makes a
// tenant with a deployed version; `start_runtime` logs a runtime in as its container would.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/domain/lobby/deployment_inputs.h"
#include "engine/domain/mailbox/runtime_inputs.h"
#include "engine/kernel/kernel.h"
#include "engine/node.h"
#include "tests/services/fake_world.h"

namespace playback::omgservers {

using Json = nlohmann::json;

struct HttpReply {
    int status = 0;
    std::string head;
    std::string body;

    [[nodiscard]] Json json() const { return Json::parse(body, nullptr, false); }
    [[nodiscard]] std::string qualifier() const {
        const Json parsed = json();
        return parsed.is_object() ? parsed.value("qualifier", "") : "";
    }
    [[nodiscard]] std::string text(const char* member) const {
        const Json parsed = json();
        return parsed.is_object() && parsed.contains(member) && parsed[member].is_string()
                   ? parsed[member].get<std::string>()
                   : "";
    }
    // "200" or "404 OBJECT_NOT_FOUND": for comparing in one go.
    [[nodiscard]] std::string outcome() const {
        const std::string word = qualifier();
        return word.empty() ? std::to_string(status) : std::to_string(status) + " " + word;
    }
};

class ApiTest : public testing::Test {
protected:
    static NodeConfig config() {
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

    explicit ApiTest(NodeConfig with = config()) : node(std::make_unique<Node>(world.io, with)) {
        const auto started = world.wait(node->start());
        CHECK(started.has_value());
        EXPECT_TRUE(started->has_value()) << started->error().detail;
    }
    ~ApiTest() override {
        world.loop.stop();
        node.reset();
    }

    // --- raw HTTP ---
    std::shared_ptr<tests::Wire> connect(std::string peer = "127.0.0.1") {
        auto wire = world.network.call("127.0.0.1:8080", std::move(peer));
        world.run();
        return wire;
    }
    void send(const std::shared_ptr<tests::Wire>& wire, std::string_view bytes) {
        wire->to_server += bytes;
        wire->wake();
        world.run();
    }
    // Takes one answer off what the client has received.
    static std::optional<HttpReply> take(tests::Wire& wire) {
        const std::size_t end = wire.from_server.find("\r\n\r\n");
        if (end == std::string::npos) return std::nullopt;
        HttpReply reply;
        reply.head = wire.from_server.substr(0, end + 2);
        reply.status = std::stoi(reply.head.substr(9, 3));
        const std::size_t at = reply.head.find("Content-Length: ");
        const std::size_t length =
            at == std::string::npos ? 0 : std::stoul(reply.head.substr(at + 16));
        reply.body = wire.from_server.substr(end + 4, length);
        wire.from_server.erase(0, end + 4 + length);
        return reply;
    }
    static std::string request(std::string_view path,
                               std::string_view body,
                               std::string_view token = "",
                               std::string_view headers = "Content-Type: application/json\r\n") {
        std::string text = "POST ";
        text.append(path).append(" HTTP/1.1\r\nHost: game.test\r\n").append(headers);
        if (!token.empty()) text.append("Authorization: Bearer ").append(token).append("\r\n");
        text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
        return text.append(body);
    }
    HttpReply exchange(std::string_view bytes, std::string peer = "127.0.0.1") {
        auto wire = connect(std::move(peer));
        send(wire, bytes);
        std::optional<HttpReply> reply = take(*wire);
        wire->client_done = true;
        send(wire, "");
        return reply.value_or(HttpReply{});
    }

    // --- calls ---
    static std::string path_of(std::string_view role, std::string_view method) {
        std::string path = "/service/v1/entrypoint/";
        return path.append(role).append("/request/").append(method);
    }
    HttpReply call(std::string_view role,
                   std::string_view method,
                   const Json& body,
                   std::string_view token = "") {
        return exchange(request(path_of(role, method), body.dump(), token));
    }
    HttpReply raw_call(std::string_view role,
                       std::string_view method,
                       std::string_view body,
                       std::string_view token = "") {
        return exchange(request(path_of(role, method), body, token));
    }
    std::string log_in(std::string_view role, std::string_view user, std::string_view password) {
        return call(role, "create-token", {{"user", user}, {"password", password}})
            .text("raw_token");
    }
    // A call of support or of the admin, who are logged in once.
    HttpReply support(std::string_view method, const Json& body) {
        if (support_token.empty()) support_token = log_in("support", "support", "support-pw");
        return call("support", method, body, support_token);
    }
    HttpReply admin(std::string_view method, const Json& body) {
        if (admin_token.empty()) admin_token = log_in("admin", "admin", "admin-pw");
        return call("admin", method, body, admin_token);
    }

    struct Person {
        std::string id;
        std::string password;
        std::string token;
    };
    Person new_developer() {
        const HttpReply made = support("create-developer", Json::object());
        Person person{made.text("user_id"), made.text("password"), ""};
        person.token = log_in("developer", person.id, person.password);
        return person;
    }
    Person new_player() {
        const HttpReply made = call("player", "create-user", Json::object());
        Person person{made.text("user_id"), made.text("password"), ""};
        person.token =
            call("player", "create-token", {{"user_id", person.id}, {"password", person.password}})
                .text("raw_token");
        return person;
    }

    // A tenant "t" with project "p" and stage "s", and a developer who may do everything there.
    struct Game {
        std::string tenant;
        std::string project;
        std::string stage;
        std::string version;
        std::string deployment;
        Person developer;
    };
    Game new_tenant() {
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
    void grant(const Person& developer) {
        support("create-tenant-permissions",
                {{"tenant", "t"},
                 {"user", developer.id},
                 {"permissions_to_create", {"PROJECT_MANAGER", "TENANT_VIEWER"}}});
        support(
            "create-project-permissions",
            {{"tenant", "t"},
             {"project", "p"},
             {"user", developer.id},
             {"permissions_to_create", {"STAGE_MANAGER", "VERSION_MANAGER", "PROJECT_VIEWER"}}});
        support("create-stage-permissions",
                {{"tenant", "t"},
                 {"project", "p"},
                 {"stage", "s"},
                 {"user", developer.id},
                 {"permissions_to_create", {"DEPLOYMENT_MANAGER", "STAGE_VIEWER"}}});
    }
    static Json version_config() {
        return {{"version", "V1"},
                {"modes",
                 {{{"name", "arcade"},
                   {"min_players", 1},
                   {"max_players", 16},
                   {"groups", {{{"name", "g"}, {"min_players", 1}, {"max_players", 16}}}}}}},
                {"user_data", {{"map", "desert"}}}};
    }
    void make_version(Game& game) {
        const std::string& token = game.developer.token;
        game.version = call("developer",
                            "create-version",
                            {{"tenant", "t"}, {"project", "p"}, {"config", version_config()}},
                            token)
                           .text("version_id");
        call("developer",
             "create-image",
             {{"tenant", "t"},
              {"project", "p"},
              {"version", game.version},
              {"qualifier", "UNIVERSAL"},
              {"image", "t/p:1"}},
             token);
    }
    void deploy(Game& game) {
        game.deployment = call("developer",
                               "create-deployment",
                               {{"tenant", "t"},
                                {"project", "p"},
                                {"stage", "s"},
                                {"version_id", game.version},
                                {"config", {{"version", "V1"}, {"min_lobbies", 1}}}},
                               game.developer.token)
                              .text("deployment_id");
    }
    Game new_game() {
        Game game = new_tenant();
        make_version(game);
        deploy(game);
        return game;
    }

    // The first lobby's runtime, logged in with a password that the supervisor would have set.
    struct Runtime {
        std::string id;
        HttpReply token_reply;
        std::string token;
    };
    Runtime start_runtime(const Game& game) {
        const DeploymentId deployment{std::stoull(game.deployment)};
        const auto details =
            world.wait(node->kernel().submit(address_of(deployment), lobby::GetDeployment{}));
        CHECK(details && *details && !(*details)->lobbies.empty());
        const RuntimeId id = (*details)->lobbies.front().runtime;
        (void)world.wait(
            node->kernel().submit(address_of(id), mailbox::SetCredentials{"hash:runtime-pw"}));
        Runtime runtime{std::to_string(id.value), {}, ""};
        runtime.token_reply = call(
            "runtime", "create-token", {{"runtime_id", runtime.id}, {"password", "runtime-pw"}});
        runtime.token = runtime.token_reply.text("api_token");
        return runtime;
    }
    std::string new_client(const Person& player) {
        return call("player",
                    "create-client",
                    {{"tenant", "t"}, {"project", "p"}, {"stage", "s"}},
                    player.token)
            .text("client_id");
    }

    static Json poll(std::string_view client) {
        return {{"client_id", client},
                {"outgoing_messages", Json::array()},
                {"consumed_messages", Json::array()}};
    }
    static Json runtime_poll() {
        return {{"outgoing_messages", Json::array()}, {"consumed_messages", Json::array()}};
    }

    tests::FakeWorld world;
    std::unique_ptr<Node> node;
    std::string support_token;
    std::string admin_token;
};

}  // namespace playback::omgservers
