// Versions and images.
#include <string>

#include <gtest/gtest.h>

#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/tenant.h"
#include "tests/domain/catalog/shop.h"

namespace playback::catalog {
namespace {

using lobby::ImageQualifier;

TEST(TenantVersions, KeepTheirConfig) {
    Shop shop;
    const auto [project, stage] = shop.project();
    const VersionId version = shop.version(project, R"({"modes":[],"user_data":{"a":1}})");
    const VersionDetails details = shop.done(GetVersionDetails{{}, version});
    EXPECT_EQ(details.version.id, version);
    EXPECT_EQ(details.version.project, project);
    EXPECT_EQ(details.version.created, shop.rules.wall());
    EXPECT_TRUE(details.images.empty());
    EXPECT_EQ(shop.done(GetProjectDetails{{}, Shop::by_id(project)}).versions[0].id, version);

    shop.image(project, version);
    shop.deployment(project, stage, version);
    const auto opened = shop.rules.take<lobby::OpenDeployment>();
    EXPECT_EQ(opened.at(0).version_config.view(), R"({"modes":[],"user_data":{"a":1}})");
}

TEST(TenantVersions, RefuseABadConfig) {
    Shop shop;
    const Ref project = Shop::by_id(shop.project().project);
    const VersionConfig config{{{"mode", 0, 1, {{"group", 1, 1}}}}, JsonText::trusted("{}")};
    EXPECT_EQ(shop.ask(CreateVersion{{}, project, config}).error().code, Errc::invalid_argument);
}

TEST(TenantVersions, HaveOneImagePerQualifier) {
    Shop shop;
    const ProjectId project = shop.project().project;
    const VersionId version = shop.version(project);
    EXPECT_TRUE(shop.image(project, version, ImageQualifier::lobby));
    EXPECT_FALSE(shop.image(project, version, ImageQualifier::lobby));
    EXPECT_TRUE(shop.image(project, version, ImageQualifier::match));
    EXPECT_TRUE(shop.image(project, shop.version(project), ImageQualifier::lobby));
    const auto images = shop.done(GetVersionDetails{{}, version}).images;
    ASSERT_EQ(images.size(), 2u);
    EXPECT_EQ(images[0].qualifier, ImageQualifier::lobby);
    EXPECT_EQ(images[0].image, "t/p:1");
    EXPECT_EQ(images[1].qualifier, ImageQualifier::match);
}

TEST(TenantVersions, ImagesMatchTheTextsOfTheRequest) {
    Shop shop;
    const ProjectId project = shop.project().project;
    const VersionId version = shop.version(project);
    shop.done(CreateProjectAlias{{}, project, "game"});
    CreateImage create{
        {}, Shop::by_name("game"), version, ImageQualifier::universal, "", "acme", "game"};
    const auto refusal_of = [&](const std::string& image) {
        create.image = image;
        return shop.ask(create).error();
    };
    EXPECT_EQ(refusal_of("other/game:1"), (Error{Errc::denied, refusal::wrong_image}));
    // The id of the very same project is not what the request said.
    EXPECT_EQ(refusal_of("acme/" + std::to_string(project.value) + ":1"),
              (Error{Errc::denied, refusal::wrong_image}));
    EXPECT_EQ(refusal_of("acme/game"), (Error{Errc::invalid_argument, refusal::wrong_argument}));
    create.image = "acme/game:1";
    EXPECT_TRUE(shop.done(create).created);
}

TEST(TenantVersions, OfAnotherProjectGetNoImage) {
    Shop shop;
    const ProjectId project = shop.project().project;
    const VersionId elsewhere = shop.version(shop.project().project);
    const CreateImage create{
        {}, Shop::by_id(project), elsewhere, ImageQualifier::universal, "t/p:1", "t", "p"};
    EXPECT_EQ(shop.ask(create).error().code, Errc::not_found);
}

TEST(TenantVersions, TakeImagesAndDeploymentsAlong) {
    Shop shop;
    const auto [project, stage] = shop.project();
    const std::size_t rows = shop.row_count();
    const VersionId version = shop.version(project);
    shop.image(project, version);
    const DeploymentId deployment = shop.deployment(project, stage, version);
    shop.done(DeleteVersion{{}, version});
    EXPECT_EQ(shop.row_count(), rows);
    EXPECT_EQ(shop.rules.take_addressed<lobby::DeleteDeployment>().at(0).first,
              address_of(deployment));
    EXPECT_EQ(shop.ask(DeleteVersion{{}, version}).error().code, Errc::not_found);
    const ResolveStage resolve{Shop::by_id(project), Shop::by_id(stage)};
    EXPECT_EQ(shop.ask(resolve).error().code, Errc::conflict);
}

TEST(TenantVersions, AreLimitedInNumber) {
    Shop shop;
    shop.rules.check_reloads(false);
    const ProjectId project = shop.project().project;
    const CreateVersion create{{}, Shop::by_id(project), {{}, JsonText::trusted("{}")}};
    for (std::size_t i = 0; i < limits::versions_max; ++i) shop.done(create);
    EXPECT_EQ(shop.ask(create).error().code, Errc::full);
}

TEST(TenantVersions, AreLimitedInBytes) {
    Shop shop;
    shop.rules.check_reloads(false);
    const ProjectId project = shop.project().project;
    constexpr std::size_t each = 32 * 1024;
    const std::string text = '"' + std::string(each - 2, 'x') + '"';
    const CreateVersion create{{}, Shop::by_id(project), {{}, JsonText::trusted(text)}};
    VersionId last;
    for (std::size_t i = 0; i < limits::version_bytes_max / each; ++i)
        last = shop.done(create).version;
    EXPECT_EQ(shop.ask(create).error().code, Errc::full);
    shop.done(DeleteVersion{{}, last});
    EXPECT_TRUE(shop.ask(create));
}

}  // namespace
}  // namespace playback::catalog
