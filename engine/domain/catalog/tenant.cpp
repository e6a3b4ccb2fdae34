#include "engine/domain/catalog/tenant.h"

#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/tenant_grants.h"

namespace playback::catalog {

Tenant::Tenant(const kernel::Address& self)
    : id_{self.a}, permissions_(row_types::tenant_permission, self.a) {
}

Result<void> Tenant::check_exists() const {
    if (!tenant_) return Error{Errc::not_found, "tenant"};
    return {};
}

Result<TenantCreated> Tenant::apply(const CreateTenant&,
                                    kernel::Moment& moment,
                                    kernel::Effects& effects) {
    // Rows of a deleted tenant would come to life again under a new one of its id.
    if (tenant_ || !doomed_.empty()) return Error{Errc::already_exists, "tenant"};

    tenant_ = TenantRow{moment.wall(), {}};
    effects.put(tenant_key(), *tenant_);
    return TenantCreated{tenant_->created};
}

Result<Done> Tenant::apply(const DeleteTenant&, kernel::Moment& moment, kernel::Effects& effects) {
    TRY_VOID(check_exists());

    while (!projects_.empty()) drop(projects_.begin()->first, effects);
    drop_aliases_of(id_.value, effects);
    drop_permissions(permissions_);
    permissions_ = PermissionTable<TenantPermission>(row_types::tenant_permission, id_.value);
    tenant_.reset();
    CHECK(stages_.empty() && versions_.empty() && deployments_.empty() && aliases_.empty());
    CHECK(members_.empty() && permission_count_ == 0 && version_bytes_ == 0);
    erase_with(tenant_key(), moment, effects);
    return Done{};
}

Result<TenantDetails> Tenant::apply(const GetTenantDetails& command,
                                    kernel::Moment&,
                                    kernel::Effects&) const {
    TRY_VOID(check_exists());
    if (!permissions_.allows(command.caller, TenantPermission::tenant_viewer))
        return Error{Errc::denied, "TENANT_VIEWER"};

    TenantDetails details;
    details.created = tenant_->created;
    details.aliases = aliases_of(id_.value);
    details.permissions = permissions_.views();
    for (const auto& [id, project] : projects_) details.projects.push_back(view_of(id));
    return details;
}

Result<Done> Tenant::apply(const PrepareAlias&, kernel::Moment&, kernel::Effects&) const {
    TRY_VOID(check_exists());
    const auto own = aliases_of_.find(id_.value);
    if (own != aliases_of_.end() && own->second.size() >= limits::root_aliases_per_owner_max)
        return Error{Errc::full, "the tenant has too many aliases"};
    return Done{};
}

void Tenant::apply(const RootAliasBound& message, kernel::Moment&, kernel::Effects& effects) {
    // Several names may have been prepared at once, so the room is checked again.
    const auto own = aliases_of_.find(id_.value);
    const bool has_room =
        own == aliases_of_.end() || own->second.size() < limits::root_aliases_per_owner_max;
    if (!tenant_ || !has_room) {
        effects.send(root_alias_address(message.text),
                     ForgetRootAlias{message.alias, message.text});
        return;
    }
    if (aliases_.contains(message.alias)) return;
    const AliasRow row{AliasQualifier::tenant, id_.value, message.text, message.created, {}};
    effects.put(key_of(message.alias), row);
    CHECK(insert(message.alias, row));
}

void Tenant::apply(const ForgetUser& message, kernel::Moment&, kernel::Effects& effects) {
    for (const TenantPermission permission : permissions_.of(message.user))
        revoke(permissions_, message.user, permission, effects);
    for (auto& [id, project] : projects_)
        for (const ProjectPermission permission : project.permissions.of(message.user))
            revoke(project.permissions, message.user, permission, effects);
    for (auto& [id, stage] : stages_)
        for (const StagePermission permission : stage.permissions.of(message.user))
            revoke(stage.permissions, message.user, permission, effects);
    CHECK(!members_.contains(message.user));
}

std::vector<AliasView> Tenant::aliases_of(std::uint64_t entity) const {
    std::vector<AliasView> views;
    const auto it = aliases_of_.find(entity);
    if (it == aliases_of_.end()) return views;
    for (const AliasId id : it->second) {
        const AliasRow& row = aliases_.at(id);
        views.push_back({id, row.created, row.qualifier, row.entity, row.text});
    }
    return views;
}

// How containers are labelled: by the oldest name, else by the id.
std::string Tenant::label_of(std::uint64_t entity) const {
    const auto it = aliases_of_.find(entity);
    if (it == aliases_of_.end()) return std::to_string(entity);
    return aliases_.at(*it->second.begin()).text;
}

}  // namespace playback::catalog
