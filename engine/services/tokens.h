// Tokens: issues and verifies the JWTs of omgservers.md section 2.
//
// Signed by io::TokenSigner: as TokenOptions say those that only a node verifies, by RS256 all
// others. Verified by the algorithm of their header, so that those that were made before the option
// was changed stay good. The wall clock is asked when a token is made and when one is seen for
// the first time, with a leeway; from then on the session lives by the monotonic clock
// (session_cache.h). Tokens made here are known from the start. Nothing here can revoke a token.
// Ownership: io outlives it; one core. Errors: unauthenticated (no, forged, foreign or expired
// token), unavailable (too many signatures wait).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/random.h"
#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/domain/ids.h"
#include "engine/io/io.h"
#include "engine/io/task.h"
#include "engine/services/session_cache.h"
#include "engine/wire/jwt.h"

namespace playback::services {

struct TokenOptions {
    wire::JwtAlgorithm algorithm = wire::JwtAlgorithm::rs256;  // of calls and sockets
    std::string issuer = "omgservers";
    std::string service_audience = "service";
    std::string connector_audience = "connector";
    std::string dispatcher_audience = "dispatcher";
    std::string registry_audience = "registry";  // the `service` of the registry's configuration
    std::string registry_refresh_audience = "registry-refresh";
    Duration user_lifetime = seconds(3600);
    Duration runtime_lifetime = seconds(3600);
    Duration socket_lifetime = seconds(60);
    Duration registry_lifetime = seconds(600);
    Duration registry_refresh_lifetime = minutes(30 * 24 * 60);
    Duration pull_lifetime = minutes(30);  // of what a container host is given for one pull
    Duration leeway = seconds(60);         // how far the wall clocks of two nodes may differ
    std::size_t sessions_max = 65'536;
};

// The word of a role in the `groups` claim.
std::string_view name_of(accounts::Role role);
accounts::Role role_named(std::string_view name);  // none: there is no such role

// Whom a socket's token lets in.
struct SocketPass {
    bool is_runtime = false;  // else a player
    ClientId client;          // of a player
    RuntimeId runtime;        // whose room it is; a connector's has none
};

class Tokens {
public:
    Tokens(io::Io& io, TokenOptions options);

    // --- for calls (audience `service`) ---
    io::Task<Result<std::string>> issue_for_user(UserId user, accounts::Role role);
    io::Task<Result<std::string>> issue_for_runtime(RuntimeId runtime);

    // --- for sockets ---
    io::Task<Result<std::string>> issue_for_connector(ClientId client);
    io::Task<Result<std::string>> issue_for_dispatcher(RuntimeId runtime);
    io::Task<Result<std::string>> issue_for_dispatcher(RuntimeId runtime, ClientId client);
    // Looked at once for each socket, so nothing is remembered.
    io::Task<Result<SocketPass>> verify_for_connector(std::string token);
    io::Task<Result<SocketPass>> verify_for_dispatcher(std::string token);

    // The session of a token that was seen before. Costs a hash.
    std::optional<Session> find(std::string_view token);

    // The session of any token of audience `service`.
    io::Task<Result<Session>> verify(std::string token);

    // --- for other kinds of tokens (registry_tokens.h) ---
    [[nodiscard]] const TokenOptions& options() const { return options_; }
    wire::JwtClaims claims(const std::string& audience, std::uint64_t subject, Duration lifetime);
    io::Task<Result<std::string>> sign(const wire::JwtClaims& claims, wire::JwtHeader header);

private:
    io::Task<Result<std::string>> sign(const wire::JwtClaims& claims);
    io::Task<Result<std::string>> sign_input(wire::JwtAlgorithm algorithm, std::string input);
    io::Task<Result<wire::JwtClaims>> check(std::string token, std::string audience);
    void keep(std::string_view token, accounts::Role role, std::uint64_t subject, Duration left);

    io::Io& io_;
    TokenOptions options_;
    Random chance_;
    SessionCache sessions_;
};

}  // namespace playback::services
