#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/members.h"
#include "engine/api/omgservers/resolve.h"
#include "engine/api/omgservers/words.h"
#include "engine/domain/catalog/permission_inputs.h"
#include "engine/wire/json_writer.h"

namespace playback::omgservers {
namespace {

constexpr std::string_view to_create = "permissions_to_create";
constexpr std::string_view to_delete = "permissions_to_delete";
constexpr std::string_view created = "created_permissions";
constexpr std::string_view deleted = "deleted_permissions";

// The texts of a request; a command has those that its scope needs.
struct Texts {
    std::string tenant;
    std::string project;
    std::string stage;
    std::string user;
};

template <class Permission>
std::function<void(wire::JsonReader&)> reader_of(std::vector<Permission>& into) {
    return [&into](wire::JsonReader& in) {
        const std::optional<Permission> permission = named<Permission>(in.string());
        if (!permission)
            in.refuse("a known permission is expected");
        else if (std::ranges::find(into, *permission) == into.end())
            into.push_back(*permission);
    };
}

// The user must exist: a permission of nobody would never end.
template <class Command>
io::Task<void> change(Api& api, Call call, Texts texts, Command command, std::string_view member) {
    const Result<TenantId> tenant = co_await resolve_tenant(api, std::move(texts.tenant));
    if (!tenant) co_return call.fail(tenant.error());
    const Result<UserId> user = co_await resolve_user(api, std::move(texts.user));
    if (!user) co_return call.fail(user.error());
    const accounts::GetUser get;
    const Result<accounts::UserView> view = co_await api.kernel.submit(address_of(*user), get);
    if (!view) co_return call.fail(view.error());

    command.user = *user;
    Result<typename Command::Reply> reply =
        co_await api.kernel.submit(address_of(*tenant), std::move(command));
    if (!reply) co_return call.fail(reply.error());
    wire::JsonWriter out(call.answer.body);
    out.object().key(member).array();
    for (const auto permission : reply->permissions) out.string(word_of(permission));
    out.end_array().end_object();
}

template <class Command>
io::Task<void> change_in_tenant(Api& api,
                                const Call& call,
                                std::string_view wanted,
                                std::string_view member) {
    Texts texts;
    Command command;
    Members in;
    in.text("tenant", texts.tenant).text("user", "user_id", texts.user);
    in.list(wanted, reader_of(command.permissions));
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return change(api, call, std::move(texts), std::move(command), member);
}

template <class Command>
io::Task<void> change_in_project(Api& api,
                                 const Call& call,
                                 std::string_view wanted,
                                 std::string_view member) {
    Texts texts;
    Command command;
    Members in;
    in.text("tenant", texts.tenant).text("project", texts.project);
    in.text("user", "user_id", texts.user).list(wanted, reader_of(command.permissions));
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    command.project = ref_of(std::move(texts.project));
    return change(api, call, std::move(texts), std::move(command), member);
}

template <class Command>
io::Task<void> change_in_stage(Api& api,
                               const Call& call,
                               std::string_view wanted,
                               std::string_view member) {
    Texts texts;
    Command command;
    Members in;
    in.text("tenant", texts.tenant).text("project", texts.project).text("stage", texts.stage);
    in.text("user", "user_id", texts.user).list(wanted, reader_of(command.permissions));
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    command.project = ref_of(std::move(texts.project));
    command.stage = ref_of(std::move(texts.stage));
    return change(api, call, std::move(texts), std::move(command), member);
}

}  // namespace

io::Task<void> create_tenant_permissions(Api& api, const Call& call) {
    return change_in_tenant<catalog::CreateTenantPermissions>(api, call, to_create, created);
}
io::Task<void> delete_tenant_permissions(Api& api, const Call& call) {
    return change_in_tenant<catalog::DeleteTenantPermissions>(api, call, to_delete, deleted);
}
io::Task<void> create_project_permissions(Api& api, const Call& call) {
    return change_in_project<catalog::CreateProjectPermissions>(api, call, to_create, created);
}
io::Task<void> delete_project_permissions(Api& api, const Call& call) {
    return change_in_project<catalog::DeleteProjectPermissions>(api, call, to_delete, deleted);
}
io::Task<void> create_stage_permissions(Api& api, const Call& call) {
    return change_in_stage<catalog::CreateStagePermissions>(api, call, to_create, created);
}
io::Task<void> delete_stage_permissions(Api& api, const Call& call) {
    return change_in_stage<catalog::DeleteStagePermissions>(api, call, to_delete, deleted);
}

}  // namespace playback::omgservers
