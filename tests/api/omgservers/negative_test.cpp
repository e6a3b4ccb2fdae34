// Every call against everything that can be wrong with a request: one table of all routes, one
// mutation after the other, the answers of omgservers.md 0.2.
#include <array>
#include <set>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#ifndef PLAYBACK_OVER_SOCKETS
#include "engine/api/omgservers/routes.h"
#endif
#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

enum class Kind { text, id, boolean, list, object };

struct Field {
    const char* name;
    Kind kind;
    Json valid;
    bool optional = false;
    std::size_t max = 64;
};

struct Endpoint {
    const char* role;
    const char* method;
    std::vector<Field> fields;
    bool anonymous = false;
    // What a well-formed request with the ids of nobody gets.
    const char* of_nobody = "404 OBJECT_NOT_FOUND";
};

const Field tenant{"tenant", Kind::text, "no-tenant"};
const Field project{"project", Kind::text, "no-project"};
const Field stage{"stage", Kind::text, "no-stage"};
const Field user{"user", Kind::text, "12345"};
const Field password{"password", Kind::text, "x"};
const Field alias{"alias", Kind::text, "fresh"};
const Field project_id{"project_id", Kind::id, "123"};
const Field stage_id{"stage_id", Kind::id, "123"};
const Field version_id{"version_id", Kind::id, "123"};
const Field deployment_id{"deployment_id", Kind::id, "123"};
const Field pool_server{"id", Kind::id, "123"};
const Field config{"config", Kind::object, Json::object()};

Field permissions(const char* name, const char* one) {
    return {name, Kind::list, Json::array({one})};
}

std::vector<Endpoint> admin_and_support() {
    const char* to_create = "permissions_to_create";
    const char* to_delete = "permissions_to_delete";
    const char* unknown_user = "401 USER_NOT_FOUND";
    return {
        {"admin", "create-token", {user, password}, true, unknown_user},
        {"admin", "generate-id", {}, false, "200"},
        {"admin", "bcrypt-hash", {{"value", Kind::text, "x"}}, false, "200"},
        {"admin", "calculate-shard", {{"shard_key", Kind::text, "x"}}, false, "200"},
        {"admin",
         "ping-docker-host",
         {{"docker_daemon_uri", Kind::text, "nonsense", false, 1024}},
         false,
         "400 WRONG_ARGUMENT"},
        {"admin", "get-pool-details", {}, false, "200"},
        {"admin", "get-pool-server-details", {pool_server}},
        {"admin",
         "create-pool-server",
         {{"docker_daemon_uri", Kind::text, "nonsense", false, 1024},
          {"cpu_count", Kind::id, 1},
          {"memory_size", Kind::id, 1},
          {"max_containers", Kind::id, 1}},
         false,
         "400 WRONG_ARGUMENT"},
        {"admin", "drain-pool-server", {pool_server}},
        {"admin", "resume-pool-server", {pool_server}},
        {"admin", "delete-pool-server", {pool_server, {"force", Kind::boolean, true, true}}},
        {"support", "create-token", {user, password}, true, unknown_user},
        {"support", "create-tenant", {}, false, "200"},
        {"support", "create-tenant-alias", {{"tenant_id", Kind::id, "123"}, alias}},
        {"support", "delete-tenant", {tenant}},
        {"support", "create-project", {tenant}},
        {"support", "create-project-alias", {tenant, project_id, alias}},
        {"support", "delete-project", {tenant, project}},
        {"support", "create-stage", {tenant, project}},
        {"support", "create-stage-alias", {tenant, stage_id, alias}},
        {"support", "delete-stage", {tenant, project, stage}},
        {"support", "create-developer", {}, false, "200"},
        {"support", "create-developer-alias", {{"developer_user_id", Kind::id, "123"}, alias}},
        {"support", "delete-developer", {user}},
        {"support",
         "create-tenant-permissions",
         {tenant, user, permissions(to_create, "TENANT_VIEWER")}},
        {"support",
         "delete-tenant-permissions",
         {tenant, user, permissions(to_delete, "TENANT_VIEWER")}},
        {"support",
         "create-project-permissions",
         {tenant, project, user, permissions(to_create, "STAGE_MANAGER")}},
        {"support",
         "delete-project-permissions",
         {tenant, project, user, permissions(to_delete, "STAGE_MANAGER")}},
        {"support",
         "create-stage-permissions",
         {tenant, project, stage, user, permissions(to_create, "STAGE_VIEWER")}},
        {"support",
         "delete-stage-permissions",
         {tenant, project, stage, user, permissions(to_delete, "STAGE_VIEWER")}},
    };
}

