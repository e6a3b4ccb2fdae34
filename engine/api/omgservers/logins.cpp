#include <optional>
#include <string>
#include <utility>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/credentials.h"
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

// This entrypoint gives tokens of `role` only (the reference gives any, omgservers.md 12.14).
io::Task<void> log_in(Api& api, Call call, Role role, std::string user, std::string password) {
    const std::expected<Account, Problem> account =
        co_await check_credentials(api, role, std::move(user), std::move(password));
    if (!account) co_return call.fail(account.error());
    const Result<std::string> token = co_await api.tokens.issue_for_user(account->id, role);
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

io::Task<void> create_connector_token(Api& api, const Call& call) {
    return create_token(api, call, Role::connector);
}

io::Task<void> create_runtime_token(Api& api, const Call& call) {
    std::uint64_t runtime = 0;
    std::string password;
    Members in;
    in.id("runtime_id", runtime).text("password", password);
    if (const std::optional<Problem> wrong = in.read(call.body())) return call.refuse(*wrong);
    if (!api.admit_failures(call)) return {};
    return log_in_runtime(api, call, RuntimeId{runtime}, std::move(password));
}

}  // namespace playback::omgservers
