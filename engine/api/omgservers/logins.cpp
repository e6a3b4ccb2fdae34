#include <optional>
#include <string>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/members.h"
#include "engine/api/omgservers/resolve.h"
#include "engine/api/omgservers/sockets.h"
#include "engine/domain/mailbox/runtime_inputs.h"
#include "engine/io/clock.h"
#include "engine/io/security.h"
#include "engine/wire/json_writer.h"

namespace playback::omgservers {
namespace {

using accounts::Role;

Problem wrong_credentials() {
    return {401, qualifier::wrong_credentials, "wrong user or password"};
}

// Is this the password? What cannot be one (too long for bcrypt) is just wrong.
io::Task<Result<bool>> check_password(Api& api, std::string password, std::string hash) {
    Result<bool> right = co_await api.io.passwords.verify(std::move(password), std::move(hash));
    if (!right && right.error().code == Errc::invalid_argument) co_return false;
    co_return right;
}

struct Account {
    UserId id;
    accounts::UserView view;
};

io::Task<Result<Account>> find_account(Api& api, std::string text) {
    const Result<UserId> id = co_await resolve_user(api, std::move(text));
    if (!id) co_return id.error();
    const accounts::GetUser command;
    Result<accounts::UserView> view = co_await api.kernel.submit(address_of(*id), command);
    if (!view) co_return std::move(view).error();
    Account account;
    account.id = *id;
    account.view = *std::move(view);
    co_return account;
}

// A user who is not there costs as much as a wrong password, and so does one of another role: this
// entrypoint gives tokens of `role` only (the reference gives any, omgservers.md 12.14).
io::Task<void> log_in(Api& api, Call call, Role role, std::string user, std::string password) {
    const bool by_id = id_in(user).has_value();
    const Result<Account> found = co_await find_account(api, std::move(user));
    if (!found && found.error().code != Errc::not_found) co_return call.fail(found.error());
    const bool known = found && found->view.role == role;
    std::string hash = known ? found->view.password_hash : api.options.decoy_password_hash;
    const Result<bool> right = co_await check_password(api, std::move(password), std::move(hash));
    if (!right) co_return call.fail(right.error());
    // An id nobody has says so (0.2); a name that nobody has is not told from a wrong password.
    if (!found && by_id) co_return call.fail({401, qualifier::user_not_found, "no such user"});
    if (!known || !*right) co_return call.fail(wrong_credentials());
    const Result<std::string> token = co_await api.tokens.issue_for_user(found->id, role);
    if (!token) co_return call.fail(token.error());
    call.reply_string("raw_token", *token);
}

io::Task<void> create_token(Api& api, const Call& call, Role role) {
    std::string user;
    std::string password;
    Members in;
    in.text("user", "user_id", user).text("password", password);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    if (!api.admit_anonymous(call)) return {};
    return log_in(api, call, role, std::move(user), std::move(password));
}

void write_runtime_token(Api& api,
                         const Call& call,
                         const std::string& token,
                         const std::string& socket_token) {
    wire::JsonWriter out(call.answer.body);
    out.object().key("api_token").string(token);
    out.key("ws_token").string(socket_token);
    out.key("dispatcher_url")
        .string(socket_url_with_token(dispatcher_url(api.options.public_url), socket_token));
    write_socket_config(
        out, "dispatcher_config", dispatcher_url(api.options.public_url), socket_token);
    out.end_object();
}

// The order matters: the runtime is ready, and may be told of clients, only when nothing can go
// wrong any more but the way of the answer.
io::Task<void> log_in_runtime(Api& api, Call call, RuntimeId runtime, std::string password) {
    const kernel::Address to = address_of(runtime);
    const mailbox::GetCredentials get;
    Result<mailbox::RuntimeCredentials> known = co_await api.kernel.submit(to, get);
    if (!known) co_return call.fail(known.error());
    std::string hash =
        known->password_hash.empty() ? api.options.decoy_password_hash : known->password_hash;
    const Result<bool> right = co_await check_password(api, std::move(password), std::move(hash));
    if (!right) co_return call.fail(right.error());
    if (!*right || known->password_hash.empty()) {
        api.count_anonymous(call);
        co_return call.fail(wrong_credentials());
    }
    const Result<std::string> token = co_await api.tokens.issue_for_runtime(runtime);
    if (!token) co_return call.fail(token.error());
    const Result<std::string> socket_token = co_await api.tokens.issue_for_dispatcher(runtime);
    if (!socket_token) co_return call.fail(socket_token.error());
    mailbox::MarkReady ready{known->password_hash};
    const Result<mailbox::Done> marked = co_await api.kernel.submit(to, std::move(ready));
    if (!marked && marked.error().code == Errc::conflict) co_return call.fail(wrong_credentials());
    if (!marked) co_return call.fail(marked.error());
    write_runtime_token(api, call, *token, *socket_token);
}

}  // namespace

io::Task<void> create_admin_token(Api& api, const Call& call) {
    return create_token(api, call, Role::admin);
}
io::Task<void> create_support_token(Api& api, const Call& call) {
    return create_token(api, call, Role::support);
}
io::Task<void> create_developer_token(Api& api, const Call& call) {
    return create_token(api, call, Role::developer);
}
io::Task<void> create_player_token(Api& api, const Call& call) {
    return create_token(api, call, Role::player);
}

io::Task<void> create_runtime_token(Api& api, const Call& call) {
    std::uint64_t runtime = 0;
    std::string password;
    Members in;
    in.id("runtime_id", runtime).text("password", password);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    if (!api.admit_runtime(call)) return {};
    return log_in_runtime(api, call, RuntimeId{runtime}, std::move(password));
}

}  // namespace playback::omgservers
