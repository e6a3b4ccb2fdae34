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

void write_created(const Call& call, TenantId, const catalog::ProjectCreated& created) {
    wire::JsonWriter(call.answer.body)
        .object()
        .key("project_id")
        .id(created.project.value)
        .key("stage_id")
        .id(created.stage.value)
        .end_object();
}

void write_named(const Call& call, TenantId, const catalog::InnerAliasCreated&) {
    call.reply_boolean("created", true);
}

void write_deleted(const Call& call, TenantId, const catalog::Done&) {
    call.reply_boolean("deleted", true);
}

void write_details(const Call& call, TenantId tenant, const catalog::ProjectDetails& details) {
    wire::JsonWriter out(call.answer.body);
    out.object().key("details").object().key("project");
    write_project(out, tenant, details.project);
    write_permissions(out, tenant, {"project_id", details.project.id.value}, details.permissions);
    out.key("stages").array();
    for (const catalog::StageView& stage : details.stages)
        write_stage(out, tenant, details.project.id, stage);
    out.end_array().key("versions").array();
    for (const catalog::VersionView& version : details.versions)
        write_version(out, tenant, version);
    out.end_array().end_object().end_object();
}

}  // namespace

io::Task<void> create_project(Api& api, const Call& call) {
    std::string tenant;
    Members in;
    in.text("tenant", tenant);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    catalog::CreateProject command;
    command.caller = call.caller();
    return ask_tenant(api, call, std::move(tenant), command, &write_created);
}

io::Task<void> create_project_alias(Api& api, const Call& call) {
    std::string tenant;
    catalog::CreateProjectAlias command;
    Members in;
    in.text("tenant", tenant).id("project_id", command.project.value).text("alias", command.text);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    command.caller = call.caller();
    return ask_tenant(api, call, std::move(tenant), std::move(command), &write_named);
}

io::Task<void> delete_project(Api& api, const Call& call) {
    std::string tenant;
    std::string project;
    Members in;
    in.text("tenant", tenant).text("project", project);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    catalog::DeleteProject command;
    command.caller = call.caller();
    command.project = ref_of(std::move(project));
    return ask_tenant(api, call, std::move(tenant), std::move(command), &write_deleted);
}

io::Task<void> get_project_details(Api& api, const Call& call) {
    std::string tenant;
    std::string project;
    Members in;
    in.text("tenant", tenant).text("project", project);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    catalog::GetProjectDetails command;
    command.caller = call.caller();
    command.project = ref_of(std::move(project));
    return ask_tenant(api, call, std::move(tenant), std::move(command), &write_details);
}

}  // namespace playback::omgservers
