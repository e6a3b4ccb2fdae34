#include "engine/bootstrap.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback {
namespace {

class BootstrapTest : public omgservers::ApiTest {
protected:
    // Stops the node and starts another on the same data.
    Result<void> restart(NodeConfig with) {
        (void)world.wait([](Node& old) -> io::Task<bool> {
            co_await old.stop();
            co_return true;
        }(*node));
        node = std::make_unique<Node>(world.io, std::move(with));
        return *world.wait(node->start());
    }
};

TEST_F(BootstrapTest, MakesTheUsersOnce) {
    EXPECT_FALSE(log_in("admin", "admin", "admin-pw").empty());
    EXPECT_FALSE(log_in("support", "support", "support-pw").empty());
    const int hashed = world.passwords.hashed;
    EXPECT_TRUE(restart(config()).has_value());
    EXPECT_EQ(world.passwords.hashed, hashed + 1) << "only the decoy";
    EXPECT_FALSE(log_in("admin", "admin", "admin-pw").empty());
}

TEST_F(BootstrapTest, AGivenPasswordReplacesTheStoredOne) {
    NodeConfig next = config();
    next.admin.password = "next-pw";
    EXPECT_TRUE(restart(next).has_value());
    EXPECT_TRUE(log_in("admin", "admin", "admin-pw").empty());
    EXPECT_FALSE(log_in("admin", "admin", "next-pw").empty());
    next.admin.password = "";
    EXPECT_TRUE(restart(next).has_value());
    EXPECT_FALSE(log_in("admin", "admin", "next-pw").empty()) << "none given: the stored one stays";
}

TEST_F(BootstrapTest, AnAliasOfSomebodyElseStopsTheStart) {
    const std::string tenant = support("create-tenant", omgservers::Json::object()).text("id");
    support("create-tenant-alias", {{"tenant_id", tenant}, {"alias", "boss"}});
    NodeConfig next = config();
    next.admin.alias = "boss";
    const Result<void> started = restart(next);
    ASSERT_FALSE(started.has_value());
    EXPECT_EQ(started.error().code, Errc::conflict);
    EXPECT_TRUE(started.error().detail.contains("boss"));
}

TEST_F(BootstrapTest, TheInstallationKeepsItsName) {
    const std::string name = node->installation();
    EXPECT_TRUE(name.starts_with("playback-"));
    NodeConfig next = config();
    next.admin.password = "next-pw";
    EXPECT_TRUE(restart(next).has_value());
    EXPECT_EQ(node->installation(), name);
    next.installation = "mine";
    EXPECT_TRUE(restart(next).has_value());
    EXPECT_EQ(node->installation(), "mine");
}

class Generated : public testing::Test {
protected:
    ~Generated() override { world.loop.stop(); }

    Result<void> start(NodeConfig config) {
        node = std::make_unique<Node>(world.io, std::move(config));
        return *world.wait(node->start());
    }

    tests::FakeWorld world;
    std::unique_ptr<Node> node;
};

TEST_F(Generated, PasswordsAreHandedOverBeforeTheUsersExist) {
    std::vector<GeneratedPassword> kept;
    NodeConfig config;
    config.support.password = "given";
    config.keep_passwords = [&](const std::vector<GeneratedPassword>& generated) -> Result<void> {
        kept = generated;
        EXPECT_EQ(world.passwords.hashed, 0);
        return {};
    };
    EXPECT_TRUE(start(config).has_value());
    ASSERT_EQ(kept.size(), 3U);
    EXPECT_EQ(kept[0].alias, "admin");
    EXPECT_EQ(kept[0].password.size(), 32U);
    EXPECT_NE(kept[0].password, kept[1].password);
}

TEST_F(Generated, WithoutAPlaceForThemTheStartFails) {
    EXPECT_FALSE(start({}).has_value());
    NodeConfig config;
    config.keep_passwords = [](const std::vector<GeneratedPassword>&) -> Result<void> {
        return Error{Errc::full, "no space"};
    };
    EXPECT_EQ(start(config).error().code, Errc::full);
}

}  // namespace
}  // namespace playback
