// Permissions of the three kinds. The commands differ only in whose table they change.
#include <algorithm>

#include "engine/domain/catalog/tenant.h"
#include "engine/domain/catalog/tenant_grants.h"

namespace playback::catalog {
namespace {

constexpr TenantPermission last_of(TenantPermission) {
    return TenantPermission::tenant_viewer;
}
constexpr ProjectPermission last_of(ProjectPermission) {
    return ProjectPermission::project_viewer;
}
constexpr StagePermission last_of(StagePermission) {
    return StagePermission::stage_viewer;
}

template <class Permission>
Result<void> check_set(UserId user, const std::vector<Permission>& permissions) {
    if (!user) return Error{Errc::invalid_argument, "user is missing"};
    if (permissions.empty())
        return Error{Errc::invalid_argument, "the set of permissions is empty"};
    const auto is_known = [](Permission permission) {
        return permission >= Permission{1} && permission <= last_of(permission);
    };
    if (!std::ranges::all_of(permissions, is_known))
        return Error{Errc::invalid_argument, "unknown permission"};
    return {};
}

// `permissions` as the set that it stands for, in the order asked for.
template <class Permission>
std::vector<Permission> without_repeats(const std::vector<Permission>& permissions) {
    std::vector<Permission> result;
    for (const Permission permission : permissions)
        if (std::ranges::find(result, permission) == result.end()) result.push_back(permission);
    return result;
}

}  // namespace

template <class Permission>
Tenant::Changed<Permission> Tenant::grant_all(PermissionTable<Permission>& table,
                                              UserId user,
                                              const std::vector<Permission>& permissions,
                                              kernel::Moment& moment,
                                              kernel::Effects& effects) {
    TRY_VOID(check_set(user, permissions));
    std::vector<Permission> added = without_repeats(permissions);
    std::erase_if(added, [&](Permission one) { return table.contains(user, one); });
    if (added.size() > permissions_room())
        return Error{Errc::full, "the tenant has too many permissions"};

    for (const Permission permission : added) grant(table, user, permission, moment, effects);
    return PermissionsChanged<Permission>{std::move(added)};
}

template <class Permission>
Tenant::Changed<Permission> Tenant::revoke_all(PermissionTable<Permission>& table,
                                               UserId user,
                                               const std::vector<Permission>& permissions,
                                               kernel::Effects& effects) {
    TRY_VOID(check_set(user, permissions));
    std::vector<Permission> removed = without_repeats(permissions);
    std::erase_if(removed, [&](Permission one) { return !revoke(table, user, one, effects); });
    return PermissionsChanged<Permission>{std::move(removed)};
}

Tenant::Changed<TenantPermission> Tenant::apply(const CreateTenantPermissions& command,
                                                kernel::Moment& moment,
                                                kernel::Effects& effects) {
    TRY_VOID(check_exists());
    return grant_all(permissions_, command.user, command.permissions, moment, effects);
}

Tenant::Changed<TenantPermission> Tenant::apply(const DeleteTenantPermissions& command,
                                                kernel::Moment&,
                                                kernel::Effects& effects) {
    TRY_VOID(check_exists());
    return revoke_all(permissions_, command.user, command.permissions, effects);
}

Tenant::Changed<ProjectPermission> Tenant::apply(const CreateProjectPermissions& command,
                                                 kernel::Moment& moment,
                                                 kernel::Effects& effects) {
    TRY(project, project_of(command.project));
    auto& table = projects_.at(project).permissions;
    return grant_all(table, command.user, command.permissions, moment, effects);
}

Tenant::Changed<ProjectPermission> Tenant::apply(const DeleteProjectPermissions& command,
                                                 kernel::Moment&,
                                                 kernel::Effects& effects) {
    TRY(project, project_of(command.project));
    auto& table = projects_.at(project).permissions;
    return revoke_all(table, command.user, command.permissions, effects);
}

Tenant::Changed<StagePermission> Tenant::apply(const CreateStagePermissions& command,
                                               kernel::Moment& moment,
                                               kernel::Effects& effects) {
    TRY(stage, stage_of(command.project, command.stage));
    auto& table = stages_.at(stage).permissions;
    return grant_all(table, command.user, command.permissions, moment, effects);
}

Tenant::Changed<StagePermission> Tenant::apply(const DeleteStagePermissions& command,
                                               kernel::Moment&,
                                               kernel::Effects& effects) {
    TRY(stage, stage_of(command.project, command.stage));
    auto& table = stages_.at(stage).permissions;
    return revoke_all(table, command.user, command.permissions, effects);
}

}  // namespace playback::catalog