std::vector<Endpoint> developer() {
    const Field qualifier{"qualifier", Kind::text, "UNIVERSAL", false, SIZE_MAX};
    const Field image{"image", Kind::text, "t/p:1", false, 1024};
    const Field maybe_config{"config", Kind::object, Json::object(), true};
    return {
        {"developer", "create-token", {user, password}, true, "401 USER_NOT_FOUND"},
        {"developer", "get-tenant-details", {tenant}},
        {"developer", "create-project", {tenant}},
        {"developer", "create-project-alias", {tenant, project_id, alias}},
        {"developer", "get-project-details", {tenant, project}},
        {"developer", "delete-project", {tenant, project}},
        {"developer", "create-stage", {tenant, project}},
        {"developer", "create-stage-alias", {tenant, stage_id, alias}},
        {"developer", "get-stage-details", {tenant, project, stage}},
        {"developer", "delete-stage", {tenant, project, stage}},
        {"developer", "create-version", {tenant, project, config}},
        {"developer", "get-version-details", {tenant, version_id}},
        {"developer", "delete-version", {tenant, {"id", Kind::id, "123"}}},
        {"developer",
         "create-image",
         {tenant, project, {"version", Kind::text, "123"}, qualifier, image}},
        {"developer", "create-deployment", {tenant, project, stage, version_id, maybe_config}},
        {"developer", "deploy-version", {tenant, project, stage, version_id}},
        {"developer", "get-deployment-details", {deployment_id}},
        {"developer", "delete-deployment", {deployment_id}},
        {"developer", "create-lobby-request", {deployment_id}},
        {"developer", "delete-lobby", {{"lobby_id", Kind::id, "123"}}},
        {"developer", "create-matchmaker-request", {deployment_id}},
        {"developer", "delete-matchmaker", {{"matchmaker_id", Kind::id, "123"}}},
    };
}

std::vector<Endpoint> player_and_runtime() {
    const Json none = Json::array();
    const Field client{"client_id", Kind::id, "123"};
    const Field no_outgoing{"outgoing_messages", Kind::list, none};
    const Field no_consumed{"consumed_messages", Kind::list, none};
    return {
        {"player", "ping-service", {{"message", Kind::text, "ping"}}, true, "200"},
        {"player", "create-user", {}, true, "200"},
        {"player",
         "create-token",
         {{"user_id", Kind::text, "12345"}, password},
         true,
         "401 USER_NOT_FOUND"},
        {"player", "create-client", {tenant, project, stage}},
        {"player", "create-connector-token", {client}},
        {"connector",
         "create-token",
         {{"user", Kind::text, "12345"}, password},
         true,
         "401 USER_NOT_FOUND"},
        {"connector", "interchange-messages", {client, no_outgoing, no_consumed}},
        {"player", "interchange", {client, no_outgoing, no_consumed}},
        {"player", "interchange-messages", {client, no_outgoing, no_consumed}},
        {"runtime",
         "create-token",
         {{"runtime_id", Kind::id, "123"}, password},
         true,
         "404 RUNTIME_NOT_FOUND"},
        {"runtime",
         "interchange",
         {{"outgoing_commands", Kind::list, none}, {"consumed_commands", Kind::list, none}},
         false,
         "200"},
        {"runtime", "interchange-messages", {no_outgoing, no_consumed}, false, "200"},
    };
}

std::vector<Endpoint> all_endpoints() {
    std::vector<Endpoint> all = admin_and_support();
    for (const Endpoint& one : developer()) all.push_back(one);
    for (const Endpoint& one : player_and_runtime()) all.push_back(one);
    return all;
}

