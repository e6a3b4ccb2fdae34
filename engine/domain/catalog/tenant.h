// Tenant: a customer's catalogue: projects, stages, versions, images, permissions, inner names and
// the list of its deployments (omgservers.md 3.1, 3.3).
//
// Invariants: every entity's parent exists; names are unique (projects in the tenant, stages in the
// project); one image per version and qualifier; at most one open deployment per stage. Deleting
// takes effect at once and for everything below; the rows of what is below are erased a bounded
// number at a time (`purge`), and until then load() knows them by their missing parent.
//
// One file per subject: tenant.cpp (itself, users), tenant_rows.cpp (load, insert, drop, purge),
// tenant_projects.cpp, tenant_stages.cpp, tenant_versions.cpp, tenant_permissions.cpp,
// tenant_deployments.cpp.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/domain/catalog/deployment_inputs.h"
#include "engine/domain/catalog/messages.h"
#include "engine/domain/catalog/permission_inputs.h"
#include "engine/domain/catalog/permission_table.h"
#include "engine/domain/catalog/project_inputs.h"
#include "engine/domain/catalog/root_alias_inputs.h"
#include "engine/domain/catalog/rows.h"
#include "engine/domain/catalog/tenant_inputs.h"
#include "engine/domain/catalog/version_inputs.h"
#include "engine/domain/ids.h"
#include "engine/domain/lobby/messages.h"
#include "engine/kernel/machine.h"

namespace playback::catalog {

class Tenant {
public:
    static constexpr kernel::Kind kind = kinds::tenant;
    using Inputs = kernel::Inputs<CreateTenant,
                                  DeleteTenant,
                                  GetTenantDetails,
                                  PrepareAlias,
                                  RootAliasBound,
                                  ForgetUser,
                                  CreateProject,
                                  CreateProjectAlias,
                                  DeleteProject,
                                  GetProjectDetails,
                                  AuthorizePush,
                                  CreateStage,
                                  CreateStageAlias,
                                  DeleteStage,
                                  GetStageDetails,
                                  CreateTenantPermissions,
                                  DeleteTenantPermissions,
                                  CreateProjectPermissions,
                                  DeleteProjectPermissions,
                                  CreateStagePermissions,
                                  DeleteStagePermissions,
                                  CreateVersion,
                                  GetVersionDetails,
                                  DeleteVersion,
                                  CreateImage,
                                  CreateDeployment,
                                  AuthorizeDeployment,
                                  DeleteDeploymentEntry,
                                  ResolveStage,
                                  lobby::DeploymentEnded,
                                  PurgeDeleted>;

    explicit Tenant(const kernel::Address& self);

    Result<void> load(kernel::RowKeyReader key, std::string_view value);
    [[nodiscard]] bool empty() const { return !tenant_ && doomed_.empty(); }

    // --- tenant.cpp ---
    Result<TenantCreated> apply(const CreateTenant&, kernel::Moment&, kernel::Effects&);
    Result<Done> apply(const DeleteTenant&, kernel::Moment&, kernel::Effects&);
    Result<TenantDetails> apply(const GetTenantDetails&, kernel::Moment&, kernel::Effects&) const;
    Result<Done> apply(const PrepareAlias&, kernel::Moment&, kernel::Effects&) const;
    void apply(const RootAliasBound&, kernel::Moment&, kernel::Effects&);
    void apply(const ForgetUser&, kernel::Moment&, kernel::Effects&);

    // --- tenant_projects.cpp ---
    Result<ProjectCreated> apply(const CreateProject&, kernel::Moment&, kernel::Effects&);
    Result<InnerAliasCreated> apply(const CreateProjectAlias&, kernel::Moment&, kernel::Effects&);
    Result<Done> apply(const DeleteProject&, kernel::Moment&, kernel::Effects&);
    Result<ProjectDetails> apply(const GetProjectDetails&, kernel::Moment&, kernel::Effects&) const;
    Result<PushAuthorized> apply(const AuthorizePush&, kernel::Moment&, kernel::Effects&) const;

