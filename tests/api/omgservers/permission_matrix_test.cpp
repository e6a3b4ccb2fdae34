// The permission matrix: every call with everybody, against permission_table.h.
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/services/tokens.h"
#include "tests/api/omgservers/permission_fixture.h"

namespace playback::omgservers {
namespace {

using accounts::Role;

// Somebody who calls: a token, and the role that it is good for (nothing: it is good for no call).
struct Bearer {
    std::string name;
    std::string token;
    std::string role = "";
};

std::string_view role_of(Who who) {
    switch (who) {
        case Who::admin:
            return "admin";
        case Who::support:
            return "support";
        case Who::developer:
            return "developer";
        case Who::player:
            return "player";
        case Who::runtime:
            return "runtime";
        case Who::connector:
            return "connector";
        case Who::anybody:
        case Who::own_credentials:
            break;
    }
    return "";
}

class PermissionMatrixOfCalls : public PermissionTest {
protected:
    PermissionMatrixOfCalls() : routes_of_calls(by_call()) {}

    // A developer, and the permissions that it has in the game.
    struct Holder {
        std::string name;
        Person person;
        std::set<std::string> permissions;
    };

    static std::map<std::string, const Route*> by_call() {
        std::map<std::string, const Route*> result;
        for (const Route& route : all_routes()) result[call_of(route.path)] = &route;
        return result;
    }
    const Route* route(const Rule& rule) {
        const auto it = routes_of_calls.find(std::string(rule.call));
        EXPECT_NE(it, routes_of_calls.end()) << "no such call: " << rule.call;
        return it == routes_of_calls.end() ? nullptr : it->second;
    }

    // A token of ours with these groups, as no call gives it.
    std::string signed_for(const std::vector<std::string>& groups) {
        wire::JwtClaims claims;
        claims.issuer = "omgservers";
        claims.audience = {"service"};
        claims.subject = game.developer.id;
        claims.user_id = game.developer.id;
        claims.groups = groups;
        claims.expires_at = world.clock.wall().ms / 1000 + 3600;
        wire::JwtHeader header;
        header.key_id = world.signer.key_id();
        std::string input = wire::jwt_signing_input(header, claims);
        const std::string signature = world.wait(world.signer.sign(input))->value();
        return wire::jwt_compact(std::move(input), signature);
    }
    static std::string carried(const std::string& protocol) {
        return protocol.substr(protocol.rfind('+') + 1);
    }

    // Everybody but the one who may; the roles that no call gives a token of are made up.
    std::vector<Bearer> everybody() {
        const Client somebody = join();
        return {
            {"nobody", ""},
            {"admin", log_in("admin", "admin", "admin-pw"), "admin"},
            {"support", log_in("support", "support", "support-pw"), "support"},
            {"developer", game.developer.token, "developer"},
            {"player", player.token, "player"},
            {"runtime", runtime.token, "runtime"},
            {"connector", log_in("connector", "connector", "connector-pw"), "connector"},
            {"service", signed_for({"service"}), "service"},
            {"websocket", signed_for({"websocket"}), "websocket"},
            {"registry", signed_for({"registry"})},
            {"builder", signed_for({"builder"})},
            {"dispatcher", signed_for({"dispatcher"})},
            {"no role", signed_for({})},
            {"two roles", signed_for({"admin", "support"})},
            {"connector socket", carried(somebody.connector.protocol)},
            {"dispatcher socket", carried(dispatcher.protocol)},
            {"garbage", "a.b.c"},
        };
    }
    // What the table says.
    static std::string expected(const Rule& rule, const Bearer& bearer) {
        const bool opens =
            (bearer.name == "connector socket" && rule.call.starts_with("/connector")) ||
            (bearer.name == "dispatcher socket" && rule.call.starts_with("/dispatcher"));
        if (opens) return "101";
        const std::string_view role = role_of(rule.who);
        if (role.empty()) return std::string(rule.answer);
        if (bearer.role.empty()) return std::string(unauthorized);
        return bearer.role == role ? std::string(rule.answer) : "403 UNAUTHORIZED_REQUEST";
    }

