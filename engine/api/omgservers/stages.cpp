#include <optional>
#include <string>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/details.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/members.h"
#include "engine/api/omgservers/resolve.h"
#include "engine/domain/catalog/project_inputs.h"
#include "engine/wire/json_writer.h"

namespace playback::omgservers {
namespace {

void write_created(const Call& call, TenantId, const catalog::StageCreated& created) {
    call.reply_id("stage_id", created.stage.value);
}

void write_named(const Call& call, TenantId, const catalog::InnerAliasCreated&) {
    call.reply_boolean("created", true);
}

void write_deleted(const Call& call, TenantId, const catalog::Done&) {
    call.reply_boolean("deleted", true);
}

void write_details(const Call& call, TenantId tenant, const catalog::StageDetails& details) {
    wire::JsonWriter out(call.answer.body);
    out.object().key("details").object().key("stage");
    write_stage(out, tenant, details.project, details.stage);
    write_permissions(out, tenant, {"stage_id", details.stage.id.value}, details.permissions);
    out.key("deployments").array();
    for (const catalog::DeploymentView& deployment : details.deployments)
        write_deployment(out, tenant, deployment);
    out.end_array().end_object().end_object();
}

}  // namespace

io::Task<void> create_stage(Api& api, const Call& call) {
    std::string tenant;
    std::string project;
    Members in;
    in.text("tenant", tenant).text("project", project);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    catalog::CreateStage command;
    command.caller = call.caller();
    command.project = ref_of(std::move(project));
    return ask_tenant(api, call, std::move(tenant), std::move(command), &write_created);
}

io::Task<void> create_stage_alias(Api& api, const Call& call) {
    std::string tenant;
    catalog::CreateStageAlias command;
    Members in;
    in.text("tenant", tenant).id("stage_id", command.stage.value).text("alias", command.text);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    command.caller = call.caller();
    return ask_tenant(api, call, std::move(tenant), std::move(command), &write_named);
}

io::Task<void> delete_stage(Api& api, const Call& call) {
    std::string tenant;
    std::string project;
    std::string stage;
    Members in;
    in.text("tenant", tenant).text("project", project).text("stage", stage);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    catalog::DeleteStage command;
    command.caller = call.caller();
    command.project = ref_of(std::move(project));
    command.stage = ref_of(std::move(stage));
    return ask_tenant(api, call, std::move(tenant), std::move(command), &write_deleted);
}

io::Task<void> get_stage_details(Api& api, const Call& call) {
    std::string tenant;
    std::string project;
    std::string stage;
    Members in;
    in.text("tenant", tenant).text("project", project).text("stage", stage);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    catalog::GetStageDetails command;
    command.caller = call.caller();
    command.project = ref_of(std::move(project));
    command.stage = ref_of(std::move(stage));
    return ask_tenant(api, call, std::move(tenant), std::move(command), &write_details);
}

}  // namespace playback::omgservers
