#include "engine/domain/catalog/root_alias.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/domain/catalog/limits.h"
#include "tests/domain/catalog/shop.h"

namespace playback::catalog {
namespace {

constexpr AliasQualifier of_user = AliasQualifier::user;
constexpr AliasQualifier of_tenant = AliasQualifier::tenant;

// Different names of the bucket of `first`. The CRC is linear and begins at zero, so a suffix adds
// its own CRC to that of the prefix with zeros in its place.
std::vector<std::string> names_beside(const std::string& first, std::size_t count) {
    std::map<std::uint16_t, std::string> suffixes;
    for (char a = '@'; a <= 'z'; ++a)
        for (char b = '@'; b <= 'z'; ++b)
            for (char c = '@'; c <= 'z'; ++c)
                suffixes.emplace(crc16_arc(std::string{a, b, c}), std::string{a, b, c});

    std::vector<std::string> names{first};
    for (std::uint64_t i = 0; names.size() < count; ++i) {
        const std::string prefix = "n" + std::to_string(i);
        const int missing = crc16_arc(first) ^ crc16_arc(prefix + std::string(3, '\0'));
        const auto suffix = suffixes.find(static_cast<std::uint16_t>(missing));
        if (suffix != suffixes.end()) names.push_back(prefix + suffix->second);
    }
    for (const std::string& name : names) CHECK(crc16_arc(name) == crc16_arc(first));
    return names;
}

TEST(RootAlias, LeadsToTheOneThatHasIt) {
    Shop shop;
    const UserId ann = shop.developer();
    ASSERT_TRUE(shop.name("acme", of_tenant, shop.tenant.value));
    ASSERT_TRUE(shop.name("ann", of_user, ann.value));
    EXPECT_EQ(shop.resolve("acme", of_tenant)->entity, shop.tenant.value);
    EXPECT_EQ(shop.resolve("ann", of_user)->entity, ann.value);
    EXPECT_EQ(shop.resolve("ann", of_tenant).error().code, Errc::not_found);
    EXPECT_EQ(shop.resolve("acme", of_user).error().code, Errc::not_found);
    EXPECT_EQ(shop.resolve("Acme", of_tenant).error().code, Errc::not_found);
}

TEST(RootAlias, IsUniqueOverUsersAndTenants) {
    Shop shop;
    const UserId ann = shop.developer();
    ASSERT_TRUE(shop.name("acme", of_tenant, shop.tenant.value));
    EXPECT_EQ(shop.name("acme", of_user, ann.value).error().code, Errc::already_exists);
    EXPECT_EQ(shop.name("acme", of_tenant, shop.tenant.value).error().code, Errc::already_exists);
}

TEST(RootAlias, RefusesWhatIsNoName) {
    Shop shop;
    const std::uint64_t tenant = shop.tenant.value;
    EXPECT_EQ(shop.name("", of_tenant, tenant).error().code, Errc::invalid_argument);
    EXPECT_EQ(shop.name(std::string(65, 'a'), of_tenant, tenant).error().code,
              Errc::invalid_argument);
    EXPECT_EQ(shop.name("a", AliasQualifier::project, 5).error().code, Errc::invalid_argument);
    EXPECT_EQ(shop.name("a", of_tenant, 0).error().code, Errc::invalid_argument);
}

TEST(RootAlias, EndsWithItsOwnerAndIsFreeAgain) {
    Shop shop;
    ASSERT_TRUE(shop.name("acme", of_tenant, shop.tenant.value));
    shop.done(DeleteTenant{});
    EXPECT_EQ(shop.resolve("acme", of_tenant).error().code, Errc::not_found);
    EXPECT_TRUE(shop.rules.rows_of(root_alias_address("acme")).empty());

    const UserId ann = shop.developer();
    ASSERT_TRUE(shop.name("acme", of_user, ann.value));
    EXPECT_EQ(shop.resolve("acme", of_user)->entity, ann.value);
}

// The owner ends while it is being told of its name.
TEST(RootAlias, IsWithdrawnWhenItsOwnerIsGone) {
    Shop shop;
    shop.rules.hold_deliveries(true);
    ASSERT_TRUE(shop.name("acme", of_tenant, shop.tenant.value));
    shop.done(DeleteTenant{});
    shop.rules.hold_deliveries(false);
    EXPECT_EQ(shop.resolve("acme", of_tenant).error().code, Errc::not_found);
}

// A late word about an old name must not take the new one of the same text.
TEST(RootAlias, OldWithdrawalsLeaveNewNamesAlone) {
    Shop shop;
    const RootAliasCreated first = *shop.name("acme", of_tenant, shop.tenant.value);
    const kernel::Address bucket = root_alias_address("acme");
    shop.rules.tell(bucket, ForgetRootAlias{first.alias, "acme"});
    ASSERT_TRUE(shop.name("acme", of_tenant, shop.tenant.value));
    shop.rules.tell(bucket, ForgetRootAlias{first.alias, "acme"});
    EXPECT_TRUE(shop.resolve("acme", of_tenant));
}

TEST(RootAlias, HoldsALimitedNumberOfOneHash) {
    tests::Rules rules;
    rules.add<RootAlias>();
    rules.check_reloads(false);
    const auto names = names_beside("acme", limits::root_aliases_per_bucket_max + 1);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const CreateRootAlias create{names[i], of_tenant, 1000 + i};
        const auto reply = rules.ask(root_alias_address("acme"), create);
        EXPECT_EQ(reply.has_value(), i < limits::root_aliases_per_bucket_max);
        if (!reply) EXPECT_EQ(reply.error().code, Errc::full);
    }
    rules.reload();
    EXPECT_TRUE(rules.ask(root_alias_address("acme"), ResolveRootAlias{names[200], of_tenant}));
}

// Names of few texts, some of one bucket, against a map; users and tenants come and go.
TEST(RootAlias, AgreesWithAMap) {
    const std::vector<std::string> texts = [] {
        std::vector<std::string> all = names_beside("acme", 3);
        all.push_back("other");
        return all;
    }();
    using Step = std::tuple<std::uint8_t, std::uint8_t, std::uint8_t>;
    EXPECT_TRUE(rc::check("names resolve as a plain map says", [&](const std::vector<Step>& steps) {
        Shop shop;
        const std::vector<UserId> users{shop.developer(), shop.developer()};
        std::map<std::uint64_t, bool> alive{
            {users[0].value, true}, {users[1].value, true}, {shop.tenant.value, true}};
        std::map<std::string, std::pair<AliasQualifier, std::uint64_t>> model;
        for (const auto& [kind, which, whose] : steps) {
            const std::string& text = texts[which % texts.size()];
            const std::size_t owner = whose % 3;
            const AliasQualifier qualifier = owner == 2 ? of_tenant : of_user;
            const std::uint64_t entity = owner == 2 ? shop.tenant.value : users[owner].value;
            if (kind % 4 == 0) {  // delete the owner
                const kernel::Address address =
                    owner == 2 ? address_of(shop.tenant) : address_of(users[owner]);
                const bool deleted =
                    owner == 2 ? shop.rules.ask(address, DeleteTenant{}).has_value()
                               : shop.rules.ask(address, accounts::DeleteUser{}).has_value();
                RC_ASSERT(deleted == alive[entity]);
                alive[entity] = false;
                std::erase_if(model, [&](const auto& name) {
                    return name.second == std::pair(qualifier, entity);
                });
            } else {
                const bool created = shop.name(text, qualifier, entity).has_value();
                RC_ASSERT(created == !model.contains(text));
                // A name for who is gone is withdrawn as soon as it was told.
                if (created && alive[entity]) model[text] = {qualifier, entity};
            }
            for (const std::string& each : texts) {
                for (const AliasQualifier asked : {of_user, of_tenant}) {
                    const auto found = shop.resolve(each, asked);
                    const auto expected = model.find(each);
                    const bool leads = expected != model.end() && expected->second.first == asked;
                    RC_ASSERT(found.has_value() == leads);
                    if (leads) RC_ASSERT(found->entity == expected->second.second);
                }
            }
        }
    }));
}

}  // namespace
}  // namespace playback::catalog
