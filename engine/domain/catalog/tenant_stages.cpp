// Stages of a tenant's projects.
#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/names.h"
#include "engine/domain/catalog/tenant.h"
#include "engine/domain/catalog/tenant_grants.h"

namespace playback::catalog {

Result<StageId> Tenant::stage_of(ProjectId project, const Ref& ref) const {
    const Project& owner = projects_.at(project);
    if (ref.id != 0) {
        if (owner.stages.contains(StageId{ref.id})) return StageId{ref.id};
    } else if (const auto it = owner.stage_names.find(ref.text); it != owner.stage_names.end()) {
        return it->second;
    }
    return Error{Errc::not_found, "stage"};
}

Result<StageId> Tenant::stage_of(const Ref& project, const Ref& stage) const {
    TRY(owner, project_of(project));
    return stage_of(owner, stage);
}

StageId Tenant::add_stage(ProjectId project, kernel::Moment& moment, kernel::Effects& effects) {
    const auto id = moment.next<StageId>();
    const StageRow row{project, moment.wall(), {}};
    effects.put(key_of(id), row);
    CHECK(insert(id, row));
    return id;
}

Result<StageCreated> Tenant::apply(const CreateStage& command,
                                   kernel::Moment& moment,
                                   kernel::Effects& effects) {
    TRY(project, project_of(command.project));
    if (!projects_.at(project).permissions.allows(command.caller, ProjectPermission::stage_manager))
        return Error{Errc::denied, "STAGE_MANAGER"};
    if (stages_.size() >= limits::stages_max)
        return Error{Errc::full, "the tenant has too many stages"};
    constexpr std::size_t granted = 2;
    if (command.caller && permissions_room() < granted)
        return Error{Errc::full, "the tenant has too many permissions"};

    const StageId id = add_stage(project, moment, effects);
    if (command.caller) {
        auto& table = stages_.at(id).permissions;
        grant(table, command.caller, StagePermission::deployment_manager, moment, effects);
        grant(table, command.caller, StagePermission::stage_viewer, moment, effects);
    }
    return StageCreated{id};
}

Result<InnerAliasCreated> Tenant::apply(const CreateStageAlias& command,
                                        kernel::Moment& moment,
                                        kernel::Effects& effects) {
    TRY_VOID(check_exists());
    const auto stage = stages_.find(command.stage);
    if (stage == stages_.end()) return Error{Errc::not_found, "stage"};
    const Project& project = projects_.at(stage->second.row.project);
    if (!project.permissions.allows(command.caller, ProjectPermission::stage_manager))
        return Error{Errc::denied, "STAGE_MANAGER"};
    TRY_VOID(check_alias(command.text));
    if (project.stage_names.contains(command.text))
        return Error{Errc::already_exists, "alias is taken"};
    return add_alias(AliasQualifier::stage, command.stage.value, command.text, moment, effects);
}

Result<Done> Tenant::apply(const DeleteStage& command,
                           kernel::Moment& moment,
                           kernel::Effects& effects) {
    TRY(project, project_of(command.project));
    TRY(stage, stage_of(project, command.stage));
    if (!projects_.at(project).permissions.allows(command.caller, ProjectPermission::stage_manager))
        return Error{Errc::denied, "STAGE_MANAGER"};

    drop(stage, effects);
    erase_with(key_of(stage), moment, effects);
    return Done{};
}

Result<StageDetails> Tenant::apply(const GetStageDetails& command,
                                   kernel::Moment&,
                                   kernel::Effects&) const {
    TRY(project, project_of(command.project));
    TRY(id, stage_of(project, command.stage));
    const auto& of_project = projects_.at(project).permissions;
    if (!of_project.allows(command.caller, ProjectPermission::project_viewer))
        return Error{Errc::denied, "PROJECT_VIEWER"};

    const Stage& stage = stages_.at(id);
    StageDetails details;
    details.project = project;
    details.stage = view_of(id);
    details.permissions = stage.permissions.views();
    for (const DeploymentId deployment : stage.deployments)
        details.deployments.push_back(view_of(deployment));
    return details;
}

StageView Tenant::view_of(StageId stage) const {
    return {stage, stages_.at(stage).row.created, aliases_of(stage.value)};
}

}  // namespace playback::catalog
