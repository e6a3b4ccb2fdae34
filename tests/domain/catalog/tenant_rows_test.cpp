// Loading and purging: what is deleted is gone at once, its rows go a bounded number at a time.
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/tenant.h"
#include "tests/domain/catalog/shop.h"

namespace playback::catalog {
namespace {

// A project with more rows than one command erases, and one beside it.
struct BigProject : testing::Test {
    BigProject() {
        shop.rules.check_reloads(false);  // thousands of rows each time; reloaded where it matters
        big = shop.project();
        other = shop.project();
        for (std::size_t i = 0; i < limits::purged_rows_per_command; ++i) {
            const VersionId version = shop.version(big.project);
            shop.image(big.project, version);
        }
        shop.done(CreateProjectAlias{{}, big.project, "big"});
        shop.done(CreateStageAlias{{}, big.stage, "live"});
        shop.done(CreateStagePermissions{Shop::by_id(big.project),
                                         Shop::by_id(big.stage),
                                         UserId{5},
                                         {StagePermission::stage_viewer}});
        shop.deployment(big.project, big.stage, shop.version_of(big.project));
    }

    struct LargeShop : Shop {
        VersionId version_of(ProjectId project) {
            return done(GetProjectDetails{{}, by_id(project)}).versions.front().id;
        }
    };
    LargeShop shop;
    ProjectCreated big;
    ProjectCreated other;
};

constexpr std::size_t rows_of_other = 3;  // tenant, project, stage

TEST_F(BigProject, IsGoneAtOnceAndErasedBitByBit) {
    const std::size_t before = shop.row_count();
    shop.done(DeleteProject{{}, Shop::by_name("big")});
    EXPECT_EQ(shop.row_count(), before - limits::purged_rows_per_command - 1);
    EXPECT_TRUE(shop.rules.has_timer(address_of(shop.tenant), "purge"));
    EXPECT_EQ(shop.done(GetTenantDetails{}).projects.size(), 1u);
    EXPECT_TRUE(shop.ask(CreateProjectAlias{{}, other.project, "big"}));

    shop.rules.advance(Duration{});
    EXPECT_EQ(shop.row_count(), rows_of_other + 1);
    EXPECT_FALSE(shop.rules.has_timer(address_of(shop.tenant), "purge"));
}

// A crash between two bits: the orphans are known by their missing parent, and still go.
TEST_F(BigProject, StaysGoneOverACrash) {
    shop.done(DeleteProject{{}, Shop::by_name("big")});
    shop.rules.reload();
    EXPECT_EQ(shop.done(GetTenantDetails{}).projects.size(), 1u);
    EXPECT_FALSE(shop.ask(GetProjectDetails{{}, Shop::by_id(big.project)}));
    EXPECT_FALSE(shop.ask(ResolveStage{Shop::by_name("big"), Shop::by_name("live")}));
    shop.rules.check_reloads(true);
    shop.rules.advance(Duration{});
    EXPECT_EQ(shop.row_count(), rows_of_other);
}

TEST_F(BigProject, OfADeletedTenantIsErasedToo) {
    shop.done(DeleteTenant{});
    EXPECT_GT(shop.row_count(), 0u);
    shop.rules.reload();
    EXPECT_EQ(shop.ask(GetTenantDetails{}).error().code, Errc::not_found);
    // Nor can the id be taken while rows of the old one are about.
    EXPECT_EQ(shop.ask(CreateTenant{}).error().code, Errc::already_exists);
    shop.rules.advance(Duration{});
    EXPECT_EQ(shop.row_count(), 0u);
}

TEST(TenantRows, OfUnknownTypeOrShapeAreCorrupt) {
    Tenant tenant(address_of(TenantId{1}));
    const kernel::RowKey unknown_type(99);
    EXPECT_EQ(tenant.load(kernel::RowKeyReader(unknown_type.bytes()), "").error().code,
              Errc::corrupt);
    const kernel::RowKey project = key_of(ProjectId{2});
    EXPECT_EQ(tenant.load(kernel::RowKeyReader(project.bytes()), "\x02").error().code,
              Errc::corrupt);
}

// Fields that a newer release wrote survive a change of the row by this one.
TEST(TenantRows, KeepFieldsOfNewerReleases) {
    DeploymentRow row{StageId{2}, VersionId{3}, {}, DeploymentStatus::open, {}};
    std::string newer;
    put_varint(newer, 40 << 1);
    put_varint(newer, 4711);
    DeploymentRow read = *decode<DeploymentRow>(encode(row) + newer);
    row.status = DeploymentStatus::closed;
    read.status = DeploymentStatus::closed;
    EXPECT_EQ(encode(read), encode(row) + newer);
}

}  // namespace
}  // namespace playback::catalog