    // --- tenant_stages.cpp ---
    Result<StageCreated> apply(const CreateStage&, kernel::Moment&, kernel::Effects&);
    Result<InnerAliasCreated> apply(const CreateStageAlias&, kernel::Moment&, kernel::Effects&);
    Result<Done> apply(const DeleteStage&, kernel::Moment&, kernel::Effects&);
    Result<StageDetails> apply(const GetStageDetails&, kernel::Moment&, kernel::Effects&) const;

    // --- tenant_permissions.cpp ---
    template <class Permission>
    using Changed = Result<PermissionsChanged<Permission>>;
    Changed<TenantPermission> apply(const CreateTenantPermissions&,
                                    kernel::Moment&,
                                    kernel::Effects&);
    Changed<TenantPermission> apply(const DeleteTenantPermissions&,
                                    kernel::Moment&,
                                    kernel::Effects&);
    Changed<ProjectPermission> apply(const CreateProjectPermissions&,
                                     kernel::Moment&,
                                     kernel::Effects&);
    Changed<ProjectPermission> apply(const DeleteProjectPermissions&,
                                     kernel::Moment&,
                                     kernel::Effects&);
    Changed<StagePermission> apply(const CreateStagePermissions&,
                                   kernel::Moment&,
                                   kernel::Effects&);
    Changed<StagePermission> apply(const DeleteStagePermissions&,
                                   kernel::Moment&,
                                   kernel::Effects&);

    // --- tenant_versions.cpp ---
    Result<VersionCreated> apply(const CreateVersion&, kernel::Moment&, kernel::Effects&);
    Result<VersionDetails> apply(const GetVersionDetails&, kernel::Moment&, kernel::Effects&) const;
    Result<Done> apply(const DeleteVersion&, kernel::Moment&, kernel::Effects&);
    Result<ImageCreated> apply(const CreateImage&, kernel::Moment&, kernel::Effects&);

    // --- tenant_deployments.cpp ---
    Result<DeploymentCreated> apply(const CreateDeployment&, kernel::Moment&, kernel::Effects&);
    Result<DeploymentAuthorized> apply(const AuthorizeDeployment&,
                                       kernel::Moment&,
                                       kernel::Effects&) const;
    Result<Done> apply(const DeleteDeploymentEntry&, kernel::Moment&, kernel::Effects&);
    Result<StageResolved> apply(const ResolveStage&, kernel::Moment&, kernel::Effects&) const;
    void apply(const lobby::DeploymentEnded&, kernel::Moment&, kernel::Effects&);

    // --- tenant_rows.cpp ---
    void apply(const PurgeDeleted&, kernel::Moment&, kernel::Effects&);

private:
    struct Project {
        Project(ProjectId id, ProjectRow from)
            : row(std::move(from)), permissions(row_types::project_permission, id.value) {}

        ProjectRow row;
        PermissionTable<ProjectPermission> permissions;
        std::set<StageId> stages;
        std::set<VersionId> versions;
        std::map<std::string, StageId, std::less<>> stage_names;
    };
    struct Stage {
        Stage(StageId id, StageRow from)
            : row(std::move(from)), permissions(row_types::stage_permission, id.value) {}

        StageRow row;
        PermissionTable<StagePermission> permissions;
        std::set<DeploymentId> deployments;
    };
    struct Version {
        VersionRow row;
        std::map<lobby::ImageQualifier, ImageRow> images;
    };

    // --- lookups; the errors are those of the commands ---
    [[nodiscard]] Result<void> check_exists() const;
    [[nodiscard]] Result<ProjectId> project_of(const Ref& ref) const;
    [[nodiscard]] Result<StageId> stage_of(ProjectId project, const Ref& ref) const;
    [[nodiscard]] Result<StageId> stage_of(const Ref& project, const Ref& stage) const;
    [[nodiscard]] std::vector<AliasView> aliases_of(std::uint64_t entity) const;
    [[nodiscard]] std::string label_of(std::uint64_t entity) const;
    [[nodiscard]] ProjectView view_of(ProjectId project) const;
    [[nodiscard]] StageView view_of(StageId stage) const;
    [[nodiscard]] VersionView view_of(VersionId version) const;
    [[nodiscard]] DeploymentView view_of(DeploymentId deployment) const;
    [[nodiscard]] std::size_t permissions_room() const;

