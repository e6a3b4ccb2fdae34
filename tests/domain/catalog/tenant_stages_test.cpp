// Stages: auto-grants, names unique in their project, deletion.
#include <vector>

#include <gtest/gtest.h>

#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/tenant.h"
#include "tests/domain/catalog/shop.h"

namespace playback::catalog {
namespace {

TEST(TenantStages, MadeByADeveloperGrantBothPermissions) {
    Shop shop;
    const UserId ann = shop.developer();
    const Ref project = Shop::by_id(shop.project().project);
    shop.done(CreateProjectPermissions{
        project, ann, {ProjectPermission::stage_manager, ProjectPermission::project_viewer}});
    const StageId stage = shop.done(CreateStage{ann, project}).stage;
    const auto permissions =
        shop.done(GetStageDetails{ann, project, Shop::by_id(stage)}).permissions;
    ASSERT_EQ(permissions.size(), 2u);
    EXPECT_EQ(permissions[0].permission, StagePermission::deployment_manager);
    EXPECT_EQ(permissions[1].permission, StagePermission::stage_viewer);

    const StageId by_support = shop.done(CreateStage{{}, project}).stage;
    EXPECT_TRUE(
        shop.done(GetStageDetails{ann, project, Shop::by_id(by_support)}).permissions.empty());
}

TEST(TenantStages, NamesAreUniqueInTheirProjectOnly) {
    Shop shop;
    const ProjectCreated first = shop.project();
    const ProjectCreated second = shop.project();
    const StageId beside = shop.done(CreateStage{{}, Shop::by_id(first.project)}).stage;
    shop.done(CreateStageAlias{{}, first.stage, "live"});
    EXPECT_EQ(shop.ask(CreateStageAlias{{}, beside, "live"}).error().code, Errc::already_exists);
    EXPECT_EQ(shop.ask(CreateStageAlias{{}, StageId{5}, "x"}).error().code, Errc::not_found);
    EXPECT_EQ(shop.ask(CreateStageAlias{{}, beside, ""}).error().code, Errc::invalid_argument);
    shop.done(CreateStageAlias{{}, second.stage, "live"});

    const auto stage_at = [&](ProjectId project) {
        return shop.done(GetStageDetails{{}, Shop::by_id(project), Shop::by_name("live")}).stage;
    };
    EXPECT_EQ(stage_at(first.project).id, first.stage);
    EXPECT_EQ(stage_at(second.project).id, second.stage);
    EXPECT_EQ(stage_at(second.project).aliases[0].qualifier, AliasQualifier::stage);
}

TEST(TenantStages, AreNotFoundThroughAnotherProject) {
    Shop shop;
    const ProjectCreated first = shop.project();
    const ProjectCreated second = shop.project();
    const GetStageDetails crossed{{}, Shop::by_id(first.project), Shop::by_id(second.stage)};
    EXPECT_EQ(shop.ask(crossed).error().code, Errc::not_found);
    const DeleteStage wrong{{}, Shop::by_id(first.project), Shop::by_id(second.stage)};
    EXPECT_EQ(shop.ask(wrong).error().code, Errc::not_found);
}

TEST(TenantStages, TakeTheirDeploymentsAndNamesAlong) {
    Shop shop;
    const auto [project, stage] = shop.project();
    const StageId other = shop.done(CreateStage{{}, Shop::by_id(project)}).stage;
    const VersionId version = shop.version(project);
    shop.image(project, version);
    const DeploymentId gone = shop.deployment(project, stage, version);
    const DeploymentId kept = shop.deployment(project, other, version);
    shop.done(CreateStageAlias{{}, stage, "live"});
    shop.done(DeleteStage{{}, Shop::by_id(project), Shop::by_name("live")});

    const auto ended = shop.rules.take_addressed<lobby::DeleteDeployment>();
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].first, address_of(gone));
    EXPECT_TRUE(shop.ask(AuthorizeDeployment{{}, kept}));
    EXPECT_TRUE(shop.ask(CreateStageAlias{{}, other, "live"}));
    EXPECT_EQ(shop.done(GetProjectDetails{{}, Shop::by_id(project)}).stages.size(), 1u);
}

TEST(TenantStages, AreLimitedInNumber) {
    Shop shop;
    shop.rules.check_reloads(false);
    const Ref project = Shop::by_id(shop.project().project);
    for (std::size_t i = 1; i < limits::stages_max; ++i) shop.done(CreateStage{{}, project});
    EXPECT_EQ(shop.ask(CreateStage{{}, project}).error().code, Errc::full);
    EXPECT_EQ(shop.ask(CreateProject{}).error().code, Errc::full);
}

}  // namespace
}  // namespace playback::catalog
