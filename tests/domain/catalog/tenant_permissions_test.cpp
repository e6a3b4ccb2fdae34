// Permissions: created and deleted lists, and the matrix of omgservers.md 1.3: each developer call
// with each set of permissions.
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/tenant.h"
#include "tests/domain/catalog/shop.h"

namespace playback::catalog {
namespace {

using TP = TenantPermission;
using PP = ProjectPermission;
using SP = StagePermission;

TEST(TenantPermissions, ListsSayWhatChanged) {
    Shop shop;
    const UserId ann = shop.developer();
    const auto created = [&](std::vector<TP> set) {
        return shop.done(CreateTenantPermissions{ann, std::move(set)}).permissions;
    };
    const auto deleted = [&](std::vector<TP> set) {
        return shop.done(DeleteTenantPermissions{ann, std::move(set)}).permissions;
    };
    EXPECT_EQ(created({TP::tenant_viewer, TP::tenant_viewer}), std::vector{TP::tenant_viewer});
    EXPECT_EQ(created({TP::tenant_viewer, TP::project_manager}), std::vector{TP::project_manager});
    EXPECT_EQ(created({TP::tenant_viewer}), std::vector<TP>{});
    EXPECT_EQ(deleted({TP::project_manager, TP::project_manager}),
              std::vector{TP::project_manager});
    EXPECT_EQ(deleted({TP::project_manager, TP::tenant_viewer}), std::vector{TP::tenant_viewer});
    EXPECT_EQ(deleted({TP::tenant_viewer}), std::vector<TP>{});
}

TEST(TenantPermissions, SetsAreNotEmptyAndKnown) {
    Shop shop;
    const auto [project, stage] = shop.project();
    const Ref p = Shop::by_id(project);
    const Ref s = Shop::by_id(stage);
    const UserId ann = shop.developer();
    const auto refused = [&](auto command) {
        return shop.ask(std::move(command)).error().code == Errc::invalid_argument;
    };
    EXPECT_TRUE(refused(CreateTenantPermissions{ann, {}}));
    EXPECT_TRUE(refused(DeleteTenantPermissions{ann, {}}));
    EXPECT_TRUE(refused(CreateProjectPermissions{p, ann, {}}));
    EXPECT_TRUE(refused(DeleteProjectPermissions{p, ann, {}}));
    EXPECT_TRUE(refused(CreateStagePermissions{p, s, ann, {}}));
    EXPECT_TRUE(refused(DeleteStagePermissions{p, s, ann, {}}));
    EXPECT_TRUE(refused(CreateTenantPermissions{ann, {TP{3}}}));
    EXPECT_TRUE(refused(CreateTenantPermissions{ann, {TP::tenant_viewer, TP{0}}}));
    EXPECT_TRUE(refused(CreateProjectPermissions{p, ann, {PP{4}}}));
    EXPECT_TRUE(refused(CreateStagePermissions{p, s, ann, {SP{3}}}));
    EXPECT_TRUE(refused(CreateTenantPermissions{UserId{}, {TP::tenant_viewer}}));
}

TEST(TenantPermissions, OfOneScopeSayNothingAboutAnother) {
    Shop shop;
    const UserId ann = shop.developer();
    const ProjectCreated mine = shop.project();
    const ProjectCreated other = shop.project();
    shop.done(CreateProjectPermissions{Shop::by_id(mine.project), ann, {PP::project_viewer}});
    EXPECT_TRUE(shop.ask(GetProjectDetails{ann, Shop::by_id(mine.project)}));
    EXPECT_EQ(shop.ask(GetProjectDetails{ann, Shop::by_id(other.project)}).error().code,
              Errc::denied);
    const CreateStagePermissions crossed{
        Shop::by_id(mine.project), Shop::by_id(other.stage), ann, {SP::stage_viewer}};
    EXPECT_EQ(shop.ask(crossed).error().code, Errc::not_found);
    // Nor about another user.
    EXPECT_EQ(shop.ask(GetProjectDetails{shop.developer(), Shop::by_id(mine.project)}).error().code,
              Errc::denied);
}

TEST(TenantPermissions, AreLimitedInNumber) {
    Shop shop;
    shop.rules.check_reloads(false);
    const UserId first = shop.developer();
    for (std::uint64_t i = 0; i < limits::permissions_max / 2; ++i)
        shop.done(CreateTenantPermissions{UserId{make_id(i, 7)},
                                          {TP::project_manager, TP::tenant_viewer}});
    // Users that are not there gave them back; so fill with those of one tenant's projects instead.
    EXPECT_TRUE(shop.done(GetTenantDetails{}).permissions.empty());
    shop.rules.hold_deliveries(true);
    for (std::uint64_t i = 0; i < limits::permissions_max / 2 - 1; ++i)
        shop.done(CreateTenantPermissions{UserId{make_id(i, 7)},
                                          {TP::project_manager, TP::tenant_viewer}});
    shop.done(CreateTenantPermissions{first, {TP::project_manager}});
    EXPECT_EQ(shop.ask(CreateProject{first}).error().code, Errc::full);
    EXPECT_TRUE(shop.ask(CreateProject{}));
    EXPECT_EQ(shop.ask(CreateTenantPermissions{shop.developer(),
                                               {TP::project_manager, TP::tenant_viewer}})
                  .error()
                  .code,
              Errc::full);
    EXPECT_TRUE(shop.ask(CreateTenantPermissions{first, {TP::tenant_viewer}}));
}

// --- the matrix ---

// One fresh world per call: a project with a stage, a version with an image, and a deployment.
struct World {
    World() {
        const ProjectCreated made = shop.project();
        project = made.project;
        stage = made.stage;
        version = shop.version(project);
        shop.image(project, version);
        deployment = shop.deployment(project, stage, version);
        ann = shop.developer();
    }
    [[nodiscard]] Ref p() const { return Shop::by_id(project); }
    [[nodiscard]] Ref s() const { return Shop::by_id(stage); }

