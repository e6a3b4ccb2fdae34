// Granting and taking permissions of the three kinds (omgservers.md 1.2). Support only, so there is
// no `caller`.
//
// In all of them: the shell has resolved `user` and asked accounts::GetUser whether it exists. The
// reply lists what actually changed, in the order asked for; a permission that is there already (or
// is not there) is no error, it is missing from the list. Refused: not_found (tenant, project,
// stage), invalid_argument (an empty set, an unknown permission), full.
#pragma once

#include <vector>

#include "engine/domain/catalog/values.h"
#include "engine/domain/ids.h"
#include "engine/kernel/message.h"

namespace playback::catalog {

template <class Permission>
struct PermissionsChanged {
    std::vector<Permission> permissions;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "permissions", self.permissions);
    }
};

// support/create-tenant-permissions
struct CreateTenantPermissions {
    static constexpr kernel::MessageKind kind = 200;
    using Reply = PermissionsChanged<TenantPermission>;

    UserId user;
    std::vector<TenantPermission> permissions;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "user", self.user);
        v(2, "permissions", self.permissions);
    }
};

// support/delete-tenant-permissions
struct DeleteTenantPermissions {
    static constexpr kernel::MessageKind kind = 201;
    using Reply = PermissionsChanged<TenantPermission>;

    UserId user;
    std::vector<TenantPermission> permissions;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "user", self.user);
        v(2, "permissions", self.permissions);
    }
};

// support/create-project-permissions
struct CreateProjectPermissions {
    static constexpr kernel::MessageKind kind = 202;
    using Reply = PermissionsChanged<ProjectPermission>;

    Ref project;
    UserId user;
    std::vector<ProjectPermission> permissions;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "project", self.project);
        v(2, "user", self.user);
        v(3, "permissions", self.permissions);
    }
};

// support/delete-project-permissions
struct DeleteProjectPermissions {
    static constexpr kernel::MessageKind kind = 203;
    using Reply = PermissionsChanged<ProjectPermission>;

    Ref project;
    UserId user;
    std::vector<ProjectPermission> permissions;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "project", self.project);
        v(2, "user", self.user);
        v(3, "permissions", self.permissions);
    }
};

// support/create-stage-permissions
struct CreateStagePermissions {
    static constexpr kernel::MessageKind kind = 204;
    using Reply = PermissionsChanged<StagePermission>;

    Ref project;
    Ref stage;
    UserId user;
    std::vector<StagePermission> permissions;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "project", self.project);
        v(2, "stage", self.stage);
        v(3, "user", self.user);
        v(4, "permissions", self.permissions);
    }
};

// support/delete-stage-permissions
struct DeleteStagePermissions {
    static constexpr kernel::MessageKind kind = 205;
    using Reply = PermissionsChanged<StagePermission>;

    Ref project;
    Ref stage;
    UserId user;
    std::vector<StagePermission> permissions;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "project", self.project);
        v(2, "stage", self.stage);
        v(3, "user", self.user);
        v(4, "permissions", self.permissions);
    }
};

}  // namespace playback::catalog