Json valid_body(const Endpoint& endpoint) {
    Json body = Json::object();
    for (const Field& field : endpoint.fields) body[field.name] = field.valid;
    return body;
}

class Negative : public ApiTest {
protected:
    Negative() {
        const Game game = new_game();
        tokens["developer"] = game.developer.token;
        tokens["player"] = new_player().token;
        tokens["runtime"] = start_runtime(game).token;
        tokens["admin"] = log_in("admin", "admin", "admin-pw");
        tokens["support"] = log_in("support", "support", "support-pw");
        tokens["connector"] = log_in("connector", "connector", "connector-pw");
        for (const auto& [role, token] : tokens) EXPECT_FALSE(token.empty()) << role;
    }

    std::string token_for(const Endpoint& endpoint) {
        return endpoint.anonymous ? "" : tokens[endpoint.role];
    }
    std::string outcome(const Endpoint& endpoint, std::string_view body) {
        return raw_call(endpoint.role, endpoint.method, body, token_for(endpoint)).outcome();
    }

    std::map<std::string, std::string> tokens;
};

#ifndef PLAYBACK_OVER_SOCKETS
// The table has every route that takes JSON, but those that say "not in this release".
TEST_F(Negative, TheTableIsComplete) {
    std::set<std::string> tabled;
    for (const Endpoint& one : all_endpoints()) tabled.insert(path_of(one.role, one.method));
    for (const Route& route : all_routes()) {
        if (route.access != Access::json) continue;
        EXPECT_TRUE(tabled.contains(std::string(route.path))) << route.path;
    }
}

#endif

TEST_F(Negative, IdsOfNobody) {
    for (const Endpoint& one : all_endpoints())
        EXPECT_EQ(outcome(one, valid_body(one).dump()), one.of_nobody) << one.role << one.method;
}

TEST_F(Negative, UnknownMembersAreIgnored) {
    for (const Endpoint& one : all_endpoints()) {
        Json body = valid_body(one);
        body["__object"] = true;
        body["more"] = {{"deep", {1, 2, 3}}};
        EXPECT_EQ(outcome(one, body.dump()), one.of_nobody) << one.role << one.method;
    }
}

TEST_F(Negative, EachMemberIsNeeded) {
    for (const Endpoint& one : all_endpoints()) {
        for (const Field& field : one.fields) {
            const std::string expected =
                field.optional ? one.of_nobody : "400 VALIDATION_CONSTRAINT_VIOLATED";
            Json body = valid_body(one);
            body.erase(field.name);
            EXPECT_EQ(outcome(one, body.dump()), expected) << one.method << " " << field.name;
            body[field.name] = nullptr;
            EXPECT_EQ(outcome(one, body.dump()), expected) << one.method << " " << field.name;
        }
    }
}

TEST_F(Negative, EachMemberHasItsType) {
    for (const Endpoint& one : all_endpoints()) {
        for (const Field& field : one.fields) {
            std::vector<Json> wrong = {true, Json::array({1}), 1.5};
            if (field.kind == Kind::boolean) wrong = {"true", 1, Json::array(), Json::object()};
            if (field.kind == Kind::list) wrong = {true, "x", Json::object(), 7};
            if (field.kind == Kind::object) wrong = {true, "x", Json::array(), 7};
            if (field.kind == Kind::id) wrong.insert(wrong.end(), {"", "x", -1, 1e30, "1.0"});
            for (const Json& value : wrong) {
                Json body = valid_body(one);
                body[field.name] = value;
                EXPECT_EQ(outcome(one, body.dump()), "400 WRONG_REQUEST")
                    << one.method << " " << field.name << " " << value;
            }
        }
    }
}