    Shop shop;
    ProjectId project;
    StageId stage;
    VersionId version;
    DeploymentId deployment;
    UserId ann;
};

// The seven permissions, as the bits of a set.
enum Bit : unsigned {
    project_manager = 1,
    tenant_viewer = 2,
    stage_manager = 4,
    version_manager = 8,
    project_viewer = 16,
    deployment_manager = 32,
    stage_viewer = 64,
};
constexpr unsigned all_sets = 128;

void give(World& world, unsigned set) {
    if (set & project_manager)
        world.shop.done(CreateTenantPermissions{world.ann, {TP::project_manager}});
    if (set & tenant_viewer)
        world.shop.done(CreateTenantPermissions{world.ann, {TP::tenant_viewer}});
    if (set & stage_manager)
        world.shop.done(CreateProjectPermissions{world.p(), world.ann, {PP::stage_manager}});
    if (set & version_manager)
        world.shop.done(CreateProjectPermissions{world.p(), world.ann, {PP::version_manager}});
    if (set & project_viewer)
        world.shop.done(CreateProjectPermissions{world.p(), world.ann, {PP::project_viewer}});
    if (set & deployment_manager)
        world.shop.done(
            CreateStagePermissions{world.p(), world.s(), world.ann, {SP::deployment_manager}});
    if (set & stage_viewer)
        world.shop.done(
            CreateStagePermissions{world.p(), world.s(), world.ann, {SP::stage_viewer}});
}

template <class Reply>
Errc code_of(const Result<Reply>& reply) {
    return reply ? Errc{} : reply.error().code;
}

struct Call {
    std::string name;
    unsigned needs;
    std::function<Errc(World&)> make;
};

// omgservers.md 1.3, row by row.
std::vector<Call> calls() {
    const VersionConfig config{{}, JsonText::trusted("{}")};
    return {
        {"get-tenant-details",
         tenant_viewer,
         [](World& w) { return code_of(w.shop.ask(GetTenantDetails{w.ann})); }},
        {"create-project",
         project_manager,
         [](World& w) { return code_of(w.shop.ask(CreateProject{w.ann})); }},
        {"create-project-alias",
         project_manager,
         [](World& w) { return code_of(w.shop.ask(CreateProjectAlias{w.ann, w.project, "x"})); }},
        {"get-project-details",
         project_viewer,
         [](World& w) { return code_of(w.shop.ask(GetProjectDetails{w.ann, w.p()})); }},
        {"docker/request/token",
         version_manager,
         [](World& w) { return code_of(w.shop.ask(AuthorizePush{w.ann, w.p()})); }},
        {"delete-project",
         project_manager,
         [](World& w) { return code_of(w.shop.ask(DeleteProject{w.ann, w.p()})); }},
        {"create-stage",
         stage_manager,
         [](World& w) { return code_of(w.shop.ask(CreateStage{w.ann, w.p()})); }},
        {"create-stage-alias",
         stage_manager,
         [](World& w) { return code_of(w.shop.ask(CreateStageAlias{w.ann, w.stage, "x"})); }},
        {"get-stage-details",
         project_viewer,
         [](World& w) { return code_of(w.shop.ask(GetStageDetails{w.ann, w.p(), w.s()})); }},
        {"delete-stage",
         stage_manager,
         [](World& w) { return code_of(w.shop.ask(DeleteStage{w.ann, w.p(), w.s()})); }},
        {"create-version",
         version_manager,
         [config](World& w) { return code_of(w.shop.ask(CreateVersion{w.ann, w.p(), config})); }},
        {"get-version-details",
         project_viewer,
         [](World& w) { return code_of(w.shop.ask(GetVersionDetails{w.ann, w.version})); }},
        {"delete-version",
         version_manager,
         [](World& w) { return code_of(w.shop.ask(DeleteVersion{w.ann, w.version})); }},
        {"create-image",
         version_manager,
         [](World& w) {
             const auto qualifier = lobby::ImageQualifier::match;
             return code_of(
                 w.shop.ask(CreateImage{w.ann, w.p(), w.version, qualifier, "a/b:1", "a", "b"}));
         }},
        {"create-deployment",
         deployment_manager,
         [](World& w) {
             return code_of(w.shop.ask(CreateDeployment{w.ann, w.p(), w.s(), w.version, {}}));
         }},
        {"get-deployment-details",
         deployment_manager,
         [](World& w) { return code_of(w.shop.ask(AuthorizeDeployment{w.ann, w.deployment})); }},
        {"delete-deployment",
         deployment_manager,
         [](World& w) { return code_of(w.shop.ask(DeleteDeploymentEntry{w.ann, w.deployment})); }},
    };
}

TEST(PermissionMatrix, EachCallWithEachSet) {
    for (const Call& call : calls()) {
        for (unsigned set = 0; set < all_sets; ++set) {
            World world;
            give(world, set);
            const std::size_t rows = world.shop.row_count();
            const Errc code = call.make(world);
            const bool allowed = (set & call.needs) != 0;
            ASSERT_EQ(code, allowed ? Errc{} : Errc::denied) << call.name << " with set " << set;
            if (!allowed) ASSERT_EQ(world.shop.row_count(), rows) << call.name;
        }
    }
}

// Taking the one permission away again takes the right away.
TEST(PermissionMatrix, RightsEndWithTheirPermission) {
    for (const Call& call : calls()) {
        World world;
        give(world, all_sets - 1);
        switch (call.needs) {
            case project_manager:
                world.shop.done(DeleteTenantPermissions{world.ann, {TP::project_manager}});
                break;
            case tenant_viewer:
                world.shop.done(DeleteTenantPermissions{world.ann, {TP::tenant_viewer}});
                break;
            case stage_manager:
            case version_manager:
            case project_viewer:
                world.shop.done(DeleteProjectPermissions{
                    world.p(),
                    world.ann,
                    {call.needs == stage_manager     ? PP::stage_manager
                     : call.needs == version_manager ? PP::version_manager
                                                     : PP::project_viewer}});
                break;
            default:
                world.shop.done(DeleteStagePermissions{
                    world.p(), world.s(), world.ann, {SP::deployment_manager}});
        }
        EXPECT_EQ(call.make(world), Errc::denied) << call.name;
    }
}

// No caller is support: nothing is checked.
TEST(PermissionMatrix, SupportMayDoEverything) {
    for (const Call& call : calls()) {
        World world;
        world.ann = {};
        EXPECT_EQ(call.make(world), Errc{}) << call.name;
    }
}

}  // namespace
}  // namespace playback::catalog
