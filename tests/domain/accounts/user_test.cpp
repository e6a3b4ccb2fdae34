#include "engine/domain/accounts/user.h"

#include <gtest/gtest.h>

#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/root_alias.h"
#include "tests/support/rules.h"

namespace playback::accounts {
namespace {

struct Users : testing::Test {
    Users() { rules.add<User>(); }

    UserId made(Role role) {
        const auto id = rules.next<UserId>();
        EXPECT_TRUE(rules.ask(address_of(id), CreateUser{role, "hash"}));
        return id;
    }
    void bind(UserId user, std::uint64_t alias, const std::string& text) {
        rules.tell(address_of(user), catalog::RootAliasBound{AliasId{alias}, text, rules.wall()});
    }

    tests::Rules rules;
};

TEST_F(Users, AreWhatTheyWereMadeAs) {
    const UserId user = made(Role::developer);
    const Result<UserView> view = rules.ask(address_of(user), GetUser{});
    ASSERT_TRUE(view);
    EXPECT_EQ(view->role, Role::developer);
    EXPECT_EQ(view->password_hash, "hash");
    EXPECT_EQ(view->created, rules.wall());
    EXPECT_EQ(rules.ask(address_of(user), CreateUser{Role::player, "x"}).error().code,
              Errc::already_exists);
}

TEST_F(Users, NeedRoleAndHash) {
    const kernel::Address nobody = address_of(rules.next<UserId>());
    EXPECT_EQ(rules.ask(nobody, CreateUser{Role::none, "hash"}).error().code,
              Errc::invalid_argument);
    EXPECT_EQ(rules.ask(nobody, CreateUser{Role::player, ""}).error().code, Errc::invalid_argument);
    EXPECT_EQ(rules.ask(nobody, GetUser{}).error().code, Errc::not_found);
}

TEST_F(Users, BootstrapEnsuresRoleAndPassword) {
    const kernel::Address admin = address_of(bootstrap_user(Role::admin));
    ASSERT_TRUE(rules.ask(admin, EnsureUser{Role::admin, "one"}));
    const tests::Rules::Rows first = rules.rows_of(admin);
    rules.advance(seconds(5));
    ASSERT_TRUE(rules.ask(admin, EnsureUser{Role::admin, "one"}));
    EXPECT_EQ(rules.rows_of(admin), first);
    ASSERT_TRUE(rules.ask(admin, EnsureUser{Role::admin, "two"}));
    EXPECT_EQ(rules.ask(admin, GetUser{})->password_hash, "two");
    EXPECT_EQ(rules.ask(admin, EnsureUser{Role::player, "two"}).error().code, Errc::conflict);
    EXPECT_NE(bootstrap_user(Role::admin), bootstrap_user(Role::support));
}

TEST_F(Users, AreDeletedOnlyByTheRoleAskedFor) {
    const UserId admin = made(Role::admin);
    const DeleteUser developer_only{Role::developer};
    EXPECT_EQ(rules.ask(address_of(admin), developer_only).error().code, Errc::not_found);
    EXPECT_TRUE(rules.ask(address_of(admin), GetUser{}));
    EXPECT_TRUE(rules.ask(address_of(admin), DeleteUser{}));

    const UserId developer = made(Role::developer);
    EXPECT_TRUE(rules.ask(address_of(developer), developer_only));
    EXPECT_EQ(rules.ask(address_of(developer), developer_only).error().code, Errc::not_found);
    EXPECT_EQ(rules.ask(address_of(developer), GetUser{}).error().code, Errc::not_found);
}

TEST_F(Users, TakeTheirNamesAndRightsAlong) {
    const UserId user = made(Role::developer);
    bind(user, 7, "ann");
    rules.tell(address_of(user), catalog::TenantJoined{TenantId{9}});
    rules.tell(address_of(user), catalog::TenantJoined{TenantId{9}});
    ASSERT_TRUE(rules.ask(address_of(user), DeleteUser{}));
    EXPECT_TRUE(rules.rows_of(address_of(user)).empty());

    const auto names = rules.take_addressed<catalog::ForgetRootAlias>();
    ASSERT_EQ(names.size(), 1u);
    EXPECT_EQ(names[0].first, root_alias_address("ann"));
    EXPECT_EQ(names[0].second.alias, AliasId{7});
    const auto rights = rules.take_addressed<catalog::ForgetUser>();
    ASSERT_EQ(rights.size(), 1u);
    EXPECT_EQ(rights[0].first, address_of(TenantId{9}));
    EXPECT_EQ(rights[0].second.user, user);
}

TEST_F(Users, SendBackWhatComesTooLate) {
    const UserId gone{4711};
    bind(gone, 7, "ann");
    rules.tell(address_of(gone), catalog::TenantJoined{TenantId{9}});
    EXPECT_EQ(rules.take<catalog::ForgetRootAlias>().size(), 1u);
    EXPECT_EQ(rules.take<catalog::ForgetUser>().size(), 1u);
    EXPECT_TRUE(rules.rows_of(address_of(gone)).empty());
}

TEST_F(Users, HaveALimitedNumberOfNames) {
    const UserId user = made(Role::developer);
    for (std::uint64_t i = 1; i <= catalog::limits::root_aliases_per_owner_max; ++i) {
        EXPECT_TRUE(rules.ask(address_of(user), catalog::PrepareAlias{}));
        bind(user, i, "name" + std::to_string(i));
    }
    EXPECT_EQ(rules.ask(address_of(user), catalog::PrepareAlias{}).error().code, Errc::full);
    EXPECT_TRUE(rules.strays().empty());
    bind(user, 99, "one too many");  // prepared while there was room
    EXPECT_EQ(rules.take<catalog::ForgetRootAlias>().size(), 1u);
    EXPECT_EQ(rules.ask(address_of(UserId{5}), catalog::PrepareAlias{}).error().code,
              Errc::not_found);
}

TEST_F(Users, ForgetTheOldestOfTooManyTenants) {
    rules.check_reloads(false);  // a thousand rows each time
    const UserId user = made(Role::developer);
    const std::size_t count = catalog::limits::tenants_per_user_max;
    for (std::uint64_t i = 1; i <= count + 1; ++i)
        rules.tell(address_of(user), catalog::TenantJoined{TenantId{i}});
    EXPECT_EQ(rules.rows_of(address_of(user)).size(), count + 1);  // and the user itself
    rules.reload();
    ASSERT_TRUE(rules.ask(address_of(user), DeleteUser{}));
    const auto told = rules.take_addressed<catalog::ForgetUser>();
    ASSERT_EQ(told.size(), count);
    EXPECT_EQ(told.front().first, address_of(TenantId{2}));
}

}  // namespace
}  // namespace playback::accounts
