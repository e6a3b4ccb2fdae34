// The token service of the image registry: `docker login`, `push` and `pull` ask here, with a
// password (GET and POST) or with the refresh token that login was given (POST).
// omgservers.md 1.7 and 2.
#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/api/omgservers/api.h"
#include "engine/api/omgservers/credentials.h"
#include "engine/api/omgservers/handlers.h"
#include "engine/api/omgservers/members.h"
#include "engine/api/omgservers/registry_scope.h"
#include "engine/api/omgservers/resolve.h"
#include "engine/base/json_text.h"
#include "engine/domain/catalog/image_reference.h"
#include "engine/domain/catalog/names.h"
#include "engine/domain/catalog/project_inputs.h"
#include "engine/wire/base64.h"
#include "engine/wire/json_writer.h"
#include "engine/wire/url.h"

namespace playback::omgservers {
namespace {

using accounts::Role;

constexpr std::string_view basic_challenge = "Basic realm=\"playback\"";
constexpr std::string_view form_type = "application/x-www-form-urlencoded";

// Everything the two methods ask for.
struct Wanted {
    std::string user;
    std::string password;
    std::string refresh_token;  // instead of user and password
    std::vector<RegistryScope> scopes;
    bool offline = false;  // give a refresh token too
    bool by_post = false;  // answer in the words of OAuth 2
};

Problem refused(Problem problem) {
    problem.challenge = basic_challenge;
    return problem;
}

// As bodies of the other calls have it: not blank, at most 64 characters.
bool is_text(const std::string& text) {
    return is_utf8(text) && !is_blank(text) && !text.contains('\0') &&
           catalog::name_length(text) <= text_max;
}

// "Basic base64(user:password)".
bool read_basic(std::string_view authorization, Wanted& wanted) {
    constexpr std::string_view scheme = "Basic ";
    if (!wire::equals_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return false;
    const Result<std::string> pair = wire::base64_decode(authorization.substr(scheme.size()));
    if (!pair) return false;
    const std::size_t colon = pair->find(':');
    if (colon == std::string::npos) return false;
    wanted.user = pair->substr(0, colon);
    wanted.password = pair->substr(colon + 1);
    return is_text(wanted.user) && is_text(wanted.password);
}

bool is_permanent(const Error& error) {
    return error.code == Errc::not_found || error.code == Errc::denied ||
           error.code == Errc::invalid_argument;
}

// Which of the actions of `scope` a developer may do: all or nothing of pull and push.
io::Task<Result<bool>> may_push(Api& api, UserId developer, std::string repository) {
    const catalog::Repository parts = catalog::parse_repository(repository);
    if (parts.space.empty()) co_return false;
    const Result<TenantId> tenant = co_await resolve_tenant(api, std::string(parts.space));
    if (!tenant && is_permanent(tenant.error())) co_return false;
    if (!tenant) co_return tenant.error();
    catalog::AuthorizePush command;
    command.caller = developer;
    command.project = ref_of(std::string(parts.name));
    const Result<catalog::PushAuthorized> allowed =
        co_await api.kernel.submit(address_of(*tenant), std::move(command));
    if (!allowed && is_permanent(allowed.error())) co_return false;
    if (!allowed) co_return allowed.error();
    co_return true;
}

void keep_actions(wire::JwtAccess& access,
                  const RegistryScope& scope,
                  std::span<const std::string_view> allowed) {
    for (const std::string& action : scope.actions)
        if (std::ranges::find(allowed, action) != allowed.end()) access.actions.push_back(action);
}

// What of `scopes` this user may do; the rest is left out.
io::Task<Result<std::vector<wire::JwtAccess>>> grant(Api& api,
                                                     Account account,
                                                     std::vector<RegistryScope> scopes) {
    static constexpr std::array<std::string_view, 2> developer{"pull", "push"};
    static constexpr std::array<std::string_view, 1> reader{"pull"};
    std::vector<wire::JwtAccess> list;
    for (const RegistryScope& scope : scopes) {
        wire::JwtAccess access;
        access.type = "repository";
        access.name = scope.repository;
        if (account.role == Role::developer) {
            const Result<bool> allowed = co_await may_push(api, account.id, scope.repository);
            if (!allowed) co_return allowed.error();
            if (*allowed) keep_actions(access, scope, developer);
        } else if (account.role == Role::service || account.role == Role::support) {
            if (scope.has_namespace()) keep_actions(access, scope, reader);
        }
        if (!access.actions.empty()) list.push_back(std::move(access));
    }
    co_return list;
}

std::string text_of(const std::vector<wire::JwtAccess>& list) {
    std::string text;
    for (const wire::JwtAccess& access : list) {
        if (!text.empty()) text += ' ';
        text.append(access.type).append(":").append(access.name);
        char mark = ':';
        for (const std::string& action : access.actions) {
            text.append(1, mark).append(action);
            mark = ',';
        }
    }
    return text;
}

void write_answer(const Call& call,
                  bool by_post,
                  const services::RegistryToken& token,
                  const std::string& scope,
                  const std::string& refresh_token) {
    wire::JsonWriter out(call.answer.body);
    out.object();
    if (!by_post) out.key("token").string(token.text);
    out.key("access_token").string(token.text);
    if (by_post) out.key("scope").string(scope);
    out.key("expires_in").integer(whole_milliseconds(token.lifetime) / 1000);
    out.key("issued_at").time(token.issued_at).key("refresh_token");
    if (refresh_token.empty())
        out.null();
    else
        out.string(refresh_token);
    out.end_object();
    wire::append_header(call.answer.headers, "Cache-Control", "no-store");
}

io::Task<void> answer_with(Api& api, Call call, Account account, Wanted wanted) {
    Result<std::vector<wire::JwtAccess>> access =
        co_await grant(api, account, std::move(wanted.scopes));
    if (!access) co_return call.fail(access.error());
    const std::string scope = text_of(*access);
    const Result<services::RegistryToken> token =
        co_await api.registry_tokens.issue(account.id, *std::move(access));
    if (!token) co_return call.fail(token.error());
    std::string refresh_token = std::move(wanted.refresh_token);
    if (wanted.offline && refresh_token.empty()) {
        services::RefreshGrant grant;
        grant.user = account.id;
        grant.password_mark = services::password_mark(account.password_hash);
        Result<std::string> made = co_await api.registry_tokens.issue_refresh(std::move(grant));
        if (!made) co_return call.fail(made.error());
        refresh_token = *std::move(made);
    }
    write_answer(call, wanted.by_post, *token, scope, refresh_token);
}

io::Task<void> answer_password(Api& api, Call call, Wanted wanted) {
    std::string user = std::move(wanted.user);
    std::string password = std::move(wanted.password);
    const std::expected<Account, Problem> account =
        co_await check_credentials(api, Role::none, std::move(user), std::move(password));
    if (!account) co_return call.fail(refused(account.error()));
    Account known = *account;
    co_await answer_with(api, call, std::move(known), std::move(wanted));
}

// The user may have gone, or have another password, or may do other things than when the token was
// made.
io::Task<void> answer_refresh(Api& api, Call call, Wanted wanted) {
    const Result<services::RefreshGrant> grant =
        co_await api.registry_tokens.verify_refresh(wanted.refresh_token);
    if (!grant) co_return call.fail(refused(problem_of(grant.error())));
    const accounts::GetUser command;
    const Result<accounts::UserView> view =
        co_await api.kernel.submit(address_of(grant->user), command);
    if (!view && view.error().code == Errc::not_found) {
        Problem gone{401, qualifier::user_not_found, "the user was deleted"};
        co_return call.fail(refused(std::move(gone)));
    }
    if (!view) co_return call.fail(view.error());
    if (grant->password_mark != services::password_mark(view->password_hash)) {
        Problem changed{401, qualifier::wrong_credentials, "the password was changed: log in"};
        co_return call.fail(refused(std::move(changed)));
    }
    Account account;
    account.id = grant->user;
    account.role = view->role;
    co_await answer_with(api, call, std::move(account), std::move(wanted));
}

void read_common(const std::vector<wire::QueryParameter>& parameters, Wanted& wanted) {
    for (const wire::QueryParameter& parameter : parameters)
        if (parameter.name == "scope") add_scopes(wanted.scopes, parameter.value);
}

std::string value_of(const std::vector<wire::QueryParameter>& parameters, std::string_view name) {
    return std::string(wire::find_parameter(parameters, name).value_or(""));
}

io::Task<void> handle_get(Api& api, const Call& call) {
    const auto query = wire::parse_query(call.request.query);
    if (!query) return call.refuse({400, qualifier::wrong_argument, query.error().detail});
    Wanted wanted;
    read_common(*query, wanted);
    wanted.offline = value_of(*query, "offline_token") == "true";
    if (!read_basic(call.request.authorization, wanted)) {
        Problem nobody{401,
                       qualifier::wrong_credentials,
                       "Authorization must be Basic with user id or alias and password"};
        return call.refuse(refused(std::move(nobody)));
    }
    if (!api.admit_anonymous(call)) return {};
    return answer_password(api, call, std::move(wanted));
}

io::Task<void> handle_post(Api& api, const Call& call) {
    const std::string_view type = call.request.content_type.substr(0, form_type.size());
    if (!wire::equals_ignoring_case(type, form_type))
        return call.refuse({400,
                            qualifier::wrong_media_type,
                            "Content-Type must be application/x-www-form-urlencoded"});
    const auto form = wire::parse_query(call.body());
    if (!form) return call.refuse({400, qualifier::wrong_argument, form.error().detail});
    Wanted wanted;
    wanted.by_post = true;
    read_common(*form, wanted);
    const std::string kind = value_of(*form, "grant_type");
    if (kind == "refresh_token") {
        wanted.refresh_token = value_of(*form, "refresh_token");
        if (!api.admit_anonymous(call)) return {};
        return answer_refresh(api, call, std::move(wanted));
    }
    // What containerd sends first; it gives no more than GET does.
    wanted.user = value_of(*form, "username");
    wanted.password = value_of(*form, "password");
    wanted.offline = value_of(*form, "access_type") == "offline";
    if (kind != "password" || !is_text(wanted.user) || !is_text(wanted.password)) {
        Problem unknown{401,
                        qualifier::wrong_credentials,
                        "grant_type must be refresh_token, or password with username and password"};
        return call.refuse(refused(std::move(unknown)));
    }
    if (!api.admit_anonymous(call)) return {};
    return answer_password(api, call, std::move(wanted));
}

}  // namespace

io::Task<void> create_registry_token(Api& api, const Call& call) {
    return call.request.method == "GET" ? handle_get(api, call) : handle_post(api, call);
}

}  // namespace playback::omgservers
