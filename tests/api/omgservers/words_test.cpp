#include "engine/api/omgservers/words.h"

#include <gtest/gtest.h>

namespace playback::omgservers {
namespace {

using mailbox::ClientMailKind;
using mailbox::RuntimeMailKind;
using mailbox::RuntimeSays;

TEST(Words, AreReadAsTheyAreWritten) {
    for (const auto one :
         {catalog::TenantPermission::project_manager, catalog::TenantPermission::tenant_viewer})
        EXPECT_EQ(named<catalog::TenantPermission>(word_of(one)), one);
    for (const auto one : {catalog::ProjectPermission::stage_manager,
                           catalog::ProjectPermission::version_manager,
                           catalog::ProjectPermission::project_viewer})
        EXPECT_EQ(named<catalog::ProjectPermission>(word_of(one)), one);
    for (const auto one :
         {catalog::StagePermission::deployment_manager, catalog::StagePermission::stage_viewer})
        EXPECT_EQ(named<catalog::StagePermission>(word_of(one)), one);
    for (const auto one : {lobby::ImageQualifier::universal,
                           lobby::ImageQualifier::lobby,
                           lobby::ImageQualifier::match})
        EXPECT_EQ(named<lobby::ImageQualifier>(word_of(one)), one);
    EXPECT_EQ(named<RuntimeSays>("MULTICAST_MESSAGE"), RuntimeSays::multicast_message);
    EXPECT_EQ(named<RuntimeSays>("SET_ATTRIBUTES"), std::nullopt);
    EXPECT_EQ(named<RuntimeSays>("respond_client"), std::nullopt);
    EXPECT_EQ(named<catalog::StagePermission>("PROJECT_VIEWER"), std::nullopt);
}

TEST(Words, EachGenerationHasItsOwn) {
    EXPECT_EQ(word_of(ClientMailKind::greeted, Generation::p1), "SERVER_WELCOME_MESSAGE");
    EXPECT_EQ(word_of(ClientMailKind::greeted, Generation::p2), "CLIENT_GREETED");
    EXPECT_EQ(word_of(ClientMailKind::client_deleted, Generation::p1),
              "DISCONNECTION_REASON_MESSAGE");
    EXPECT_EQ(word_of(ClientMailKind::client_deleted, Generation::p2), "CLIENT_DELETED");
    EXPECT_EQ(word_of(RuntimeMailKind::client_assigned, Generation::p1, false), "ADD_CLIENT");
    EXPECT_EQ(word_of(RuntimeMailKind::client_assigned, Generation::p1, true), "ADD_MATCH_CLIENT");
    EXPECT_EQ(word_of(RuntimeMailKind::client_assigned, Generation::p2, true), "CLIENT_ASSIGNED");
    EXPECT_EQ(word_of(RuntimeMailKind::message_received, Generation::p1, true), "HANDLE_MESSAGE");
}

TEST(Words, OfStatesAndReasons) {
    EXPECT_EQ(word_of(lobby::LobbyStatus::pending), "PENDING");
    EXPECT_EQ(word_of(lobby::LobbyStatus::ready), "CREATED");
    EXPECT_EQ(word_of(catalog::DeploymentStatus::open), "CREATED");
    EXPECT_EQ(word_of(catalog::DeploymentStatus::closed), "CLOSED");
    EXPECT_EQ(word_of(mailbox::DeletionReason::client_inactivity), "CLIENT_INACTIVITY");
    EXPECT_EQ(word_of(mailbox::DeletionReason::internal_failure), "INTERNAL_FAILURE");
    EXPECT_EQ(word_of(catalog::AliasQualifier::project), "PROJECT");
    EXPECT_EQ(word_of(lobby::RuntimeQualifier::lobby), "LOBBY");
}

}  // namespace
}  // namespace playback::omgservers
