#include <optional>
#include <string>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/configs.h"
#include "engine/api/omgservers/details.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/members.h"
#include "engine/api/omgservers/resolve.h"
#include "engine/domain/catalog/version_inputs.h"
#include "engine/wire/json_writer.h"

namespace playback::omgservers {
namespace {

void write_created(const Call& call, TenantId, const catalog::VersionCreated& created) {
    call.reply_id("version_id", created.version.value);
}

void write_deleted(const Call& call, TenantId, const catalog::Done&) {
    call.reply_boolean("deleted", true);
}

void write_image_created(const Call& call, TenantId, const catalog::ImageCreated& created) {
    call.reply_boolean("created", created.created);
}

void write_details(const Call& call, TenantId tenant, const catalog::VersionDetails& details) {
    wire::JsonWriter out(call.answer.body);
    out.object().key("details").object().key("version");
    write_version(out, tenant, details.version);
    out.key("images").array();
    for (const catalog::ImageView& image : details.images) {
        out.object().key("id").id(image.id.value).key("tenant_id").id(tenant.value);
        out.key("version_id").id(details.version.id.value).key("created").time(image.created);
        out.key("qualifier").string(word_of(image.qualifier));
        out.key("image_id").string(image.image).end_object();
    }
    out.end_array().end_object().end_object();
}

}  // namespace

io::Task<void> create_version(Api& api, const Call& call) {
    std::string tenant;
    std::string project;
    JsonText text;
    Members in;
    in.text("tenant", tenant).text("project", project).object("config", text);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    Result<catalog::VersionConfig> config = read_version_config(text);
    if (!config) return call.refuse(wrong_request("config: " + config.error().detail));
    catalog::CreateVersion command;
    command.caller = call.caller();
    command.project = ref_of(std::move(project));
    command.config = *std::move(config);
    return ask_tenant(api, call, std::move(tenant), std::move(command), &write_created);
}

io::Task<void> get_version_details(Api& api, const Call& call) {
    std::string tenant;
    catalog::GetVersionDetails command;
    Members in;
    in.text("tenant", tenant).id("version_id", command.version.value);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    command.caller = call.caller();
    return ask_tenant(api, call, std::move(tenant), command, &write_details);
}

io::Task<void> delete_version(Api& api, const Call& call) {
    std::string tenant;
    catalog::DeleteVersion command;
    Members in;
    in.text("tenant", tenant).id("id", "version_id", command.version.value);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    command.caller = call.caller();
    return ask_tenant(api, call, std::move(tenant), command, &write_deleted);
}

io::Task<void> create_image(Api& api, const Call& call) {
    std::string tenant;
    std::string project;
    std::string version;
    std::string kind;
    catalog::CreateImage command;
    Members in;
    in.text("tenant", tenant).text("project", project).text("version", "version_id", version);
    in.text("qualifier", kind).text("image", command.image, image_max);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    const std::optional<lobby::ImageQualifier> qualifier = named<lobby::ImageQualifier>(kind);
    if (!qualifier) return call.refuse(wrong_request("qualifier: a known qualifier is expected"));
    const std::optional<std::uint64_t> id = id_in(version);
    if (!id)
        return call.refuse(
            {400, qualifier::wrong_version, "version: an id is expected, versions have no alias"});
    command.caller = call.caller();
    command.version = VersionId{*id};
    command.qualifier = *qualifier;
    command.tenant_text = tenant;
    command.project_text = project;
    command.project = ref_of(std::move(project));
    return ask_tenant(api, call, std::move(tenant), std::move(command), &write_image_created);
}

}  // namespace playback::omgservers