    // --- developers ---
    Holder holder(const std::string& name, const std::set<std::string>& permissions) {
        Holder made{name, new_developer(), permissions};
        for (const std::string& kind : permission_kinds) {
            Json wanted = Json::array();
            for (const Json& one : all_of(kind))
                if (permissions.contains(one.get<std::string>())) wanted.push_back(one);
            grant(made.person, kind, in_game(kind), wanted);
        }
        return made;
    }
    // Holds everything next to the game and in another tenant, and nothing in the game.
    Holder stranger() {
        Holder made{"everything elsewhere", new_developer(), {}};
        const std::string other = support("create-tenant", Json::object()).text("id");
        const Json theirs = support("create-project", {{"tenant", other}}).json();
        const Json sibling = support("create-project", {{"tenant", "t"}}).json();
        const std::string stage = support("create-stage", in_game("project")).text("stage_id");
        grant(made.person, "tenant", {{"tenant", other}}, all_of("tenant"));
        for (const auto& [tenant, project] :
             {std::pair(Json(other), theirs), std::pair(Json("t"), sibling)}) {
            Json where = {{"tenant", tenant}, {"project", project["project_id"]}};
            grant(made.person, "project", where, all_of("project"));
            where["stage"] = project["stage_id"];
            grant(made.person, "stage", where, all_of("stage"));
        }
        Json where = in_game("project");
        where["stage"] = stage;
        grant(made.person, "stage", where, all_of("stage"));
        return made;
    }
    std::vector<Holder> holders() {
        std::set<std::string> all;
        for (const std::string& kind : permission_kinds)
            for (const Json& one : all_of(kind)) all.insert(one.get<std::string>());
        std::vector<Holder> result = {holder("nothing", {}), stranger()};
        for (const std::string& one : all) {
            std::set<std::string> others = all;
            others.erase(one);
            result.push_back(holder("only " + one, {one}));
            result.push_back(holder("all but " + one, others));
        }
        result.push_back(holder("all", all));
        return result;
    }

