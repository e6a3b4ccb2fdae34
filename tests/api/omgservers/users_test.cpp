#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class UsersTest : public ApiTest {};

TEST_F(UsersTest, AnybodyMaySignUp) {
    const HttpReply reply = call("player", "create-user", {{"__object", true}});
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.text("password").size(), 32U);
    EXPECT_FALSE(reply.text("user_id").empty());
    EXPECT_EQ(reply.json().size(), 2U);
}

TEST_F(UsersTest, DevelopersAreMadeNamedAndDeleted) {
    const Person developer = new_developer();
    EXPECT_FALSE(developer.token.empty());
    EXPECT_EQ(
        support("create-developer-alias", {{"developer_user_id", developer.id}, {"alias", "dev"}})
            .json(),
        Json({{"created", true}}));
    EXPECT_EQ(
        support("create-developer-alias", {{"developer_user_id", developer.id}, {"alias", "dev"}})
            .outcome(),
        "400 DB_CONSTRAINT_VIOLATED");
    EXPECT_FALSE(log_in("developer", "dev", developer.password).empty());
    EXPECT_EQ(support("delete-developer", {{"user", "dev"}}).json(), Json({{"deleted", true}}));
    EXPECT_EQ(support("delete-developer", {{"user", developer.id}}).outcome(),
              "404 OBJECT_NOT_FOUND");
}

// The reference deletes, and names, any user whatever its role.
TEST_F(UsersTest, OnlyDevelopersAreDevelopers) {
    const Person player = new_player();
    EXPECT_EQ(support("delete-developer", {{"user", player.id}}).outcome(), "404 OBJECT_NOT_FOUND");
    EXPECT_EQ(support("delete-developer", {{"user_id", "admin"}}).outcome(),
              "404 OBJECT_NOT_FOUND");
    EXPECT_FALSE(log_in("admin", "admin", "admin-pw").empty());
    EXPECT_EQ(support("create-developer-alias", {{"developer_user_id", player.id}, {"alias", "x"}})
                  .outcome(),
              "404 OBJECT_NOT_FOUND");
}

}  // namespace
}  // namespace playback::omgservers
