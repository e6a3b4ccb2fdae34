// Deployments: what they are opened with, roll-over, ending.
#include <string>

#include <gtest/gtest.h>

#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/tenant.h"
#include "tests/domain/catalog/shop.h"

namespace playback::catalog {
namespace {

struct Deployments : testing::Test {
    Deployments() {
        const ProjectCreated made = shop.project();
        project = made.project;
        stage = made.stage;
        version = shop.version(project);
    }
    CreateDeployment create() const {
        return {{}, Shop::by_id(project), Shop::by_id(stage), version, {}};
    }
    Result<StageResolved> resolve() {
        return shop.ask(ResolveStage{Shop::by_id(project), Shop::by_id(stage)});
    }
    std::vector<DeploymentView> listed() {
        const GetStageDetails get{{}, Shop::by_id(project), Shop::by_id(stage)};
        return shop.done(get).deployments;
    }

    Shop shop;
    ProjectId project;
    StageId stage;
    VersionId version;
};

TEST_F(Deployments, NeedAnImage) {
    EXPECT_EQ(shop.ask(create()).error(), (Error{Errc::conflict, refusal::wrong_version_state}));
    shop.image(project, version);
    EXPECT_TRUE(shop.ask(create()));
}

TEST_F(Deployments, NeedAVersionOfTheirProject) {
    CreateDeployment other = create();
    other.version = VersionId{5};
    EXPECT_EQ(shop.ask(other).error().code, Errc::not_found);
    other.version = shop.version(shop.project().project);
    EXPECT_EQ(shop.ask(other).error(), (Error{Errc::invalid_argument, refusal::wrong_argument}));
}

TEST_F(Deployments, NeedRoomForSomebody) {
    shop.image(project, version);
    CreateDeployment none = create();
    none.config.max_lobbies = 0;
    EXPECT_EQ(shop.ask(none).error().code, Errc::invalid_argument);
    none = create();
    none.config.lobby_max_assignments = 0;
    EXPECT_EQ(shop.ask(none).error().code, Errc::invalid_argument);
    none = create();
    none.config.whole = JsonText::trusted(std::string(1 << 20, ' '));
    EXPECT_EQ(shop.ask(none).error().code, Errc::invalid_argument);
}

TEST_F(Deployments, AreToldAllThatTheyWillEverNeed) {
    shop.image(project, version, lobby::ImageQualifier::match);
    shop.image(project, version, lobby::ImageQualifier::universal);
    ASSERT_TRUE(shop.name("acme", AliasQualifier::tenant, shop.tenant.value));
    shop.done(CreateStageAlias{{}, stage, "live"});
    shop.done(CreateStageAlias{{}, stage, "newer"});
    CreateDeployment command = create();
    command.config.min_lobbies = 3;
    const DeploymentId id = shop.done(command).deployment;

    const auto sent = shop.rules.take_addressed<lobby::OpenDeployment>();
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent[0].first, address_of(id));
    const lobby::OpenDeployment& open = sent[0].second;
    EXPECT_EQ(open.tenant, shop.tenant);
    EXPECT_EQ(open.project, project);
    EXPECT_EQ(open.stage, stage);
    EXPECT_EQ(open.version, version);
    EXPECT_EQ(open.config, command.config);
    ASSERT_EQ(open.images.size(), 2u);
    EXPECT_EQ(open.images[0].qualifier, lobby::ImageQualifier::universal);
    EXPECT_EQ(open.images[0].reference, "t/p:1");
    EXPECT_EQ(open.tenant_label, "acme");
    EXPECT_EQ(open.project_label, std::to_string(project.value));  // it has no name
    EXPECT_EQ(open.stage_label, "live");
}

TEST_F(Deployments, TheNewestTakesClientsAndTheOlderDrain) {
    shop.image(project, version);
    EXPECT_EQ(resolve().error(), (Error{Errc::conflict, refusal::deployment_not_found}));
    const DeploymentId first = shop.done(create()).deployment;
    EXPECT_EQ(resolve()->deployment, first);
    const DeploymentId second = shop.done(create()).deployment;
    EXPECT_EQ(resolve()->deployment, second);
    EXPECT_EQ(resolve()->version, version);

    const auto closed = shop.rules.take_addressed<lobby::CloseDeployment>();
    ASSERT_EQ(closed.size(), 1u);
    EXPECT_EQ(closed[0].first, address_of(first));
    ASSERT_EQ(listed().size(), 2u);
    EXPECT_EQ(listed()[0].status, DeploymentStatus::closed);
    EXPECT_EQ(listed()[1].status, DeploymentStatus::open);

    shop.rules.tell(address_of(shop.tenant), lobby::DeploymentEnded{first});
    ASSERT_EQ(listed().size(), 1u);
    EXPECT_EQ(listed()[0].id, second);
    shop.rules.tell(address_of(shop.tenant), lobby::DeploymentEnded{first});  // harmless
    EXPECT_TRUE(shop.rules.take<lobby::DeleteDeployment>().empty());
}

TEST_F(Deployments, EndWhenDeletedAndDoNotReviveOlderOnes) {
    shop.image(project, version);
    shop.done(create());
    const DeploymentId second = shop.done(create()).deployment;
    shop.done(DeleteDeploymentEntry{{}, second});
    EXPECT_EQ(shop.rules.take_addressed<lobby::DeleteDeployment>().at(0).first, address_of(second));
    EXPECT_EQ(shop.ask(DeleteDeploymentEntry{{}, second}).error().code, Errc::not_found);
    EXPECT_EQ(resolve().error().code, Errc::conflict);
    shop.rules.tell(address_of(shop.tenant), lobby::DeploymentEnded{second});
    EXPECT_EQ(listed().size(), 1u);
}

TEST_F(Deployments, AreFoundByNamesToo) {
    shop.image(project, version);
    const DeploymentId id = shop.done(create()).deployment;
    shop.done(CreateProjectAlias{{}, project, "game"});
    shop.done(CreateStageAlias{{}, stage, "live"});
    const auto found = shop.ask(ResolveStage{Shop::by_name("game"), Shop::by_name("live")});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->project, project);
    EXPECT_EQ(found->stage, stage);
    EXPECT_EQ(found->deployment, id);
    EXPECT_EQ(found->version_created, shop.rules.wall());
    EXPECT_EQ(shop.ask(ResolveStage{Shop::by_name("game"), Shop::by_name("x")}).error().code,
              Errc::not_found);
    EXPECT_EQ(shop.done(AuthorizeDeployment{{}, id}).deployment.stage, stage);
}

TEST_F(Deployments, AreLimitedInNumber) {
    shop.rules.check_reloads(false);
    shop.image(project, version);
    for (std::size_t i = 0; i < limits::deployments_max; ++i) shop.done(create());
    EXPECT_EQ(shop.ask(create()).error().code, Errc::full);
}

}  // namespace
}  // namespace playback::catalog
