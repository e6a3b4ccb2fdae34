// PermissionTable: who may do what in one scope: a tenant, a project or a stage.
//
// One row per user and permission. The table changes only itself; its owner writes the rows.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "engine/domain/catalog/rows.h"
#include "engine/domain/catalog/values.h"
#include "engine/domain/ids.h"
#include "engine/kernel/rows.h"

namespace playback::catalog {

template <class Permission>
class PermissionTable {
public:
    using Entry = std::pair<UserId, Permission>;

    PermissionTable(kernel::RowType type, std::uint64_t scope) : type_(type), scope_(scope) {}

    [[nodiscard]] bool contains(UserId user, Permission permission) const {
        return rows_.contains({user, permission});
    }
    // No caller means support or the node itself, who may do everything.
    [[nodiscard]] bool allows(UserId caller, Permission permission) const {
        return !caller || contains(caller, permission);
    }
    // False, and nothing changed, if it is there.
    bool add(UserId user, Permission permission, PermissionRow row) {
        return rows_.emplace(Entry{user, permission}, std::move(row)).second;
    }
    bool remove(UserId user, Permission permission) { return rows_.erase({user, permission}) != 0; }

    [[nodiscard]] const std::map<Entry, PermissionRow>& rows() const { return rows_; }
    [[nodiscard]] kernel::RowKey key(UserId user, Permission permission) const {
        return kernel::RowKey(type_).add(scope_).add(user).add(
            static_cast<std::uint64_t>(permission));
    }
    [[nodiscard]] std::vector<Permission> of(UserId user) const {
        std::vector<Permission> result;
        for (auto it = rows_.lower_bound({user, Permission{}});
             it != rows_.end() && it->first.first == user;
             ++it)
            result.push_back(it->first.second);
        return result;
    }
    [[nodiscard]] std::vector<PermissionView<Permission>> views() const {
        std::vector<PermissionView<Permission>> result;
        result.reserve(rows_.size());
        for (const auto& [entry, row] : rows_)
            result.push_back({row.id, row.created, entry.first, entry.second});
        return result;
    }

private:
    kernel::RowType type_;
    std::uint64_t scope_;
    std::map<Entry, PermissionRow> rows_;
};

}  // namespace playback::catalog
