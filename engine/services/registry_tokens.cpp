#include "engine/services/registry_tokens.h"

#include <charconv>
#include <utility>

#include "engine/base/hash.h"
#include "engine/domain/accounts/inputs.h"
#include "engine/io/clock.h"
#include "engine/io/security.h"
#include "engine/wire/base64.h"

namespace playback::services {
namespace {

Error not_ours() {
    return {Errc::unauthenticated, "the refresh token is not one of ours"};
}

std::uint64_t read_id(std::string_view text) {
    std::uint64_t id = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), id);
    return code == std::errc() && end == text.data() + text.size() ? id : 0;
}

}  // namespace

std::string password_mark(std::string_view password_hash) {
    return std::to_string(hash_bytes(password_hash));
}

io::Task<Result<std::string>> RegistryTokens::sign(wire::JwtClaims claims) {
    wire::JwtHeader header;
    header.certificates.push_back(wire::base64_encode(io_.tokens.certificate()));
    Result<std::string> token = co_await tokens_.sign(claims, std::move(header));
    co_return token;
}

io::Task<Result<RegistryToken>> RegistryTokens::issue(UserId user,
                                                      std::vector<wire::JwtAccess> access) {
    const TokenOptions& options = tokens_.options();
    RegistryToken made;
    made.issued_at = io_.clock.wall();
    made.lifetime = options.registry_lifetime;
    wire::JwtClaims claims =
        tokens_.claims(options.registry_audience, user.value, options.registry_lifetime);
    claims.access = std::move(access);
    Result<std::string> token = co_await sign(std::move(claims));
    if (!token) co_return std::move(token).error();
    made.text = *std::move(token);
    co_return made;
}

io::Task<Result<std::string>> RegistryTokens::issue_refresh(RefreshGrant grant) {
    const TokenOptions& options = tokens_.options();
    wire::JwtClaims claims = tokens_.claims(
        options.registry_refresh_audience, grant.user.value, options.registry_refresh_lifetime);
    claims.password_mark = std::move(grant.password_mark);
    wire::JwtHeader header;  // RS256, as all that the registry sees
    Result<std::string> token = co_await tokens_.sign(claims, std::move(header));
    co_return token;
}

io::Task<Result<RefreshGrant>> RegistryTokens::verify_refresh(std::string token) {
    Result<wire::ParsedJwt> parsed = wire::parse_jwt(token);
    if (!parsed) co_return std::move(parsed).error();
    const TokenOptions& options = tokens_.options();
    const wire::JwtExpectation expected{
        options.issuer, options.registry_refresh_audience, io_.clock.wall(), options.leeway};
    Result<void> fits = wire::check_jwt(parsed->claims, expected);
    if (!fits) co_return std::move(fits).error();
    RefreshGrant grant;
    grant.user = UserId{read_id(parsed->claims.subject)};
    grant.password_mark = std::move(parsed->claims.password_mark);
    if (!grant.user || parsed->header.key_id != io_.tokens.key_id()) co_return not_ours();
    if (parsed->header.algorithm != wire::JwtAlgorithm::rs256) co_return not_ours();
    const Result<bool> genuine =
        co_await io_.tokens.verify(parsed->signing_input, parsed->signature);
    if (!genuine) co_return genuine.error();
    if (!*genuine) co_return not_ours();
    co_return grant;
}

io::Task<Result<std::string>> RegistryTokens::issue_for_pull(std::string image) {
    const TokenOptions& options = tokens_.options();
    wire::JwtAccess access;
    access.type = "repository";
    access.name = image.substr(0, image.rfind(':'));
    access.actions.emplace_back("pull");
    const UserId service = accounts::bootstrap_user(accounts::Role::service);
    wire::JwtClaims claims =
        tokens_.claims(options.registry_audience, service.value, options.pull_lifetime);
    claims.access.emplace();
    claims.access->push_back(std::move(access));
    Result<std::string> token = co_await sign(std::move(claims));
    co_return token;
}

}  // namespace playback::services
