// The entities of the catalogue as JSON (the DTOs of omgservers.md 1.3), for the get-*-details
// calls.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/api/omgservers/words.h"
#include "engine/domain/catalog/deployment_inputs.h"
#include "engine/domain/catalog/project_inputs.h"
#include "engine/domain/catalog/tenant_inputs.h"
#include "engine/domain/catalog/version_inputs.h"
#include "engine/domain/ids.h"
#include "engine/wire/json_writer.h"

namespace playback::omgservers {

void write_aliases(wire::JsonWriter& out, const std::vector<catalog::AliasView>& aliases);

// The scope of a permission: the id that its DTO has beside the tenant's.
struct Scope {
    std::string_view name;  // "project_id", "stage_id", or empty
    std::uint64_t id = 0;
};

template <class Permission>
void write_permissions(wire::JsonWriter& out,
                       TenantId tenant,
                       const Scope& scope,
                       const std::vector<catalog::PermissionView<Permission>>& permissions) {
    out.key("permissions").array();
    for (const catalog::PermissionView<Permission>& one : permissions) {
        out.object().key("id").id(one.id.value).key("tenant_id").id(tenant.value);
        if (!scope.name.empty()) out.key(scope.name).id(scope.id);
        out.key("created").time(one.created).key("user_id").id(one.user.value);
        out.key("permission").string(word_of(one.permission)).end_object();
    }
    out.end_array();
}

void write_project(wire::JsonWriter& out, TenantId tenant, const catalog::ProjectView& project);
void write_stage(wire::JsonWriter& out,
                 TenantId tenant,
                 ProjectId project,
                 const catalog::StageView& stage);
void write_version(wire::JsonWriter& out, TenantId tenant, const catalog::VersionView& version);
void write_deployment(wire::JsonWriter& out,
                      TenantId tenant,
                      const catalog::DeploymentView& deployment);

}  // namespace playback::omgservers
