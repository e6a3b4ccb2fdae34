// Granting and revoking inside a tenant, for its own .cpp files: the templates of tenant.h.
#pragma once

#include <utility>

#include "engine/domain/catalog/tenant.h"

namespace playback::catalog {

template <class Permission>
bool Tenant::insert(PermissionTable<Permission>* table,
                    UserId user,
                    Permission permission,
                    PermissionRow row) {
    if (table == nullptr || !table->add(user, permission, std::move(row))) return false;
    ++permission_count_;
    ++members_[user];
    return true;
}

template <class Permission>
bool Tenant::grant(PermissionTable<Permission>& table,
                   UserId user,
                   Permission permission,
                   kernel::Moment& moment,
                   kernel::Effects& effects) {
    if (table.contains(user, permission)) return false;
    // The user must know, so that its end ends its permissions too.
    if (!members_.contains(user)) effects.send(address_of(user), TenantJoined{id_});
    const PermissionRow row{moment.next<PermissionId>(), moment.wall(), {}};
    effects.put(table.key(user, permission), row);
    return insert(&table, user, permission, row);
}

template <class Permission>
bool Tenant::revoke(PermissionTable<Permission>& table,
                    UserId user,
                    Permission permission,
                    kernel::Effects& effects) {
    if (!table.remove(user, permission)) return false;
    effects.erase(table.key(user, permission));
    left(user);
    return true;
}

template <class Permission>
void Tenant::drop_permissions(const PermissionTable<Permission>& table) {
    for (const auto& [entry, row] : table.rows()) {
        doom(table.key(entry.first, entry.second));
        left(entry.first);
    }
}

}  // namespace playback::catalog
