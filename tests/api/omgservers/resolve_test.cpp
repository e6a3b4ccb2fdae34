#include "engine/api/omgservers/resolve.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

#ifndef PLAYBACK_OVER_SOCKETS
TEST(Resolve, WhatParsesAsASigned64BitNumberIsAnId) {
    EXPECT_EQ(id_in("0"), 0U);
    EXPECT_EQ(id_in("9223372036854775807"), 9223372036854775807U);
    EXPECT_EQ(id_in("+5"), 5U);
    EXPECT_EQ(id_in("007"), 7U);
    EXPECT_EQ(id_in("-5"), 0U) << "an id, of nothing";
    for (const char* alias :
         {"", "+", "-", "+-5", "5x", " 5", "5 ", "1.0", "9223372036854775808", "0x10"})
        EXPECT_EQ(id_in(alias), std::nullopt) << alias;
    EXPECT_EQ(ref_of("17"), (catalog::Ref{17, ""}));
    EXPECT_EQ(ref_of("seventeen"), (catalog::Ref{0, "seventeen"}));
    EXPECT_EQ(ref_of("-17"), (catalog::Ref{0, ""}));
}
#endif

class ResolveTest : public ApiTest {};

TEST_F(ResolveTest, ANumericAliasIsNeverResolved) {
    const std::string tenant = support("create-tenant", Json::object()).text("id");
    EXPECT_EQ(support("create-tenant-alias", {{"tenant_id", tenant}, {"alias", "4711"}}).status,
              200);
    EXPECT_EQ(support("create-project", {{"tenant", "4711"}}).outcome(), "404 OBJECT_NOT_FOUND");
    EXPECT_EQ(support("create-project", {{"tenant", tenant}}).status, 200);
}

TEST_F(ResolveTest, AliasesOfUsersAndTenantsAreOfOneKindEach) {
    EXPECT_EQ(support("create-project", {{"tenant", "admin"}}).outcome(), "404 OBJECT_NOT_FOUND");
    const std::string tenant = support("create-tenant", Json::object()).text("id");
    EXPECT_EQ(support("create-tenant-alias", {{"tenant_id", tenant}, {"alias", "admin"}}).outcome(),
              "400 DB_CONSTRAINT_VIOLATED");
    EXPECT_EQ(support("create-tenant-alias", {{"tenant_id", tenant}, {"alias", "studio"}}).status,
              200);
    EXPECT_EQ(
        support("create-tenant-alias", {{"tenant_id", tenant}, {"alias", "studio"}}).outcome(),
        "400 DB_CONSTRAINT_VIOLATED");
    EXPECT_EQ(call("developer", "create-token", {{"user", "studio"}, {"password", "x"}}).outcome(),
              "401 WRONG_CREDENTIALS");
}

TEST_F(ResolveTest, ADeletedAliasDoesNotResolve) {
    const std::string tenant = support("create-tenant", Json::object()).text("id");
    support("create-tenant-alias", {{"tenant_id", tenant}, {"alias", "gone"}});
    EXPECT_EQ(support("create-project", {{"tenant", "gone"}}).status, 200);
    EXPECT_EQ(support("delete-tenant", {{"tenant", "gone"}}).status, 200);
    EXPECT_EQ(support("create-project", {{"tenant", "gone"}}).outcome(), "404 OBJECT_NOT_FOUND");
    EXPECT_EQ(support("delete-tenant", {{"tenant", "gone"}}).outcome(), "404 OBJECT_NOT_FOUND");
    const std::string next = support("create-tenant", Json::object()).text("id");
    EXPECT_EQ(support("create-tenant-alias", {{"tenant_id", next}, {"alias", "gone"}}).status, 200)
        << "the name is free again";
}

}  // namespace
}  // namespace playback::omgservers
