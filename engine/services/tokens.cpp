#include "engine/services/tokens.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "engine/base/plant.h"
#include "engine/io/clock.h"
#include "engine/io/security.h"
#include "engine/services/passwords.h"

namespace playback::services {
namespace {

using accounts::Role;

struct RoleName {
    Role role;
    std::string_view name;
};
constexpr std::array role_names = {
    RoleName{Role::admin, "admin"},
    RoleName{Role::support, "support"},
    RoleName{Role::service, "service"},
    RoleName{Role::developer, "developer"},
    RoleName{Role::player, "player"},
    RoleName{Role::runtime, "runtime"},
    RoleName{Role::websocket, "websocket"},
    RoleName{Role::connector, "connector"},
};

constexpr std::int64_t ms_per_second = 1000;

Error not_ours() {
    return {Errc::unauthenticated, "the token is not one of ours"};
}

std::uint64_t read_id(std::string_view text) {
    std::uint64_t id = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), id);
    return code == std::errc() && end == text.data() + text.size() ? id : 0;
}

// A wall clock that was set back would make the rest of a token's life longer than all of it.
Duration time_left(const wire::JwtClaims& claims, WallTime now) {
    constexpr std::int64_t most = std::int64_t{100} * 365 * 24 * 3600;
    const std::int64_t now_s = now.ms / ms_per_second;
    const std::int64_t ends_s = std::clamp(*claims.expires_at, now_s - most, now_s + most);
    std::int64_t left = ends_s - now_s;
    if (claims.issued_at && *claims.issued_at > ends_s - most && *claims.issued_at < ends_s)
        left = std::min(left, ends_s - *claims.issued_at);
    return seconds(left);
}

void append_hex(std::string& text, std::uint64_t number) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[number >> shift & 0xf];
}

}  // namespace

std::string_view name_of(Role role) {
    for (const RoleName& one : role_names)
        if (one.role == role) return one.name;
    return "";
}

Role role_named(std::string_view name) {
    for (const RoleName& one : role_names)
        if (one.name == name) return one.role;
    return Role::none;
}

Tokens::Tokens(io::Io& io, TokenOptions options)
    : io_(io),
      options_(std::move(options)),
      chance_(io.entropy.generator()),
      sessions_(options_.sessions_max, chance_.next()) {
}

wire::JwtClaims Tokens::claims(const std::string& audience,
                               std::uint64_t subject,
                               Duration lifetime) {
    const std::int64_t now = io_.clock.wall().ms / ms_per_second;
    wire::JwtClaims result;
    result.issuer = options_.issuer;
    result.audience.push_back(audience);
    result.subject = std::to_string(subject);
    result.issued_at = now;
    result.expires_at = now + whole_milliseconds(lifetime) / ms_per_second;
    result.token_id.reserve(32);
    append_hex(result.token_id, chance_.next());
    append_hex(result.token_id, chance_.next());
    return result;
}

// For calls and sockets, which only a node verifies.
io::Task<Result<std::string>> Tokens::sign(const wire::JwtClaims& claims) {
    wire::JwtHeader header;
    header.algorithm = options_.algorithm;
    return sign(claims, std::move(header));
}

// No coroutine: what has to wait needs the text alone.
io::Task<Result<std::string>> Tokens::sign(const wire::JwtClaims& claims, wire::JwtHeader header) {
    header.key_id = io_.tokens.key_id();
    return sign_input(header.algorithm, wire::jwt_signing_input(header, claims));
}

io::Task<Result<std::string>> Tokens::sign_input(wire::JwtAlgorithm algorithm, std::string input) {
    if (algorithm == wire::JwtAlgorithm::hs256) {
        const std::string code = io_.tokens.code(input);
        co_return wire::jwt_compact(std::move(input), code);
    }
    Result<std::string> signature = co_await io_.tokens.sign(input);
    if (!signature) co_return std::move(signature).error();
    co_return wire::jwt_compact(std::move(input), *signature);
}

void Tokens::keep(std::string_view token, Role role, std::uint64_t subject, Duration left) {
    Session session;
    session.role = role;
    session.subject = subject;
    session.ends_at = io_.clock.now() + left;
    sessions_.keep(token, session);
}

io::Task<Result<std::string>> Tokens::issue_for_user(UserId user, Role role) {
    wire::JwtClaims wanted = claims(options_.service_audience, user.value, options_.user_lifetime);
    wanted.user_id = wanted.subject;
    wanted.groups.emplace_back(name_of(role));
    Result<std::string> token = co_await sign(wanted);
    if (token) keep(*token, role, user.value, options_.user_lifetime);
    co_return token;
}

io::Task<Result<std::string>> Tokens::issue_for_runtime(RuntimeId runtime) {
    wire::JwtClaims wanted =
        claims(options_.service_audience, runtime.value, options_.runtime_lifetime);
    wanted.runtime_id = wanted.subject;
    wanted.groups.emplace_back(name_of(Role::runtime));
    Result<std::string> token = co_await sign(wanted);
    if (token) keep(*token, Role::runtime, runtime.value, options_.runtime_lifetime);
    co_return token;
}

