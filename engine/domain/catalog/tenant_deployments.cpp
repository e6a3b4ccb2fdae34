// The list of a tenant's deployments: the newest of a stage takes clients, older ones drain.
#include "engine/base/limits.h"
#include "engine/base/plant.h"
#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/tenant.h"

namespace playback::catalog {
namespace {

// Zero seats or lobbies would be a deployment that nobody can ever enter.
Result<void> check_config(const lobby::DeploymentConfig& config) {
    if (config.max_lobbies == 0)
        return Error{Errc::invalid_argument, "max_lobbies must be positive"};
    if (config.lobby_max_assignments == 0)
        return Error{Errc::invalid_argument, "lobby.max_assignments must be positive"};
    if (config.whole.size() > playback::limits::json_bytes_max)
        return Error{Errc::invalid_argument, "config is too long"};
    return {};
}

}  // namespace

Result<DeploymentCreated> Tenant::apply(const CreateDeployment& command,
                                        kernel::Moment& moment,
                                        kernel::Effects& effects) {
    TRY(project, project_of(command.project));
    TRY(stage, stage_of(project, command.stage));
    if (!stages_.at(stage).permissions.allows(command.caller, StagePermission::deployment_manager))
        return Error{Errc::denied, "DEPLOYMENT_MANAGER"};
    const auto version = versions_.find(command.version);
    if (version == versions_.end()) return Error{Errc::not_found, "version"};
    if (version->second.row.project != project)
        return Error{Errc::invalid_argument, refusal::wrong_argument};
    if (version->second.images.empty()) return Error{Errc::conflict, refusal::wrong_version_state};
    TRY_VOID(check_config(command.config));
    if (deployments_.size() >= limits::deployments_max)
        return Error{Errc::full, "the tenant has too many deployments"};

    for (const DeploymentId older : stages_.at(stage).deployments) {
        DeploymentRow& row = deployments_.at(older);
        if (row.status != DeploymentStatus::open) continue;
        if (PLAYBACK_PLANT(older_deployment_open)) continue;
        row.status = DeploymentStatus::closed;
        effects.put(key_of(older), row);
        effects.send(address_of(older), lobby::CloseDeployment{});
    }

    const auto id = moment.next<DeploymentId>();
    const DeploymentRow row{stage, command.version, moment.wall(), DeploymentStatus::open, {}};
    effects.put(key_of(id), row);
    CHECK(insert(id, row));

    lobby::OpenDeployment open;
    open.tenant = id_;
    open.project = project;
    open.stage = stage;
    open.version = command.version;
    open.version_config = version->second.row.config.whole;
    open.config = command.config;
    open.modes = version->second.row.config.modes;
    for (const auto& [qualifier, image] : version->second.images)
        open.images.push_back({qualifier, image.image});
    open.tenant_label = label_of(id_.value);
    open.project_label = label_of(project.value);
    open.stage_label = label_of(stage.value);
    effects.send(address_of(id), std::move(open));
    effects.reply_when_delivered();  // whoever knows the id finds it open
    return DeploymentCreated{id};
}

Result<DeploymentAuthorized> Tenant::apply(const AuthorizeDeployment& command,
                                           kernel::Moment&,
                                           kernel::Effects&) const {
    TRY_VOID(check_exists());
    const auto deployment = deployments_.find(command.deployment);
    if (deployment == deployments_.end()) return Error{Errc::not_found, "deployment"};
    const Stage& stage = stages_.at(deployment->second.stage);
    if (!stage.permissions.allows(command.caller, StagePermission::deployment_manager))
        return Error{Errc::denied, "DEPLOYMENT_MANAGER"};
    return DeploymentAuthorized{stage.row.project, view_of(command.deployment)};
}

Result<Done> Tenant::apply(const DeleteDeploymentEntry& command,
                           kernel::Moment& moment,
                           kernel::Effects& effects) {
    TRY_VOID(apply(AuthorizeDeployment{command.caller, command.deployment}, moment, effects));

    drop(command.deployment, effects);
    erase_with(key_of(command.deployment), moment, effects);
    return Done{};
}

Result<StageResolved> Tenant::apply(const ResolveStage& command,
                                    kernel::Moment&,
                                    kernel::Effects&) const {
    TRY(project, project_of(command.project));
    TRY(id, stage_of(project, command.stage));
    const auto& deployments = stages_.at(id).deployments;
    for (auto it = deployments.rbegin(); it != deployments.rend(); ++it) {
        const DeploymentRow& row = deployments_.at(*it);
        if (row.status != DeploymentStatus::open) continue;
        const WallTime version_created = versions_.at(row.version).row.created;
        return StageResolved{project, id, *it, row.version, version_created};
    }
    return Error{Errc::conflict, refusal::deployment_not_found};
}

void Tenant::apply(const lobby::DeploymentEnded& message,
                   kernel::Moment&,
                   kernel::Effects& effects) {
    const auto it = deployments_.find(message.deployment);
    if (it == deployments_.end()) return;  // deleted before: it answers our own message
    stages_.at(it->second.stage).deployments.erase(message.deployment);
    deployments_.erase(it);
    effects.erase(key_of(message.deployment));
}

DeploymentView Tenant::view_of(DeploymentId deployment) const {
    const DeploymentRow& row = deployments_.at(deployment);
    return {deployment, row.stage, row.version, row.created, row.status};
}

}  // namespace playback::catalog
