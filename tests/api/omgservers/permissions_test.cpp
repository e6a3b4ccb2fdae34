// Granting and taking permissions, and the matrix: each developer call with each single permission.
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class PermissionsTest : public ApiTest {
protected:
    PermissionsTest() : game(new_game()), other(new_developer()) {}

    static Json scope(const std::string& kind) {
        Json body = {{"tenant", "t"}};
        if (kind != "tenant") body["project"] = "p";
        if (kind == "stage") body["stage"] = "s";
        return body;
    }
    HttpReply change(const char* verb, const std::string& kind, const Json& permissions) {
        Json body = scope(kind);
        body["user"] = other.id;
        body[std::string("permissions_to_") + verb] = permissions;
        return support(verb + ("-" + kind) + "-permissions", body);
    }

    Game game;
    Person other;
};

TEST_F(PermissionsTest, OnlyWhatChangedIsListed) {
    const std::map<std::string, Json> all = {
        {"tenant", {"PROJECT_MANAGER", "TENANT_VIEWER"}},
        {"project", {"STAGE_MANAGER", "VERSION_MANAGER", "PROJECT_VIEWER"}},
        {"stage", {"DEPLOYMENT_MANAGER", "STAGE_VIEWER"}}};
    for (const auto& [kind, permissions] : all) {
        const Json one = Json::array({permissions[1]});
        EXPECT_EQ(change("create", kind, one).json(), Json({{"created_permissions", one}}));
        const Json twice = Json::array({permissions[1], permissions[0], permissions[0]});
        EXPECT_EQ(change("create", kind, twice).json(),
                  Json({{"created_permissions", Json::array({permissions[0]})}}));
        EXPECT_EQ(change("create", kind, one).json(),
                  Json({{"created_permissions", Json::array()}}));
        EXPECT_EQ(change("delete", kind, one).json(), Json({{"deleted_permissions", one}}));
        EXPECT_EQ(change("delete", kind, one).json(),
                  Json({{"deleted_permissions", Json::array()}}));
    }
}

TEST_F(PermissionsTest, WordsOfTheKindOnly) {
    EXPECT_EQ(change("create", "tenant", {"STAGE_VIEWER"}).outcome(), "400 WRONG_REQUEST");
    EXPECT_EQ(change("create", "stage", {"nonsense"}).outcome(), "400 WRONG_REQUEST");
    EXPECT_EQ(change("create", "stage", Json::array()).outcome(),
              "400 VALIDATION_CONSTRAINT_VIOLATED");
}

TEST_F(PermissionsTest, TheUserAndTheScopeMustExist) {
    Json body = scope("stage");
    body["user"] = "123";
    body["permissions_to_create"] = {"STAGE_VIEWER"};
    EXPECT_EQ(support("create-stage-permissions", body).outcome(), "404 OBJECT_NOT_FOUND");
    body["user"] = other.id;
    body["stage"] = "nowhere";
    EXPECT_EQ(support("create-stage-permissions", body).outcome(), "404 OBJECT_NOT_FOUND");
    Json first_generation = scope("tenant");
    first_generation["user_id"] = other.id;
    first_generation["permissions_to_create"] = {"TENANT_VIEWER"};
    EXPECT_EQ(support("create-tenant-permissions", first_generation).status, 200);
}

struct Demand {
    const char* method;
    const char* permission;
    Json body;
};

// Exactly one permission opens each call. The calls are chosen so that they succeed and change
// nothing that a later one needs.
TEST_F(PermissionsTest, TheMatrix) {
    const Json in_tenant = scope("tenant");
    const Json in_project = scope("project");
    const Json in_stage = scope("stage");
    const auto with = [](Json body, const Json& more) {
        body.update(more);
        return body;
    };
    const Json image = {{"version", game.version}, {"qualifier", "UNIVERSAL"}, {"image", "t/p:1"}};
    const std::vector<Demand> demands = {
        {"get-tenant-details", "TENANT_VIEWER", in_tenant},
        {"create-project", "PROJECT_MANAGER", in_tenant},
        {"get-project-details", "PROJECT_VIEWER", in_project},
        {"get-stage-details", "PROJECT_VIEWER", in_stage},
        {"get-version-details", "PROJECT_VIEWER", with(in_tenant, {{"version_id", game.version}})},
        {"create-stage", "STAGE_MANAGER", in_project},
        {"create-version", "VERSION_MANAGER", with(in_project, {{"config", version_config()}})},
        {"create-image", "VERSION_MANAGER", with(in_project, image)},
        {"create-deployment", "DEPLOYMENT_MANAGER", with(in_stage, {{"version_id", game.version}})},
        {"get-deployment-details", "DEPLOYMENT_MANAGER", {{"deployment_id", game.deployment}}},
    };
    const std::vector<std::pair<std::string, std::string>> grants = {
        {"tenant", "PROJECT_MANAGER"},
        {"tenant", "TENANT_VIEWER"},
        {"project", "STAGE_MANAGER"},
        {"project", "VERSION_MANAGER"},
        {"project", "PROJECT_VIEWER"},
        {"stage", "DEPLOYMENT_MANAGER"},
        {"stage", "STAGE_VIEWER"}};
    // Keep a client in the first deployment, so that it stays when a newer one closes it.
    const Person player = new_player();
    new_client(player);
    for (const auto& [kind, permission] : grants) {
        ASSERT_EQ(change("create", kind, {permission}).status, 200);
        for (const Demand& demand : demands) {
            const std::string expected =
                demand.permission == permission ? "200" : "403 PERMISSION_NOT_FOUND";
            EXPECT_EQ(call("developer", demand.method, demand.body, other.token).outcome(),
                      expected)
                << demand.method << " with " << permission;
        }
        ASSERT_EQ(change("delete", kind, {permission}).status, 200);
    }
}

TEST_F(PermissionsTest, EndWithTheirUser) {
    ASSERT_EQ(change("create", "tenant", {"TENANT_VIEWER"}).status, 200);
    EXPECT_EQ(call("developer", "get-tenant-details", {{"tenant", "t"}}, other.token).status, 200);
    EXPECT_EQ(support("delete-developer", {{"user", other.id}}).status, 200);
    EXPECT_EQ(call("developer", "get-tenant-details", {{"tenant", "t"}}, other.token).outcome(),
              "403 PERMISSION_NOT_FOUND");
}

}  // namespace
}  // namespace playback::omgservers