io::Task<Result<std::string>> Tokens::issue_for_connector(ClientId client) {
    wire::JwtClaims wanted =
        claims(options_.connector_audience, client.value, options_.socket_lifetime);
    wanted.client_id = wanted.subject;
    wanted.user_role = name_of(Role::player);
    wanted.groups.emplace_back(name_of(Role::websocket));
    Result<std::string> token = co_await sign(wanted);
    co_return token;
}

io::Task<Result<std::string>> Tokens::issue_for_dispatcher(RuntimeId runtime) {
    wire::JwtClaims wanted =
        claims(options_.dispatcher_audience, runtime.value, options_.socket_lifetime);
    wanted.runtime_id = wanted.subject;
    wanted.user_role = name_of(Role::runtime);
    wanted.groups.emplace_back(name_of(Role::websocket));
    Result<std::string> token = co_await sign(wanted);
    co_return token;
}

io::Task<Result<std::string>> Tokens::issue_for_dispatcher(RuntimeId runtime, ClientId client) {
    wire::JwtClaims wanted =
        claims(options_.dispatcher_audience, client.value, options_.socket_lifetime);
    wanted.client_id = wanted.subject;
    wanted.runtime_id = std::to_string(runtime.value);
    wanted.user_role = name_of(Role::player);
    wanted.groups.emplace_back(name_of(Role::websocket));
    Result<std::string> token = co_await sign(wanted);
    co_return token;
}

io::Task<Result<SocketPass>> Tokens::verify_for_connector(std::string token) {
    const Result<wire::JwtClaims> claims =
        co_await check(std::move(token), options_.connector_audience);
    if (!claims) co_return claims.error();
    SocketPass pass;
    pass.client = ClientId{read_id(claims->client_id)};
    if (!claims->in_group(name_of(Role::websocket)) || !pass.client ||
        claims->user_role != name_of(Role::player))
        co_return not_ours();
    co_return pass;
}

io::Task<Result<SocketPass>> Tokens::verify_for_dispatcher(std::string token) {
    const Result<wire::JwtClaims> claims =
        co_await check(std::move(token), options_.dispatcher_audience);
    if (!claims) co_return claims.error();
    SocketPass pass;
    pass.is_runtime = claims->user_role == name_of(Role::runtime);
    pass.runtime = RuntimeId{read_id(claims->runtime_id)};
    pass.client = ClientId{read_id(claims->client_id)};
    const bool is_player = claims->user_role == name_of(Role::player) && pass.client;
    if (!claims->in_group(name_of(Role::websocket)) || !pass.runtime ||
        (!pass.is_runtime && !is_player))
        co_return not_ours();
    co_return pass;
}

std::optional<Session> Tokens::find(std::string_view token) {
    return sessions_.find(token, io_.clock.now());
}

// The claims of a token of ours for this audience.
io::Task<Result<wire::JwtClaims>> Tokens::check(std::string token, std::string audience) {
    Result<wire::ParsedJwt> parsed = wire::parse_jwt(token);
    if (!parsed) co_return std::move(parsed).error();
    const std::string& key = parsed->header.key_id;
    if (!key.empty() && key != io_.tokens.key_id()) co_return not_ours();

    // Cheap before dear: a signature is only looked at if everything else fits.
    const WallTime now = io_.clock.wall();
    const wire::JwtExpectation expected{options_.issuer, audience, now, options_.leeway};
    Result<void> fits = wire::check_jwt(parsed->claims, expected);
    if (!fits) co_return std::move(fits).error();
    const std::optional<std::int64_t> issued_at = parsed->claims.issued_at;
    const bool is_of_future = issued_at && *issued_at > now.ms / ms_per_second;
    if (is_of_future && PLAYBACK_PLANT(token_of_future_refused)) co_return not_ours();

    // By the algorithm of its header with that algorithm's own key, which serves no other: neither
    // the public key nor a signature by RSA is of any use to make a code.
    if (parsed->header.algorithm == wire::JwtAlgorithm::hs256) {
        const std::string code = io_.tokens.code(parsed->signing_input);
        if (!same_secret(parsed->signature, code)) co_return not_ours();
        co_return std::move(parsed->claims);
    }
    const Result<bool> genuine =
        co_await io_.tokens.verify(parsed->signing_input, parsed->signature);
    if (!genuine) co_return genuine.error();
    if (!*genuine) co_return not_ours();
    co_return std::move(parsed->claims);
}

io::Task<Result<Session>> Tokens::verify(std::string token) {
    std::string text = token;
    const Result<wire::JwtClaims> genuine =
        co_await check(std::move(text), options_.service_audience);
    if (!genuine) co_return genuine.error();
    const wire::JwtClaims& claims = *genuine;
    const Role role = claims.groups.size() == 1 ? role_named(claims.groups.front()) : Role::none;
    const std::uint64_t subject = read_id(claims.subject);
    if (role == Role::none || subject == 0) co_return not_ours();

    const WallTime now = io_.clock.wall();
    const Duration left = time_left(claims, now) + options_.leeway;
    keep(token, role, subject, left);
    const std::optional<Session> session = find(token);
    if (!session) co_return Error{Errc::unauthenticated, "the token has expired"};
    co_return *session;
}

}  // namespace playback::services
