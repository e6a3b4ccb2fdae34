// Projects: auto-grants, names, refs, limits.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/tenant.h"
#include "tests/domain/catalog/shop.h"

namespace playback::catalog {
namespace {

TEST(TenantProjects, BeginWithOneStage) {
    Shop shop;
    const auto [project, stage] = shop.project();
    const ProjectDetails details = shop.done(GetProjectDetails{{}, Shop::by_id(project)});
    EXPECT_EQ(details.project.id, project);
    ASSERT_EQ(details.stages.size(), 1u);
    EXPECT_EQ(details.stages[0].id, stage);
    EXPECT_TRUE(details.versions.empty());
}

TEST(TenantProjects, MadeBySupportGrantNothing) {
    Shop shop;
    const auto [project, stage] = shop.project();
    EXPECT_TRUE(shop.done(GetProjectDetails{{}, Shop::by_id(project)}).permissions.empty());
    EXPECT_TRUE(shop.done(GetStageDetails{{}, Shop::by_id(project), Shop::by_id(stage)})
                    .permissions.empty());
}

TEST(TenantProjects, MadeByADeveloperGrantAllButStageViewer) {
    Shop shop;
    const UserId ann = shop.developer();
    shop.done(CreateTenantPermissions{ann, {TenantPermission::project_manager}});
    const auto [project, stage] = shop.done(CreateProject{ann});

    std::vector<ProjectPermission> of_project;
    for (const auto& view : shop.done(GetProjectDetails{ann, Shop::by_id(project)}).permissions) {
        EXPECT_EQ(view.user, ann);
        of_project.push_back(view.permission);
    }
    EXPECT_EQ(of_project,
              (std::vector{ProjectPermission::stage_manager,
                           ProjectPermission::version_manager,
                           ProjectPermission::project_viewer}));
    const auto of_stage =
        shop.done(GetStageDetails{ann, Shop::by_id(project), Shop::by_id(stage)}).permissions;
    ASSERT_EQ(of_stage.size(), 1u);
    EXPECT_EQ(of_stage[0].permission, StagePermission::deployment_manager);
}

TEST(TenantProjects, AreFoundByIdOrName) {
    Shop shop;
    const ProjectId project = shop.project().project;
    const AliasId alias = shop.done(CreateProjectAlias{{}, project, "game"}).alias;
    for (const Ref& ref : {Shop::by_id(project), Shop::by_name("game")}) {
        const ProjectDetails details = shop.done(GetProjectDetails{{}, ref});
        EXPECT_EQ(details.project.id, project);
        ASSERT_EQ(details.project.aliases.size(), 1u);
        const AliasView& view = details.project.aliases[0];
        EXPECT_EQ(view.id, alias);
        EXPECT_EQ(view.qualifier, AliasQualifier::project);
        EXPECT_EQ(view.entity, project.value);
        EXPECT_EQ(view.value, "game");
    }
    for (const Ref& ref : {Ref{}, Shop::by_name("Game"), Ref{project.value + 1, {}}})
        EXPECT_EQ(shop.ask(GetProjectDetails{{}, ref}).error().code, Errc::not_found);
}

TEST(TenantProjects, NamesAreUniqueInTheTenant) {
    Shop shop;
    const ProjectId first = shop.project().project;
    const ProjectId second = shop.project().project;
    shop.done(CreateProjectAlias{{}, first, "game"});
    for (const ProjectId project : {first, second})
        EXPECT_EQ(shop.ask(CreateProjectAlias{{}, project, "game"}).error().code,
                  Errc::already_exists);
    EXPECT_EQ(shop.ask(CreateProjectAlias{{}, second, ""}).error().code, Errc::invalid_argument);
    EXPECT_EQ(shop.ask(CreateProjectAlias{{}, ProjectId{5}, "x"}).error().code, Errc::not_found);

    shop.done(DeleteProject{{}, Shop::by_name("game")});
    EXPECT_FALSE(shop.ask(GetProjectDetails{{}, Shop::by_name("game")}));
    shop.done(CreateProjectAlias{{}, second, "game"});
    EXPECT_EQ(shop.done(GetProjectDetails{{}, Shop::by_name("game")}).project.id, second);
}

TEST(TenantProjects, TakeTheirContentsAlong) {
    Shop shop;
    const auto [project, stage] = shop.project();
    const std::size_t rows_without = shop.row_count() - 2;
    const VersionId version = shop.version(project);
    shop.image(project, version);
    const DeploymentId deployment = shop.deployment(project, stage, version);
    shop.done(CreateStageAlias{{}, stage, "live"});
    shop.done(DeleteProject{{}, Shop::by_id(project)});

    EXPECT_EQ(shop.row_count(), rows_without);
    const auto ended = shop.rules.take_addressed<lobby::DeleteDeployment>();
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].first, address_of(deployment));
    EXPECT_EQ(shop.ask(DeleteProject{{}, Shop::by_id(project)}).error().code, Errc::not_found);
    EXPECT_EQ(shop.ask(GetVersionDetails{{}, version}).error().code, Errc::not_found);
    EXPECT_EQ(shop.ask(AuthorizeDeployment{{}, deployment}).error().code, Errc::not_found);
}

TEST(TenantProjects, AreLimitedInNumber) {
    Shop shop;
    shop.rules.check_reloads(false);
    for (std::size_t i = 0; i < limits::projects_max; ++i) shop.project();
    EXPECT_EQ(shop.ask(CreateProject{}).error().code, Errc::full);
}

TEST(TenantProjects, HaveALimitedNumberOfNames) {
    Shop shop;
    shop.rules.check_reloads(false);
    const ProjectId project = shop.project().project;
    for (std::size_t i = 0; i < limits::inner_aliases_max; ++i)
        shop.done(CreateProjectAlias{{}, project, "n" + std::to_string(i)});
    EXPECT_EQ(shop.ask(CreateProjectAlias{{}, project, "n"}).error().code, Errc::full);
}

}  // namespace
}  // namespace playback::catalog
