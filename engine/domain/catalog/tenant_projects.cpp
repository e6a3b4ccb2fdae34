// Projects of a tenant, and the names inside it.
#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/names.h"
#include "engine/domain/catalog/tenant.h"
#include "engine/domain/catalog/tenant_grants.h"

namespace playback::catalog {

Result<ProjectId> Tenant::project_of(const Ref& ref) const {
    TRY_VOID(check_exists());
    if (ref.id != 0) {
        if (projects_.contains(ProjectId{ref.id})) return ProjectId{ref.id};
    } else if (const auto it = project_names_.find(ref.text); it != project_names_.end()) {
        return it->second;
    }
    return Error{Errc::not_found, "project"};
}

std::size_t Tenant::permissions_room() const {
    return limits::permissions_max - permission_count_;
}

Result<ProjectCreated> Tenant::apply(const CreateProject& command,
                                     kernel::Moment& moment,
                                     kernel::Effects& effects) {
    TRY_VOID(check_exists());
    if (!permissions_.allows(command.caller, TenantPermission::project_manager))
        return Error{Errc::denied, "PROJECT_MANAGER"};
    if (projects_.size() >= limits::projects_max)
        return Error{Errc::full, "the tenant has too many projects"};
    if (stages_.size() >= limits::stages_max)
        return Error{Errc::full, "the tenant has too many stages"};
    constexpr std::size_t granted = 4;
    if (command.caller && permissions_room() < granted)
        return Error{Errc::full, "the tenant has too many permissions"};

    const auto id = moment.next<ProjectId>();
    const ProjectRow row{moment.wall(), {}};
    effects.put(key_of(id), row);
    CHECK(insert(id, row));
    const StageId stage = add_stage(id, moment, effects);
    if (command.caller) {
        auto& of_project = projects_.at(id).permissions;
        auto& of_stage = stages_.at(stage).permissions;
        for (const ProjectPermission permission : {ProjectPermission::stage_manager,
                                                   ProjectPermission::version_manager,
                                                   ProjectPermission::project_viewer})
            grant(of_project, command.caller, permission, moment, effects);
        grant(of_stage, command.caller, StagePermission::deployment_manager, moment, effects);
    }
    return ProjectCreated{id, stage};
}

Result<InnerAliasCreated> Tenant::apply(const CreateProjectAlias& command,
                                        kernel::Moment& moment,
                                        kernel::Effects& effects) {
    TRY_VOID(check_exists());
    if (!permissions_.allows(command.caller, TenantPermission::project_manager))
        return Error{Errc::denied, "PROJECT_MANAGER"};
    if (!projects_.contains(command.project)) return Error{Errc::not_found, "project"};
    TRY_VOID(check_alias(command.text));
    if (project_names_.contains(command.text)) return Error{Errc::already_exists, "alias is taken"};
    return add_alias(AliasQualifier::project, command.project.value, command.text, moment, effects);
}

Result<InnerAliasCreated> Tenant::add_alias(AliasQualifier qualifier,
                                            std::uint64_t entity,
                                            const std::string& text,
                                            kernel::Moment& moment,
                                            kernel::Effects& effects) {
    if (aliases_.size() >= limits::inner_aliases_max)
        return Error{Errc::full, "the tenant has too many aliases"};
    const auto id = moment.next<AliasId>();
    const AliasRow row{qualifier, entity, text, moment.wall(), {}};
    effects.put(key_of(id), row);
    CHECK(insert(id, row));
    return InnerAliasCreated{id};
}

Result<Done> Tenant::apply(const DeleteProject& command,
                           kernel::Moment& moment,
                           kernel::Effects& effects) {
    TRY_VOID(check_exists());
    if (!permissions_.allows(command.caller, TenantPermission::project_manager))
        return Error{Errc::denied, "PROJECT_MANAGER"};
    TRY(project, project_of(command.project));

    drop(project, effects);
    erase_with(key_of(project), moment, effects);
    return Done{};
}

Result<ProjectDetails> Tenant::apply(const GetProjectDetails& command,
                                     kernel::Moment&,
                                     kernel::Effects&) const {
    TRY(id, project_of(command.project));
    const Project& project = projects_.at(id);
    if (!project.permissions.allows(command.caller, ProjectPermission::project_viewer))
        return Error{Errc::denied, "PROJECT_VIEWER"};

    ProjectDetails details;
    details.project = view_of(id);
    details.permissions = project.permissions.views();
    for (const StageId stage : project.stages) details.stages.push_back(view_of(stage));
    for (const VersionId version : project.versions) details.versions.push_back(view_of(version));
    return details;
}

Result<PushAuthorized> Tenant::apply(const AuthorizePush& command,
                                     kernel::Moment&,
                                     kernel::Effects&) const {
    TRY(id, project_of(command.project));
    const auto& permissions = projects_.at(id).permissions;
    if (!permissions.allows(command.caller, ProjectPermission::version_manager))
        return Error{Errc::denied, "VERSION_MANAGER"};
    return PushAuthorized{id};
}

ProjectView Tenant::view_of(ProjectId project) const {
    return {project, projects_.at(project).row.created, aliases_of(project.value)};
}

}  // namespace playback::catalog
