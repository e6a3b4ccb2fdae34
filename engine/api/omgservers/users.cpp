#include <optional>
#include <string>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/members.h"
#include "engine/api/omgservers/resolve.h"
#include "engine/domain/catalog/root_alias_inputs.h"
#include "engine/io/security.h"
#include "engine/services/passwords.h"
#include "engine/wire/json_writer.h"

namespace playback::omgservers {
namespace {

using accounts::Role;

// A new user with a password that is shown this once.
io::Task<void> make_user(Api& api, Call call, Role role) {
    const std::string password = services::make_password(api.io.entropy);
    Result<std::string> hash = co_await api.io.passwords.hash(password);
    if (!hash) co_return call.fail(hash.error());
    accounts::CreateUser command;
    command.role = role;
    command.password_hash = *std::move(hash);
    const UserId id{api.kernel.fresh_id()};
    const Result<accounts::UserCreated> created =
        co_await api.kernel.submit(address_of(id), std::move(command));
    if (!created) co_return call.fail(created.error());
    wire::JsonWriter(call.answer.body)
        .object()
        .key("user_id")
        .id(id.value)
        .key("password")
        .string(password)
        .end_object();
}

io::Task<void> name_developer(Api& api, Call call, UserId user, std::string alias) {
    const accounts::GetUser get;
    const Result<accounts::UserView> view = co_await api.kernel.submit(address_of(user), get);
    if (!view) co_return call.fail(view.error());
    if (view->role != Role::developer) co_return call.fail(Error{Errc::not_found, "developer"});
    const Result<void> named = co_await create_root_alias(
        api.kernel, address_of(user), catalog::AliasQualifier::user, std::move(alias));
    if (!named) co_return call.fail(named.error());
    call.reply_boolean("created", true);
}

io::Task<void> remove_developer(Api& api, Call call, std::string text) {
    const Result<UserId> user = co_await resolve_user(api, std::move(text));
    if (!user) co_return call.fail(user.error());
    accounts::DeleteUser command;
    command.required_role = Role::developer;
    const Result<accounts::UserDeleted> deleted =
        co_await api.kernel.submit(address_of(*user), command);
    if (!deleted) co_return call.fail(deleted.error());
    call.reply_boolean("deleted", true);
}

}  // namespace

io::Task<void> create_user(Api& api, const Call& call) {
    Members in;
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    if (!api.admit_anonymous(call)) return {};
    return make_user(api, call, Role::player);
}

io::Task<void> create_developer(Api& api, const Call& call) {
    Members in;
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return make_user(api, call, Role::developer);
}

io::Task<void> create_developer_alias(Api& api, const Call& call) {
    std::uint64_t user = 0;
    std::string alias;
    Members in;
    in.id("developer_user_id", user).text("alias", alias);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return name_developer(api, call, UserId{user}, std::move(alias));
}

io::Task<void> delete_developer(Api& api, const Call& call) {
    std::string user;
    Members in;
    in.text("user", "user_id", user);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    return remove_developer(api, call, std::move(user));
}

}  // namespace playback::omgservers
