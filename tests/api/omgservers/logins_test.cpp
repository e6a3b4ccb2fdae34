#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/wire/jwt.h"
#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

class LoginsTest : public ApiTest {
protected:
    std::string outcome(const char* role, const std::string& user, const char* password) {
        return call(role, "create-token", {{"user", user}, {"password", password}}).outcome();
    }
};

TEST_F(LoginsTest, ByAliasAndById) {
    const std::string token = log_in("admin", "admin", "admin-pw");
    const Result<wire::ParsedJwt> parsed = wire::parse_jwt(token);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->claims.groups, std::vector<std::string>{"admin"});
    EXPECT_FALSE(log_in("admin", parsed->claims.user_id, "admin-pw").empty());

    const Person developer = new_developer();
    EXPECT_EQ(wire::parse_jwt(developer.token)->claims.user_id, developer.id);
    const HttpReply first_generation = call(
        "developer", "create-token", {{"user_id", developer.id}, {"password", developer.password}});
    EXPECT_FALSE(first_generation.text("raw_token").empty());
}

TEST_F(LoginsTest, WrongOnes) {
    EXPECT_EQ(outcome("admin", "admin", "wrong"), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(outcome("admin", "nobody", "admin-pw"), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(outcome("admin", "123456", "admin-pw"), "401 USER_NOT_FOUND");
    EXPECT_EQ(outcome("admin", "-1", "admin-pw"), "401 USER_NOT_FOUND");
}

// The reference gives a token of whatever role the user has, at any entrypoint.
TEST_F(LoginsTest, EachEntrypointIsForItsRole) {
    const Person developer = new_developer();
    const Person player = new_player();
    for (const char* role : {"admin", "support", "player"})
        EXPECT_EQ(outcome(role, developer.id, developer.password.c_str()), "401 WRONG_CREDENTIALS");
    for (const char* role : {"admin", "support", "developer"})
        EXPECT_EQ(outcome(role, player.id, player.password.c_str()), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(outcome("support", "admin", "admin-pw"), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(outcome("player", "service", "service-pw"), "401 WRONG_CREDENTIALS");
}

TEST_F(LoginsTest, AUserWhoIsNotThereCostsAsMuchAsAWrongPassword) {
    const Person developer = new_developer();
    const auto cost_of = [&](const std::string& user) {
        const int before = world.passwords.verified;
        outcome("developer", user, "wrong");
        return world.passwords.verified - before;
    };
    EXPECT_EQ(cost_of(developer.id), 1);
    EXPECT_EQ(cost_of("nobody"), 1);
    EXPECT_EQ(cost_of("123456"), 1);
    EXPECT_EQ(cost_of("admin"), 1) << "of another role";
}

TEST_F(LoginsTest, ADeletedUserIsToldSo) {
    const Person developer = new_developer();
    support("create-developer-alias", {{"developer_user_id", developer.id}, {"alias", "dev"}});
    EXPECT_EQ(outcome("developer", "dev", developer.password.c_str()), "200");
    EXPECT_EQ(support("delete-developer", {{"user", "dev"}}).status, 200);
    EXPECT_EQ(outcome("developer", developer.id, developer.password.c_str()), "401 USER_NOT_FOUND");
    EXPECT_EQ(outcome("developer", "dev", developer.password.c_str()), "401 WRONG_CREDENTIALS");
}

TEST_F(LoginsTest, ARuntimeIsReadyWhenItHasItsToken) {
    const Game game = new_game();
    const auto status = [&] {
        return call("developer",
                    "get-deployment-details",
                    {{"deployment_id", game.deployment}},
                    game.developer.token)
            .json()["lobby_resources"][0]["status"]
            .get<std::string>();
    };
    EXPECT_EQ(status(), "PENDING");
    const Runtime runtime = start_runtime(game);
    EXPECT_EQ(status(), "CREATED");
    EXPECT_EQ(call("runtime", "create-token", {{"runtime_id", runtime.id}, {"password", "wrong"}})
                  .outcome(),
              "401 WRONG_CREDENTIALS");
    EXPECT_EQ(call("runtime", "create-token", {{"runtime_id", 77}, {"password", "x"}}).outcome(),
              "404 RUNTIME_NOT_FOUND");
    const wire::JwtClaims claims = wire::parse_jwt(runtime.token)->claims;
    EXPECT_EQ(claims.runtime_id, runtime.id);
    EXPECT_EQ(claims.groups, std::vector<std::string>{"runtime"});
}

TEST_F(LoginsTest, ARuntimeWithoutAPasswordCannotLogIn) {
    const Game game = new_game();
    const Json lobbies = call("developer",
                              "get-deployment-details",
                              {{"deployment_id", game.deployment}},
                              game.developer.token)
                             .json()["lobby_resources"];
    EXPECT_EQ(call("runtime",
                   "create-token",
                   {{"runtime_id", lobbies[0]["runtime_id"]}, {"password", "x"}})
                  .outcome(),
              "401 WRONG_CREDENTIALS");
}

}  // namespace
}  // namespace playback::omgservers
