#include "tests/api/omgservers/permission_fixture.h"

#include <nlohmann/json.hpp>

namespace playback::omgservers {
namespace {

constexpr std::string_view entrypoints = "/service/v1/entrypoint/";
constexpr std::string_view request_part = "/request/";

Json merged(Json body, const Json& more) {
    body.update(more);
    return body;
}

}  // namespace

std::string call_of(std::string_view path) {
    if (!path.starts_with(entrypoints)) return std::string(path);
    std::string call(path.substr(entrypoints.size()));
    const std::size_t at = call.find(request_part);
    return call.replace(at, request_part.size(), "/");
}

std::string path_of_call(std::string_view call) {
    if (call.starts_with('/')) return std::string(call);
    const std::size_t slash = call.find('/');
    std::string path(entrypoints);
    path.append(call.substr(0, slash)).append(request_part).append(call.substr(slash + 1));
    return path;
}

NodeConfig PermissionTest::with_secret() {
    NodeConfig result = config();
    result.registry_secret = "the-registry-secret";
    return result;
}

PermissionTest::PermissionTest(const NodeConfig& with) : SocketTest(true, with) {
    // Somebody plays there, so that the first deployment stays when it is deployed to the stage.
    player = new_player();
    client = new_client(player);
}

HttpReply PermissionTest::try_call(const Route& route,
                                   const std::string& body,
                                   const std::string& token,
                                   const char* peer) {
    const std::string path(route.path);
    if (route.access == Access::json || route.access == Access::any_body)
        return exchange(request(path, body, token), peer);
    std::string text = "GET " + path + " HTTP/1.1\r\nHost: game.test\r\n";
    if (!token.empty()) text += "Authorization: Bearer " + token + "\r\n";
    if (route.access == Access::socket)
        text +=
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    return exchange(text + "\r\n", peer);
}

Json PermissionTest::all_of(const std::string& kind) {
    if (kind == "tenant") return {"PROJECT_MANAGER", "TENANT_VIEWER"};
    if (kind == "project") return {"STAGE_MANAGER", "VERSION_MANAGER", "PROJECT_VIEWER"};
    return {"DEPLOYMENT_MANAGER", "STAGE_VIEWER"};
}

Json PermissionTest::in_game(const std::string& kind) {
    Json where = {{"tenant", "t"}};
    if (kind != "tenant") where["project"] = "p";
    if (kind == "stage") where["stage"] = "s";
    return where;
}

void PermissionTest::grant(const Person& who,
                           const std::string& kind,
                           Json where,
                           const Json& permissions) {
    if (permissions.empty()) return;
    where["user"] = who.id;
    where["permissions_to_create"] = permissions;
    const HttpReply reply = support("create-" + kind + "-permissions", where);
    EXPECT_EQ(reply.json()["created_permissions"].size(), permissions.size()) << reply.body;
}

std::string PermissionTest::version_without_deployment() {
    Game another = game;
    make_version(another);
    return another.version;
}

// Makes a deployment, the stage's newest, with one lobby.
Json PermissionTest::deploy() {
    Json body = in_game("stage");
    body["version_id"] = game.version;
    body["config"] = {{"version", "V1"}, {"min_lobbies", 1}};
    const Json made = call("developer", "create-deployment", body, game.developer.token).json();
    EXPECT_TRUE(made.contains("deployment_id")) << made;
    return {{"deployment_id", made["deployment_id"]}};
}

Json PermissionTest::body_for(std::string_view call) {
    const std::string_view role = call.substr(0, call.find('/'));
    const std::string_view method = call.substr(call.find('/') + 1);
    if (call.starts_with('/') || role == "docker" || role == "registry") return Json::object();
    if (method == "create-token") return log_in_body(role);
    if (role == "admin") return admin_body(method);
    if (role == "support") return support_body(method);
    if (role == "developer") return developer_body(method);
    if (role == "runtime" && method == "interchange")
        return {{"outgoing_commands", Json::array()}, {"consumed_commands", Json::array()}};
    if (role == "runtime") return runtime_poll();
    return player_body(method);
}

Json PermissionTest::log_in_body(std::string_view role) {
    if (role == "runtime") return {{"runtime_id", runtime.id}, {"password", "runtime-pw"}};
    if (role == "player") return {{"user_id", player.id}, {"password", player.password}};
    if (role == "developer")
        return {{"user", game.developer.id}, {"password", game.developer.password}};
    return {{"user", role}, {"password", std::string(role) + "-pw"}};
}

Json PermissionTest::admin_body(std::string_view method) {
    if (method == "bcrypt-hash") return {{"value", "x"}};
    if (method == "calculate-shard") return {{"shard_key", "x"}};
    if (method == "ping-docker-host") return {{"docker_daemon_uri", "tcp://127.0.0.1:2375"}};
    Json server = {{"docker_daemon_uri", "tcp://" + fresh_alias() + ":2375"},
                   {"cpu_count", 1},
                   {"memory_size", 1},
                   {"max_containers", 1}};
    if (method == "create-pool-server") return server;
    if (method.ends_with("-pool-server") || method == "get-pool-server-details")
        return {{"id", admin("create-pool-server", server).text("id")}};
    return Json::object();
}

Json PermissionTest::support_body(std::string_view method) {
    if (method == "create-tenant-alias")
        return {{"tenant_id", game.tenant}, {"alias", fresh_alias()}};
    if (method == "delete-tenant")
        return {{"tenant", support("create-tenant", Json::object()).text("id")}};
    if (method == "create-project-alias" || method == "delete-project" ||
        method == "create-stage-alias" || method == "delete-stage" || method == "create-project" ||
        method == "create-stage")
        return developer_body(method);
    if (method == "create-developer-alias")
        return {{"developer_user_id", game.developer.id}, {"alias", fresh_alias()}};
    if (method == "delete-developer") return {{"user", new_developer().id}};
    for (const std::string& kind : permission_kinds) {
        if (!method.ends_with("-" + kind + "-permissions")) continue;
        Json body = merged(in_game(kind), {{"user", new_developer().id}});
        body[method.starts_with("create") ? "permissions_to_create" : "permissions_to_delete"] =
            all_of(kind);
        return body;
    }
    return Json::object();
}

Json PermissionTest::developer_body(std::string_view method) {
    const auto project = [&] { return support("create-project", {{"tenant", "t"}}); };
    const auto stage = [&] { return support("create-stage", in_game("project")); };
    if (method == "get-tenant-details" || method == "create-project") return in_game("tenant");
    if (method == "get-project-details" || method == "create-stage") return in_game("project");
    if (method == "get-stage-details") return in_game("stage");
    if (method == "create-project-alias")
        return {{"tenant", "t"},
                {"project_id", project().text("project_id")},
                {"alias", fresh_alias()}};
    if (method == "delete-project")
        return {{"tenant", "t"}, {"project", project().text("project_id")}};
    if (method == "create-stage-alias")
        return {{"tenant", "t"}, {"stage_id", stage().text("stage_id")}, {"alias", fresh_alias()}};
    if (method == "delete-stage")
        return merged(in_game("project"), {{"stage", stage().text("stage_id")}});
    if (method == "create-version")
        return merged(in_game("project"), {{"config", version_config()}});
    if (method == "get-version-details") return {{"tenant", "t"}, {"version_id", game.version}};
    if (method == "delete-version") return {{"tenant", "t"}, {"id", version_without_deployment()}};
    if (method == "create-image")
        return merged(in_game("project"),
                      {{"version", version_without_deployment()},
                       {"qualifier", "LOBBY"},
                       {"image", "t/p:2"}});
    return deployment_body(method);
}

Json PermissionTest::deployment_body(std::string_view method) {
    if (method == "create-deployment" || method == "deploy-version")
        return merged(in_game("stage"), {{"version_id", game.version}});
    if (method == "upload-files-archive") return Json::object();
    const Json deployment = deploy();
    if (method == "delete-matchmaker") return {{"matchmaker_id", deployment["deployment_id"]}};
    if (method != "delete-lobby") return deployment;
    const Json details =
        call("developer", "get-deployment-details", deployment, game.developer.token).json();
    return {{"lobby_id", details["lobby_resources"][0]["lobby_id"]}};
}

Json PermissionTest::player_body(std::string_view method) {
    if (method == "ping-service") return {{"message", "ping"}};
    if (method == "create-client") return in_game("stage");
    if (method == "create-connector-token") return {{"client_id", client}};
    if (method == "create-user") return Json::object();
    return poll(client);
}

}  // namespace playback::omgservers
