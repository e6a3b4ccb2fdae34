#include "engine/api/omgservers/details.h"

#include <gtest/gtest.h>

namespace playback::omgservers {
namespace {

constexpr WallTime created{1'700'000'000'123};

template <class Write>
std::string object(Write write) {
    std::string text;
    wire::JsonWriter out(text);
    out.object();
    write(out);
    out.end_object();
    return text;
}

TEST(Details, Aliases) {
    const catalog::AliasView alias{AliasId{1}, created, catalog::AliasQualifier::stage, 2, "beta"};
    EXPECT_EQ(object([&](wire::JsonWriter& out) { write_aliases(out, {alias}); }),
              R"({"aliases":[{"id":"1","created":"2023-11-14T22:13:20.123Z",)"
              R"("qualifier":"STAGE","entity_id":"2","value":"beta"}]})");
    EXPECT_EQ(object([&](wire::JsonWriter& out) { write_aliases(out, {}); }), R"({"aliases":[]})");
}

TEST(Details, PermissionsNameTheirScope) {
    const catalog::PermissionView<catalog::StagePermission> one{
        PermissionId{1}, created, UserId{2}, catalog::StagePermission::stage_viewer};
    const std::vector<catalog::PermissionView<catalog::StagePermission>> all{one};
    EXPECT_EQ(object([&](wire::JsonWriter& out) {
                  write_permissions(out, TenantId{3}, {"stage_id", 4}, all);
              }),
              R"({"permissions":[{"id":"1","tenant_id":"3","stage_id":"4",)"
              R"("created":"2023-11-14T22:13:20.123Z","user_id":"2",)"
              R"("permission":"STAGE_VIEWER"}]})");
    EXPECT_FALSE(object([&](wire::JsonWriter& out) {
                     write_permissions(out, TenantId{3}, {}, all);
                 }).contains("stage_id"));
}

TEST(Details, Deployments) {
    const catalog::DeploymentView view{
        DeploymentId{1}, StageId{2}, VersionId{3}, created, catalog::DeploymentStatus::closed};
    std::string text;
    wire::JsonWriter out(text);
    write_deployment(out, TenantId{4}, view);
    EXPECT_EQ(text,
              R"({"id":"1","tenant_id":"4","stage_id":"2","version_id":"3",)"
              R"("created":"2023-11-14T22:13:20.123Z","status":"CLOSED"})");
}

}  // namespace
}  // namespace playback::omgservers
