// The stored rows of root aliases and tenants. Types and field numbers are never reused.
//
// In key order every row comes after what it belongs to. That is what a tenant loads by: a row
// whose parent is not there was deleted with it and only waits to be erased.
#pragma once

#include <cstdint>
#include <string>

#include "engine/domain/catalog/project_inputs.h"
#include "engine/domain/catalog/values.h"
#include "engine/domain/ids.h"
#include "engine/domain/lobby/messages.h"
#include "engine/kernel/rows.h"

namespace playback::catalog {

namespace row_types {
inline constexpr kernel::RowType root_alias = 1;  // the only one of a bucket

inline constexpr kernel::RowType tenant = 1;
inline constexpr kernel::RowType project = 2;            // project
inline constexpr kernel::RowType stage = 3;              // stage
inline constexpr kernel::RowType version = 4;            // version
inline constexpr kernel::RowType image = 5;              // version, qualifier
inline constexpr kernel::RowType deployment = 6;         // deployment
inline constexpr kernel::RowType alias = 7;              // alias
inline constexpr kernel::RowType tenant_permission = 8;  // tenant, user, permission
inline constexpr kernel::RowType project_permission = 9;
inline constexpr kernel::RowType stage_permission = 10;
}  // namespace row_types

struct RootAliasRow {
    AliasId id;
    AliasQualifier qualifier = AliasQualifier::tenant;
    std::uint64_t entity = 0;
    WallTime created;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "id", self.id);
        v(2, "qualifier", self.qualifier);
        v(3, "entity", self.entity);
        v(4, "created", self.created);
    }
};

struct TenantRow {
    WallTime created;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "created", self.created);
    }
};

struct ProjectRow {
    WallTime created;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "created", self.created);
    }
};

struct StageRow {
    ProjectId project;
    WallTime created;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "project", self.project);
        v(2, "created", self.created);
    }
};

struct VersionRow {
    ProjectId project;
    WallTime created;
    VersionConfig config;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "project", self.project);
        v(2, "created", self.created);
        v(3, "config", self.config);
    }
};

struct ImageRow {
    ImageId id;
    WallTime created;
    std::string image;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "id", self.id);
        v(2, "created", self.created);
        v(3, "image", self.image);
    }
};

struct DeploymentRow {
    StageId stage;
    VersionId version;
    WallTime created;
    DeploymentStatus status = DeploymentStatus::open;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "stage", self.stage);
        v(2, "version", self.version);
        v(3, "created", self.created);
        v(4, "status", self.status);
    }
};

// A name inside the tenant, or one of the tenant itself as its bucket told it.
struct AliasRow {
    AliasQualifier qualifier = AliasQualifier::project;
    std::uint64_t entity = 0;
    std::string text;
    WallTime created;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "qualifier", self.qualifier);
        v(2, "entity", self.entity);
        v(3, "text", self.text);
        v(4, "created", self.created);
    }
};

struct PermissionRow {
    PermissionId id;
    WallTime created;
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "id", self.id);
        v(2, "created", self.created);
    }
};

inline kernel::RowKey tenant_key() {
    return kernel::RowKey(row_types::tenant);
}
inline kernel::RowKey key_of(ProjectId project) {
    return kernel::RowKey(row_types::project).add(project);
}
inline kernel::RowKey key_of(StageId stage) {
    return kernel::RowKey(row_types::stage).add(stage);
}
inline kernel::RowKey key_of(VersionId version) {
    return kernel::RowKey(row_types::version).add(version);
}
inline kernel::RowKey image_key(VersionId version, lobby::ImageQualifier qualifier) {
    const auto number = static_cast<std::uint64_t>(qualifier);
    return kernel::RowKey(row_types::image).add(version).add(number);
}
inline kernel::RowKey key_of(DeploymentId deployment) {
    return kernel::RowKey(row_types::deployment).add(deployment);
}
inline kernel::RowKey key_of(AliasId alias) {
    return kernel::RowKey(row_types::alias).add(alias);
}

}  // namespace playback::catalog