TEST_F(Negative, TextsAreNeitherBlankNorTooLong) {
    for (const Endpoint& one : all_endpoints()) {
        for (const Field& field : one.fields) {
            if (field.kind != Kind::text || field.max == SIZE_MAX) continue;
            for (const std::string& text :
                 {std::string(), std::string(" \t "), std::string(field.max + 1, 'x')}) {
                Json body = valid_body(one);
                body[field.name] = text;
                EXPECT_EQ(outcome(one, body.dump()), "400 VALIDATION_CONSTRAINT_VIOLATED")
                    << one.method << " " << field.name << " " << text.size();
            }
        }
    }
}

TEST_F(Negative, MalformedBodies) {
    const std::string deep = std::string(100, '[') + std::string(100, ']');
    for (const Endpoint& one : all_endpoints()) {
        const std::string good = valid_body(one).dump();
        const std::string inside = good.substr(1);
        const std::string comma = inside == "}" ? "" : ",";
        for (const std::string& body : {std::string(),
                                        std::string("null"),
                                        std::string("[]"),
                                        std::string("\"x\""),
                                        std::string("{"),
                                        good.substr(0, good.size() - 1),
                                        good + "x",
                                        "{\"deep\":" + deep + comma + inside,
                                        "{\"bad\":\"\xff\xfe\"" + comma + inside,
                                        "{\"bad\":\"\\ud800\"" + comma + inside,
                                        "{bad:1" + comma + inside})
            EXPECT_EQ(outcome(one, body), "400 WRONG_REQUEST") << one.method << " " << body;
    }
}

TEST_F(Negative, MembersGivenTwice) {
    for (const Endpoint& one : all_endpoints()) {
        if (one.fields.empty()) continue;
        const std::string good = valid_body(one).dump();
        const std::string again = good.substr(0, good.size() - 1) + "," + good.substr(1);
        EXPECT_EQ(outcome(one, again), "400 WRONG_REQUEST") << one.method;
    }
}

TEST_F(Negative, MediaTypeAndMethod) {
    for (const Endpoint& one : all_endpoints()) {
        const std::string path = path_of(one.role, one.method);
        const std::string body = valid_body(one).dump();
        const std::string token = token_for(one);
        for (const char* type :
             {"Content-Type: text/plain\r\n", "", "Content-Type: application/jsonx\r\n"})
            EXPECT_EQ(exchange(request(path, body, token, type)).outcome(), "400 WRONG_MEDIA_TYPE")
                << one.method << " " << type;
        const char* with_charset = "Content-Type: Application/JSON; charset=utf-8\r\n";
        EXPECT_EQ(exchange(request(path, body, token, with_charset)).outcome(), one.of_nobody);
        const HttpReply got = exchange("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
        EXPECT_EQ(got.outcome(), "405 WRONG_REQUEST") << one.method;
        EXPECT_TRUE(got.head.contains("Allow: POST\r\n"));
    }
}

// No role can make another role's call.
TEST_F(Negative, TheWholeMatrixOfRoles) {
    for (const Endpoint& one : all_endpoints()) {
        if (one.anonymous) continue;
        const std::string body = valid_body(one).dump();
        EXPECT_EQ(raw_call(one.role, one.method, body).outcome(), "401 WRONG_CREDENTIALS");
        for (const auto& [role, token] : tokens) {
            if (role == one.role) continue;
            EXPECT_EQ(raw_call(one.role, one.method, body, token).outcome(),
                      "403 UNAUTHORIZED_REQUEST")
                << role << " calls " << one.role << "/" << one.method;
        }
    }
}

TEST_F(Negative, PathsThatDoNotExist) {
    for (const char* path : {"/",
                             "/service",
                             "/service/v1/entrypoint/player/request/",
                             "/service/v1/entrypoint/player/request/nothing",
                             "/service/v1/entrypoint/player/request/ping-service/",
                             "/service/v1/shard/user/request/get-user"})
        EXPECT_EQ(exchange(request(path, "{}")).outcome(), "404 OBJECT_NOT_FOUND") << path;
}

TEST_F(Negative, WhatIsNotInThisReleaseSaysSo) {
    const std::string& token = tokens["developer"];
    EXPECT_EQ(raw_call("developer", "upload-files-archive", "--x", token).outcome(),
              "409 FEATURE_DISABLED");
}

}  // namespace
}  // namespace playback::omgservers