    std::map<std::string, const Route*> routes_of_calls;
};

TEST_F(PermissionMatrixOfCalls, HasARowForEveryRoute) {
    std::map<std::string, int> rows;
    for (const Rule& rule : permission_table) ++rows[std::string(rule.call)];
    for (const auto& [call, count] : rows) EXPECT_EQ(count, 1) << call;
    for (const auto& [call, where] : routes_of_calls)
        EXPECT_TRUE(rows.contains(call)) << call << " needs a row in permission_table.h";
    for (const auto& [call, count] : rows)
        EXPECT_TRUE(routes_of_calls.contains(call)) << call << " is in the table only";
}

// Those who may not come first: that the call succeeds afterwards shows that they did nothing.
TEST_F(PermissionMatrixOfCalls, EveryCallWithEveryRole) {
    const std::vector<Bearer> bearers = everybody();
    for (const Rule& rule : permission_table) {
        const Route* const to = route(rule);
        ASSERT_NE(to, nullptr);
        const std::string body = body_for(rule.call).dump();
        const Bearer* last = nullptr;
        for (const Bearer& bearer : bearers) {
            if (!role_of(rule.who).empty() && bearer.role == role_of(rule.who))
                last = &bearer;
            else
                EXPECT_EQ(try_call(*to, body, bearer.token).outcome(), expected(rule, bearer))
                    << rule.call << " by " << bearer.name;
        }
        ASSERT_TRUE(last != nullptr || role_of(rule.who).empty()) << rule.call;
        if (last == nullptr) continue;
        EXPECT_EQ(try_call(*to, body, last->token).outcome(), rule.answer)
            << rule.call << " by " << last->name;
    }
}

TEST_F(PermissionMatrixOfCalls, EveryDevelopersCallWithEveryPermission) {
    const std::vector<Holder> developers = holders();
    ASSERT_EQ(developers.size(), 17U);
    for (const Rule& rule : permission_table) {
        if (rule.who != Who::developer || rule.permission.empty()) continue;
        const Route* const to = route(rule);
        ASSERT_NE(to, nullptr);
        const std::string body = body_for(rule.call).dump();
        bool body_is_fresh = true;
        for (const bool may : {false, true}) {
            for (const Holder& one : developers) {
                if (one.permissions.contains(std::string(rule.permission)) != may) continue;
                const std::string used = may && !body_is_fresh ? body_for(rule.call).dump() : body;
                if (may) body_is_fresh = false;
                const std::string answer =
                    may ? std::string(rule.answer) : "403 PERMISSION_NOT_FOUND";
                EXPECT_EQ(try_call(*to, used, one.person.token).outcome(), answer)
                    << rule.call << " with " << one.name;
            }
        }
    }
}

// The permissions of a developer end with it, though its token does not.
TEST_F(PermissionMatrixOfCalls, ADeletedDeveloperMayDoNothing) {
    EXPECT_EQ(support("delete-developer", {{"user", game.developer.id}}).status, 200);
    const Json deployment = {{"deployment_id", game.deployment}};
    const std::map<std::string, Json> bodies = {
        {"get-tenant-details", in_game("tenant")},
        {"create-project", in_game("tenant")},
        {"create-stage", in_game("project")},
        {"get-version-details", {{"tenant", "t"}, {"version_id", game.version}}},
        {"get-deployment-details", deployment},
        {"delete-deployment", deployment}};
    for (const auto& [method, body] : bodies)
        EXPECT_EQ(call("developer", method, body, game.developer.token).outcome(),
                  "403 PERMISSION_NOT_FOUND")
            << method;
}

// support/delete-developer ends developers, whoever is named (the reference ends any user).
TEST_F(PermissionMatrixOfCalls, OnlyDevelopersAreDeletedAsDevelopers) {
    std::vector<std::string> others = {"admin", "support", "service", "connector", player.id};
    for (const Role role : {Role::admin, Role::support, Role::service, Role::connector})
        others.push_back(std::to_string(accounts::bootstrap_user(role).value));
    others.push_back(runtime.id);
    for (const std::string& user : others)
        EXPECT_EQ(support("delete-developer", {{"user", user}}).outcome(), "404 OBJECT_NOT_FOUND")
            << user;
    for (const char* role : {"admin", "support", "connector"})
        EXPECT_FALSE(log_in(role, role, std::string(role) + "-pw").empty()) << role;
    EXPECT_EQ(call("player", "create-client", in_game("stage"), player.token).status, 200);
    EXPECT_EQ(support("delete-developer", {{"user", game.developer.id}}).status, 200);
}

// A player's client is its own, whatever else the player may do.
TEST_F(PermissionMatrixOfCalls, ClientsOfOthersAreForeign) {
    const Person other = new_player();
    for (const char* method : {"interchange", "interchange-messages", "create-connector-token"}) {
        const Json body = body_for("player/" + std::string(method));
        EXPECT_EQ(call("player", method, body, other.token).outcome(), "403 UNAUTHORIZED_REQUEST")
            << method;
        EXPECT_EQ(call("player", method, body, player.token).outcome(), "200") << method;
    }
}

// The server-to-server calls of the reference (1.10) and its management are on no port of ours.
TEST_F(PermissionMatrixOfCalls, InternalSurfacesAreNotThere) {
    std::vector<std::string> tokens = {"", signed_for({"service"}), game.developer.token};
    tokens.push_back(log_in("admin", "admin", "admin-pw"));
    for (const std::string& token : tokens) {
        for (const char* path : {"/service/v1/shard/user/request/get-user",
                                 "/service/v1/shard/tenant/request/sync-tenant",
                                 "/service/v1/shard/docker/request/start-docker-container",
                                 "/service/v1/master/node/request/acquire-node",
                                 "/service/v1/master/index/request/get-index",
                                 "/service/v1/master/task/request/get-tasks",
                                 "/service/v1/entrypoint/dispatcher/request/create-token",
                                 "/service/v1/entrypoint/server/request/bcrypt-hash",
                                 "/q/health",
                                 "/q/metrics",
                                 "/q/openapi",
                                 "/debug",
                                 "/v2/"})
            EXPECT_EQ(exchange(request(path, "{}", token)).outcome(), "404 OBJECT_NOT_FOUND")
                << path;
    }
    const auto metrics = [&](const std::string& headers, const char* peer) {
        return exchange("GET /metrics HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n", peer).outcome();
    };
    EXPECT_EQ(metrics("", "127.0.0.1"), "200");
    EXPECT_EQ(metrics("", "192.0.2.7"), "404 OBJECT_NOT_FOUND");
    for (const char* header : {"X-Forwarded-For: 192.0.2.7\r\n",
                               "Forwarded: for=192.0.2.7\r\n",
                               "X-Real-IP: 192.0.2.7\r\n"})
        EXPECT_EQ(metrics(header, "127.0.0.1"), "404 OBJECT_NOT_FOUND") << "through a proxy";
}

}  // namespace
}  // namespace playback::omgservers
