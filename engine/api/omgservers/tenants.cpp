#include <optional>
#include <string>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/details.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/members.h"
#include "engine/api/omgservers/resolve.h"
#include "engine/domain/catalog/tenant_inputs.h"
#include "engine/wire/json_writer.h"

namespace playback::omgservers {
namespace {

io::Task<void> make_tenant(Api& api, Call call) {
    const TenantId id{api.kernel.fresh_id()};
    const catalog::CreateTenant command;
    const Result<catalog::TenantCreated> created =
        co_await api.kernel.submit(address_of(id), command);
    if (!created) co_return call.fail(created.error());
    call.reply_id("id", id.value);
}

io::Task<void> name_tenant(Api& api, Call call, TenantId tenant, std::string alias) {
    const Result<void> named = co_await create_root_alias(
        api.kernel, address_of(tenant), catalog::AliasQualifier::tenant, std::move(alias));
    if (!named) co_return call.fail(named.error());
    call.reply_boolean("created", true);
}

void write_details(const Call& call, TenantId tenant, const catalog::TenantDetails& details) {
    wire::JsonWriter out(call.answer.body);
    out.object().key("details").object();
    out.key("tenant").object().key("id").id(tenant.value);
    out.key("created").time(details.created);
    write_aliases(out, details.aliases);
    out.end_object();
    write_permissions(out, tenant, {}, details.permissions);
    out.key("projects").array();
    for (const catalog::ProjectView& project : details.projects)
        write_project(out, tenant, project);
    out.end_array().end_object().end_object();
}

}  // namespace

io::Task<void> create_tenant(Api& api, const Call& call) {
    Members in;
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return make_tenant(api, call);
}

io::Task<void> create_tenant_alias(Api& api, const Call& call) {
    std::uint64_t tenant = 0;
    std::string alias;
    Members in;
    in.id("tenant_id", "tenant", tenant).text("alias", alias);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return name_tenant(api, call, TenantId{tenant}, std::move(alias));
}

io::Task<void> delete_tenant(Api& api, const Call& call) {
    std::string tenant;
    Members in;
    in.text("tenant", "id", tenant);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    const WriteTenantReply<catalog::DeleteTenant> write =
        [](const Call& done, TenantId, const catalog::Done&) {
            done.reply_boolean("deleted", true);
        };
    return ask_tenant(api, call, std::move(tenant), catalog::DeleteTenant{}, write);
}

io::Task<void> get_tenant_details(Api& api, const Call& call) {
    std::string tenant;
    Members in;
    in.text("tenant", tenant);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    catalog::GetTenantDetails command;
    command.caller = call.caller();
    return ask_tenant(api, call, std::move(tenant), command, &write_details);
}

}  // namespace playback::omgservers