    // --- resident structure; false, and nothing changed, if the parent is gone ---
    bool insert(ProjectId id, ProjectRow row);
    bool insert(StageId id, StageRow row);
    bool insert(VersionId id, VersionRow row);
    bool insert(VersionId version, lobby::ImageQualifier qualifier, ImageRow row);
    bool insert(DeploymentId id, const DeploymentRow& row);
    bool insert(AliasId id, AliasRow row);
    template <class Permission>
    bool insert(PermissionTable<Permission>* table,
                UserId user,
                Permission permission,
                PermissionRow row);
    bool insert_permission(kernel::RowType type, kernel::RowKeyReader key, PermissionRow row);

    // --- insert, and write the row ---
    StageId add_stage(ProjectId project, kernel::Moment& moment, kernel::Effects& effects);
    Result<InnerAliasCreated> add_alias(AliasQualifier qualifier,
                                        std::uint64_t entity,
                                        const std::string& text,
                                        kernel::Moment& moment,
                                        kernel::Effects& effects);
    template <class Permission>
    bool grant(PermissionTable<Permission>& table,
               UserId user,
               Permission permission,
               kernel::Moment& moment,
               kernel::Effects& effects);
    template <class Permission>
    bool revoke(PermissionTable<Permission>& table,
                UserId user,
                Permission permission,
                kernel::Effects& effects);
    template <class Permission>
    Changed<Permission> grant_all(PermissionTable<Permission>& table,
                                  UserId user,
                                  const std::vector<Permission>& permissions,
                                  kernel::Moment& moment,
                                  kernel::Effects& effects);
    template <class Permission>
    Changed<Permission> revoke_all(PermissionTable<Permission>& table,
                                   UserId user,
                                   const std::vector<Permission>& permissions,
                                   kernel::Effects& effects);
    void left(UserId user);  // one permission less

    // --- deleting: out of the resident structure, rows to `doomed_`; purge() then erases ---
    void drop(ProjectId id, kernel::Effects& effects);
    void drop(StageId id, kernel::Effects& effects);
    void drop(VersionId id, kernel::Effects& effects);
    void drop(DeploymentId id, kernel::Effects& effects);
    void drop_aliases_of(std::uint64_t entity, kernel::Effects& effects);
    template <class Permission>
    void drop_permissions(const PermissionTable<Permission>& table);
    void doom(const kernel::RowKey& key) { doomed_.insert(key.bytes()); }
    // Erases `top` now (so that what is below it is known to be deleted) and some of the doomed.
    void erase_with(const kernel::RowKey& top, kernel::Moment& moment, kernel::Effects& effects);
    void purge(kernel::Moment& moment, kernel::Effects& effects);

    TenantId id_;
    std::optional<TenantRow> tenant_;
    PermissionTable<TenantPermission> permissions_;
    std::map<ProjectId, Project> projects_;
    std::map<StageId, Stage> stages_;
    std::map<VersionId, Version> versions_;
    std::map<DeploymentId, DeploymentRow> deployments_;
    std::map<AliasId, AliasRow> aliases_;
    std::map<std::uint64_t, std::set<AliasId>> aliases_of_;  // by entity
    std::map<std::string, ProjectId, std::less<>> project_names_;
    std::map<UserId, std::size_t> members_;  // how many permissions each user has in all
    std::size_t permission_count_ = 0;
    std::size_t version_bytes_ = 0;
    std::set<std::string> doomed_;  // keys of rows that no longer count
};

}  // namespace playback::catalog
