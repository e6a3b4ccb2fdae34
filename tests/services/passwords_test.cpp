#include "engine/services/passwords.h"

#include <set>

#include <gtest/gtest.h>

#include "engine/wire/base64.h"
#include "tests/services/fake_world.h"

namespace playback::services {
namespace {

TEST(Passwords, Are24BytesAndNeverTheSame) {
    tests::FakeEntropy entropy;
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const std::string password = make_password(entropy);
        EXPECT_EQ(password.size(), 32U);
        EXPECT_EQ(wire::base64_decode(password)->size(), 24U);
        EXPECT_TRUE(seen.insert(password).second);
    }
}

TEST(Passwords, SecretsAreTheSameInWhole) {
    EXPECT_TRUE(same_secret("a shared secret", "a shared secret"));
    EXPECT_FALSE(same_secret("a shared secreT", "a shared secret"));
    EXPECT_FALSE(same_secret("b shared secret", "a shared secret"));
    EXPECT_FALSE(same_secret("a shared secre", "a shared secret"));
    EXPECT_FALSE(same_secret("a shared secreta shared secret", "a shared secret"));
    EXPECT_FALSE(same_secret("", "a"));
    EXPECT_FALSE(same_secret("a", ""));
    EXPECT_TRUE(same_secret("", ""));
}

}  // namespace
}  // namespace playback::services
