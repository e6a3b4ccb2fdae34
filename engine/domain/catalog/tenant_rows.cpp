// How a tenant is read from its rows, and how what was deleted leaves them.
#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/tenant.h"
#include "engine/domain/catalog/tenant_grants.h"

namespace playback::catalog {
namespace {

// The key whose bytes these are.
kernel::RowKey key_from(const std::string& bytes) {
    CHECK(!bytes.empty());
    return kernel::RowKey(static_cast<kernel::RowType>(bytes.front()))
        .add_last(std::string_view(bytes).substr(1));
}

}  // namespace

Result<void> Tenant::load(kernel::RowKeyReader key, std::string_view value) {
    const kernel::RowKeyReader whole = key;
    const kernel::RowType type = key.type();
    bool inserted = false;
    switch (type) {
        case row_types::tenant: {
            TRY(row, decode<TenantRow>(value));
            tenant_ = std::move(row);
            return {};
        }
        case row_types::project: {
            TRY(row, decode<ProjectRow>(value));
            inserted = insert(ProjectId{key.number()}, std::move(row));
            break;
        }
        case row_types::stage: {
            TRY(row, decode<StageRow>(value));
            inserted = insert(StageId{key.number()}, std::move(row));
            break;
        }
        case row_types::version: {
            TRY(row, decode<VersionRow>(value));
            inserted = insert(VersionId{key.number()}, std::move(row));
            break;
        }
        case row_types::image: {
            TRY(row, decode<ImageRow>(value));
            const VersionId version{key.number()};
            inserted =
                insert(version, static_cast<lobby::ImageQualifier>(key.number()), std::move(row));
            break;
        }
        case row_types::deployment: {
            TRY(row, decode<DeploymentRow>(value));
            inserted = insert(DeploymentId{key.number()}, row);
            break;
        }
        case row_types::alias: {
            TRY(row, decode<AliasRow>(value));
            inserted = insert(AliasId{key.number()}, std::move(row));
            break;
        }
        case row_types::tenant_permission:
        case row_types::project_permission:
        case row_types::stage_permission: {
            TRY(row, decode<PermissionRow>(value));
            inserted = insert_permission(type, key, std::move(row));
            break;
        }
        default:
            return Error{Errc::corrupt, "row of unknown type"};
    }
    if (!inserted) doomed_.emplace(whole.text());
    return {};
}

bool Tenant::insert(ProjectId id, ProjectRow row) {
    if (!tenant_) return false;
    projects_.try_emplace(id, id, std::move(row));
    return true;
}

bool Tenant::insert(StageId id, StageRow row) {
    const auto project = projects_.find(row.project);
    if (project == projects_.end()) return false;
    project->second.stages.insert(id);
    stages_.try_emplace(id, id, std::move(row));
    return true;
}

bool Tenant::insert(VersionId id, VersionRow row) {
    const auto project = projects_.find(row.project);
    if (project == projects_.end()) return false;
    project->second.versions.insert(id);
    version_bytes_ += row.config.whole.size();
    versions_.emplace(id, Version{std::move(row), {}});
    return true;
}

bool Tenant::insert(VersionId version, lobby::ImageQualifier qualifier, ImageRow row) {
    const auto it = versions_.find(version);
    if (it == versions_.end()) return false;
    return it->second.images.emplace(qualifier, std::move(row)).second;
}

bool Tenant::insert(DeploymentId id, const DeploymentRow& row) {
    const auto stage = stages_.find(row.stage);
    if (stage == stages_.end() || !versions_.contains(row.version)) return false;
    stage->second.deployments.insert(id);
    deployments_.emplace(id, row);
    return true;
}

bool Tenant::insert(AliasId id, AliasRow row) {
    if (row.qualifier == AliasQualifier::tenant) {
        if (!tenant_) return false;
    } else if (row.qualifier == AliasQualifier::project) {
        if (!projects_.contains(ProjectId{row.entity})) return false;
        project_names_.emplace(row.text, ProjectId{row.entity});
    } else {
        const auto stage = stages_.find(StageId{row.entity});
        if (stage == stages_.end()) return false;
        projects_.at(stage->second.row.project).stage_names.emplace(row.text, stage->first);
    }
    aliases_of_[row.entity].insert(id);
    aliases_.emplace(id, std::move(row));
    return true;
}

bool Tenant::insert_permission(kernel::RowType type, kernel::RowKeyReader key, PermissionRow row) {
    const std::uint64_t scope = key.number();
    const UserId user{key.number()};
    const std::uint64_t permission = key.number();
    if (type == row_types::tenant_permission) {
        return insert(tenant_ ? &permissions_ : nullptr,
                      user,
                      static_cast<TenantPermission>(permission),
                      std::move(row));
    }
    if (type == row_types::project_permission) {
        const auto project = projects_.find(ProjectId{scope});
        return insert(project == projects_.end() ? nullptr : &project->second.permissions,
                      user,
                      static_cast<ProjectPermission>(permission),
                      std::move(row));
    }
    const auto stage = stages_.find(StageId{scope});
    return insert(stage == stages_.end() ? nullptr : &stage->second.permissions,
                  user,
                  static_cast<StagePermission>(permission),
                  std::move(row));
}

void Tenant::left(UserId user) {
    CHECK(permission_count_ > 0);
    --permission_count_;
    const auto member = members_.find(user);
    CHECK(member != members_.end());
    if (--member->second == 0) members_.erase(member);
}

void Tenant::drop(ProjectId id, kernel::Effects& effects) {
    const auto it = projects_.find(id);
    CHECK(it != projects_.end());
    while (!it->second.stages.empty()) drop(*it->second.stages.begin(), effects);
    while (!it->second.versions.empty()) drop(*it->second.versions.begin(), effects);
    drop_aliases_of(id.value, effects);
    drop_permissions(it->second.permissions);
    doom(key_of(id));
    projects_.erase(it);
}

void Tenant::drop(StageId id, kernel::Effects& effects) {
    const auto it = stages_.find(id);
    CHECK(it != stages_.end());
    while (!it->second.deployments.empty()) drop(*it->second.deployments.begin(), effects);
    drop_aliases_of(id.value, effects);
    drop_permissions(it->second.permissions);
    doom(key_of(id));
    projects_.at(it->second.row.project).stages.erase(id);
    stages_.erase(it);
}

void Tenant::drop(VersionId id, kernel::Effects& effects) {
    const auto it = versions_.find(id);
    CHECK(it != versions_.end());
    std::vector<DeploymentId> of_version;
    for (const auto& [deployment, row] : deployments_)
        if (row.version == id) of_version.push_back(deployment);
    for (const DeploymentId deployment : of_version) drop(deployment, effects);

    for (const auto& [qualifier, image] : it->second.images) doom(image_key(id, qualifier));
    doom(key_of(id));
    version_bytes_ -= it->second.row.config.whole.size();
    projects_.at(it->second.row.project).versions.erase(id);
    versions_.erase(it);
}

void Tenant::drop(DeploymentId id, kernel::Effects& effects) {
    const auto it = deployments_.find(id);
    CHECK(it != deployments_.end());
    effects.send(address_of(id), lobby::DeleteDeployment{});
    doom(key_of(id));
    stages_.at(it->second.stage).deployments.erase(id);
    deployments_.erase(it);
}

void Tenant::drop_aliases_of(std::uint64_t entity, kernel::Effects& effects) {
    const auto of_entity = aliases_of_.find(entity);
    if (of_entity == aliases_of_.end()) return;
    for (const AliasId id : of_entity->second) {
        const auto it = aliases_.find(id);
        CHECK(it != aliases_.end());
        const AliasRow& row = it->second;
        if (row.qualifier == AliasQualifier::tenant) {
            effects.send(root_alias_address(row.text), ForgetRootAlias{id, row.text});
        } else if (row.qualifier == AliasQualifier::project) {
            project_names_.erase(row.text);
        } else {
            const StageRow& stage = stages_.at(StageId{entity}).row;
            projects_.at(stage.project).stage_names.erase(row.text);
        }
        doom(key_of(id));
        aliases_.erase(it);
    }
    aliases_of_.erase(of_entity);
}

void Tenant::erase_with(const kernel::RowKey& top,
                        kernel::Moment& moment,
                        kernel::Effects& effects) {
    doomed_.erase(top.bytes());
    effects.erase(top);
    purge(moment, effects);
}

void Tenant::purge(kernel::Moment& moment, kernel::Effects& effects) {
    for (std::size_t erased = 0; !doomed_.empty() && erased < limits::purged_rows_per_command;
         ++erased) {
        effects.erase(key_from(*doomed_.begin()));
        doomed_.erase(doomed_.begin());
    }
    if (!doomed_.empty()) effects.timer("purge", moment.now(), PurgeDeleted{});
}

void Tenant::apply(const PurgeDeleted&, kernel::Moment& moment, kernel::Effects& effects) {
    purge(moment, effects);
}

}  // namespace playback::catalog
