#include "engine/api/omgservers/credentials.h"

#include <utility>

#include "engine/api/omgservers/resolve.h"
#include "engine/io/security.h"

namespace playback::omgservers {
namespace {

using accounts::Role;

struct Found {
    UserId id;
    accounts::UserView view;
};

io::Task<Result<Found>> find_user(Api& api, std::string text) {
    UserId id{id_in(text).value_or(0)};
    if (!id) {  // most say their id: then there is nothing to look up
        const Result<UserId> resolved = co_await resolve_user(api, std::move(text));
        if (!resolved) co_return resolved.error();
        id = *resolved;
    }
    const accounts::GetUser command;
    Result<accounts::UserView> view = co_await api.kernel.submit(address_of(id), command);
    if (!view) co_return std::move(view).error();
    Found found;
    found.id = id;
    found.view = *std::move(view);
    co_return found;
}

}  // namespace

Problem wrong_credentials() {
    return {401, qualifier::wrong_credentials, "wrong user or password"};
}

io::Task<Result<bool>> check_password(Api& api, std::string password, std::string hash) {
    Result<bool> right = co_await api.io.passwords.verify(std::move(password), std::move(hash));
    if (!right && right.error().code == Errc::invalid_argument) co_return false;
    co_return right;
}

io::Task<std::expected<Account, Problem>> check_credentials(Api& api,
                                                            Role role,
                                                            std::string user,
                                                            std::string password) {
    using Outcome = std::expected<Account, Problem>;
    const bool by_id = id_in(user).has_value();
    Result<Found> found = co_await find_user(api, std::move(user));
    if (!found && found.error().code != Errc::not_found)
        co_return Outcome(std::unexpect, problem_of(found.error()));
    const bool known = found && (role == Role::none || found->view.role == role);
    std::string hash = known ? found->view.password_hash : api.options.decoy_password_hash;
    const Result<bool> right = co_await check_password(api, std::move(password), std::move(hash));
    if (!right) co_return Outcome(std::unexpect, problem_of(right.error()));
    if (!found && by_id) {
        Problem nobody{401, qualifier::user_not_found, "no such user"};
        co_return Outcome(std::unexpect, std::move(nobody));
    }
    if (!known || !*right) co_return Outcome(std::unexpect, wrong_credentials());
    Account account;
    account.id = found->id;
    account.role = found->view.role;
    account.password_hash = std::move(found->view.password_hash);
    co_return Outcome(std::move(account));
}

}  // namespace playback::omgservers
