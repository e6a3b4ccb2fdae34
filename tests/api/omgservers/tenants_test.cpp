#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class TenantsTest : public ApiTest {};

TEST_F(TenantsTest, AreMadeNamedShownAndDeleted) {
    const Game game = new_tenant();
    const HttpReply reply =
        call("developer", "get-tenant-details", {{"tenant", "t"}}, game.developer.token);
    ASSERT_EQ(reply.status, 200) << reply.body;
    const Json details = reply.json()["details"];
    EXPECT_EQ(details["tenant"]["id"], game.tenant);
    EXPECT_TRUE(details["tenant"]["created"].is_string());
    ASSERT_EQ(details["tenant"]["aliases"].size(), 1U);
    const Json alias = details["tenant"]["aliases"][0];
    EXPECT_EQ(alias["qualifier"], "TENANT");
    EXPECT_EQ(alias["entity_id"], game.tenant);
    EXPECT_EQ(alias["value"], "t");
    EXPECT_TRUE(alias["id"].is_string());
    ASSERT_EQ(details["permissions"].size(), 2U);
    EXPECT_EQ(details["permissions"][0]["user_id"], game.developer.id);
    EXPECT_EQ(details["permissions"][0]["tenant_id"], game.tenant);
    EXPECT_EQ(details["permissions"][0]["permission"], "PROJECT_MANAGER");
    ASSERT_EQ(details["projects"].size(), 1U);
    EXPECT_EQ(details["projects"][0]["id"], game.project);
    EXPECT_EQ(details["projects"][0]["aliases"][0]["value"], "p");

    EXPECT_EQ(support("delete-tenant", {{"tenant", game.tenant}}).json(),
              Json({{"deleted", true}}));
    EXPECT_EQ(
        call("developer", "get-tenant-details", {{"tenant", game.tenant}}, game.developer.token)
            .outcome(),
        "404 OBJECT_NOT_FOUND");
}

TEST_F(TenantsTest, AnAliasNeedsATenant) {
    EXPECT_EQ(support("create-tenant-alias", {{"tenant_id", 1234}, {"alias", "x"}}).outcome(),
              "404 OBJECT_NOT_FOUND");
    const std::string tenant = support("create-tenant", Json::object()).text("id");
    EXPECT_EQ(
        support("create-tenant-alias", {{"tenant_id", std::stoll(tenant)}, {"alias", "x"}}).json(),
        Json({{"created", true}}));
}

}  // namespace
}  // namespace playback::omgservers
