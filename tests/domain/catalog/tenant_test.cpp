#include "engine/domain/catalog/tenant.h"

#include <gtest/gtest.h>

#include "engine/domain/catalog/limits.h"
#include "tests/domain/catalog/shop.h"

namespace playback::catalog {
namespace {

TEST(Tenant, IsMadeOnce) {
    Shop shop;
    EXPECT_EQ(shop.ask(CreateTenant{}).error().code, Errc::already_exists);
    const TenantDetails details = shop.done(GetTenantDetails{});
    EXPECT_EQ(details.created, shop.rules.wall());
    EXPECT_TRUE(details.aliases.empty() && details.permissions.empty());
    EXPECT_TRUE(details.projects.empty());
}

// One that was never made, or no more is, refuses everything with not_found.
TEST(Tenant, ThatIsNotThereRefusesEverything) {
    Shop shop;
    const ProjectId project = shop.project().project;
    shop.done(DeleteTenant{});
    const Ref ref = Shop::by_id(project);
    const UserId user{5};
    const auto refuses = [&](auto command) {
        const auto reply = shop.ask(std::move(command));
        return !reply && reply.error().code == Errc::not_found;
    };
    EXPECT_TRUE(refuses(DeleteTenant{}));
    EXPECT_TRUE(refuses(GetTenantDetails{user}));
    EXPECT_TRUE(refuses(PrepareAlias{}));
    EXPECT_TRUE(refuses(CreateProject{user}));
    EXPECT_TRUE(refuses(CreateProjectAlias{user, project, "a"}));
    EXPECT_TRUE(refuses(DeleteProject{user, ref}));
    EXPECT_TRUE(refuses(GetProjectDetails{user, ref}));
    EXPECT_TRUE(refuses(AuthorizePush{user, ref}));
    EXPECT_TRUE(refuses(CreateStage{user, ref}));
    EXPECT_TRUE(refuses(CreateStageAlias{user, StageId{6}, "a"}));
    EXPECT_TRUE(refuses(DeleteStage{user, ref, ref}));
    EXPECT_TRUE(refuses(GetStageDetails{user, ref, ref}));
    EXPECT_TRUE(refuses(CreateTenantPermissions{user, {TenantPermission::tenant_viewer}}));
    EXPECT_TRUE(refuses(DeleteTenantPermissions{user, {TenantPermission::tenant_viewer}}));
    EXPECT_TRUE(refuses(CreateProjectPermissions{ref, user, {}}));
    EXPECT_TRUE(refuses(DeleteProjectPermissions{ref, user, {}}));
    EXPECT_TRUE(refuses(CreateStagePermissions{ref, ref, user, {}}));
    EXPECT_TRUE(refuses(DeleteStagePermissions{ref, ref, user, {}}));
    EXPECT_TRUE(refuses(CreateVersion{user, ref, {}}));
    EXPECT_TRUE(refuses(GetVersionDetails{user, VersionId{6}}));
    EXPECT_TRUE(refuses(DeleteVersion{user, VersionId{6}}));
    EXPECT_TRUE(refuses(CreateImage{user, ref, VersionId{6}, {}, "a/b:1", "a", "b"}));
    EXPECT_TRUE(refuses(CreateDeployment{user, ref, ref, VersionId{6}, {}}));
    EXPECT_TRUE(refuses(AuthorizeDeployment{user, DeploymentId{6}}));
    EXPECT_TRUE(refuses(DeleteDeploymentEntry{user, DeploymentId{6}}));
    EXPECT_TRUE(refuses(ResolveStage{ref, ref}));
    EXPECT_EQ(shop.row_count(), 0u);
}

TEST(Tenant, DeletingItTakesEverythingAlong) {
    Shop shop;
    const UserId ann = shop.developer();
    shop.done(CreateTenantPermissions{ann, {TenantPermission::project_manager}});
    const auto [project, stage] = shop.done(CreateProject{ann});
    shop.done(CreateProjectAlias{{}, project, "game"});
    shop.done(CreateStageAlias{{}, stage, "live"});
    const VersionId version = shop.version(project);
    shop.image(project, version);
    const DeploymentId first = shop.deployment(project, stage, version);
    const DeploymentId second = shop.deployment(project, stage, version);
    ASSERT_TRUE(shop.name("acme", AliasQualifier::tenant, shop.tenant.value));
    ASSERT_TRUE(shop.name("ann", AliasQualifier::user, ann.value));

    shop.done(DeleteTenant{});
    EXPECT_EQ(shop.row_count(), 0u);
    const auto ended = shop.rules.take_addressed<lobby::DeleteDeployment>();
    ASSERT_EQ(ended.size(), 2u);
    EXPECT_EQ(ended[0].first, address_of(first));
    EXPECT_EQ(ended[1].first, address_of(second));
    EXPECT_FALSE(shop.resolve("acme", AliasQualifier::tenant));
    EXPECT_TRUE(shop.resolve("ann", AliasQualifier::user));
}

TEST(Tenant, KnowsItsOwnNames) {
    Shop shop;
    const RootAliasCreated alias = *shop.name("acme", AliasQualifier::tenant, shop.tenant.value);
    const TenantDetails details = shop.done(GetTenantDetails{});
    ASSERT_EQ(details.aliases.size(), 1u);
    const AliasView expected{
        alias.alias, alias.created, AliasQualifier::tenant, shop.tenant.value, "acme"};
    EXPECT_EQ(details.aliases[0], expected);
}

TEST(Tenant, HasALimitedNumberOfNames) {
    Shop shop;
    for (std::size_t i = 0; i < limits::root_aliases_per_owner_max; ++i) {
        ASSERT_TRUE(shop.ask(PrepareAlias{}));
        const std::string text = "name" + std::to_string(i);
        ASSERT_TRUE(shop.name(text, AliasQualifier::tenant, shop.tenant.value));
    }
    EXPECT_EQ(shop.ask(PrepareAlias{}).error().code, Errc::full);
    // Prepared by another call while there was room: withdrawn.
    ASSERT_TRUE(shop.name("late", AliasQualifier::tenant, shop.tenant.value));
    EXPECT_FALSE(shop.resolve("late", AliasQualifier::tenant));
    EXPECT_TRUE(shop.resolve("name0", AliasQualifier::tenant));
}

TEST(Tenant, ForgetsAllRightsOfADeletedUser) {
    Shop shop;
    const UserId ann = shop.developer();
    const UserId bob = shop.developer();
    for (const UserId user : {ann, bob})
        shop.done(CreateTenantPermissions{user, {TenantPermission::project_manager}});
    const auto [project, stage] = shop.done(CreateProject{ann});
    shop.done(CreateStagePermissions{
        Shop::by_id(project), Shop::by_id(stage), bob, {StagePermission::stage_viewer}});

    ASSERT_TRUE(shop.rules.ask(address_of(ann), accounts::DeleteUser{}));
    EXPECT_EQ(shop.ask(CreateProject{ann}).error().code, Errc::denied);
    EXPECT_TRUE(shop.ask(CreateProject{bob}));
    EXPECT_TRUE(shop.done(GetProjectDetails{{}, Shop::by_id(project)}).permissions.empty());
    const StageDetails left =
        shop.done(GetStageDetails{{}, Shop::by_id(project), Shop::by_id(stage)});
    ASSERT_EQ(left.permissions.size(), 1u);
    EXPECT_EQ(left.permissions[0].user, bob);
}

// The user is deleted between the shell's question and the grant.
TEST(Tenant, RightsOfWhoIsGoneAreTakenBack) {
    Shop shop;
    const UserId ann = shop.developer();
    ASSERT_TRUE(shop.rules.ask(address_of(ann), accounts::DeleteUser{}));
    shop.done(CreateTenantPermissions{ann, {TenantPermission::tenant_viewer}});
    EXPECT_TRUE(shop.done(GetTenantDetails{}).permissions.empty());
}

}  // namespace
}  // namespace playback::catalog
