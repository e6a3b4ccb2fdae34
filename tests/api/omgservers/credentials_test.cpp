#include "engine/api/omgservers/credentials.h"

#include <gtest/gtest.h>

#include "engine/domain/catalog/values.h"
#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

using accounts::Role;

// The entrypoints that log people in are tested in logins_test.cpp and registry_login_test.cpp.
class CredentialsTest : public ApiTest {
protected:
    std::expected<Account, Problem> check(Role role, std::string user, std::string password) {
        return *world.wait(check_credentials(api, role, std::move(user), std::move(password)));
    }

    services::Tokens tokens{world.io, {}};
    Api api{world.io, node->kernel(), tokens, {}};
};

TEST_F(CredentialsTest, SayWhoItIs) {
    const auto support = check(Role::none, "support", "support-pw");
    ASSERT_TRUE(support);
    EXPECT_EQ(support->id, accounts::bootstrap_user(Role::support));
    EXPECT_EQ(support->role, Role::support);
    EXPECT_TRUE(check(Role::support, "support", "support-pw"));
    const auto by_id = check(Role::none, std::to_string(support->id.value), "support-pw");
    ASSERT_TRUE(by_id);
    EXPECT_EQ(by_id->id, support->id);
}

TEST_F(CredentialsTest, RefuseEverybodyElse) {
    const auto refusal = [&](Role role, const char* user, const std::string& password) {
        const auto account = check(role, user, password);
        return account ? std::string_view() : account.error().qualifier;
    };
    EXPECT_EQ(refusal(Role::none, "support", "wrong"), qualifier::wrong_credentials);
    EXPECT_EQ(refusal(Role::admin, "support", "support-pw"), qualifier::wrong_credentials);
    EXPECT_EQ(refusal(Role::none, "nobody", "support-pw"), qualifier::wrong_credentials);
    EXPECT_EQ(refusal(Role::none, "123456", "support-pw"), qualifier::user_not_found);
}

}  // namespace
}  // namespace playback::omgservers
