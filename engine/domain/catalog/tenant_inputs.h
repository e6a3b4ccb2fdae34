// What a tenant can be asked about itself. Address: address_of(TenantId), in every *_inputs.h here.
//
// In all of them: `caller` is the developer who asks; none (zero) means support or the node itself,
// and nothing is checked. `denied` without a detail of catalog::refusal is PERMISSION_NOT_FOUND. A
// tenant that was never made or is deleted refuses everything with not_found. Reads write nothing.
#pragma once

#include <vector>

#include "engine/domain/catalog/values.h"
#include "engine/domain/ids.h"
#include "engine/kernel/message.h"

namespace playback::catalog {

struct TenantCreated {
    WallTime created;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "created", self.created);
    }
};

// support/create-tenant. The shell names it by a new id. Refused: already_exists (the id is taken).
struct CreateTenant {
    static constexpr kernel::MessageKind kind = 170;
    using Reply = TenantCreated;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

// support/delete-tenant: with all projects, permissions, aliases and deployments. `deleted` is
// true. Refused: not_found.
struct DeleteTenant {
    static constexpr kernel::MessageKind kind = 171;
    using Reply = Done;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

struct ProjectView {
    ProjectId id;
    WallTime created;
    std::vector<AliasView> aliases;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "id", self.id);
        v(2, "created", self.created);
        v(3, "aliases", self.aliases);
    }
};

struct TenantDetails {
    WallTime created;
    std::vector<AliasView> aliases;
    std::vector<PermissionView<TenantPermission>> permissions;
    std::vector<ProjectView> projects;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "created", self.created);
        v(2, "aliases", self.aliases);
        v(3, "permissions", self.permissions);
        v(4, "projects", self.projects);
    }
};

// developer/get-tenant-details. Lists are in order of id, permissions in order of user and
// permission. Refused: not_found, denied (tenant TENANT_VIEWER).
struct GetTenantDetails {
    static constexpr kernel::MessageKind kind = 172;
    using Reply = TenantDetails;

    UserId caller;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "caller", self.caller);
    }
};

}  // namespace playback::catalog
