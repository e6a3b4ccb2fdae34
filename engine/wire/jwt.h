// JSON Web Tokens as bytes (RFC 7515, 7519): claims to signing input, compact tokens to claims.
//
// No signature is made or checked here, and no clock is read: io::TokenSigner signs and verifies,
// `check_jwt` decides with the time it is given. The algorithms are RS256 and HS256; a header that
// says another one ("none" is one), or anything "crit", is refused. Each has a key of its own, so
// that a token which says how it is to be checked chooses nothing but who must have signed it.
// Errors: unauthenticated. Spec: omgservers.md section 2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"

namespace playback::wire {

enum class JwtAlgorithm : std::uint8_t {
    rs256,  // RSA: others may verify it by the public key
    hs256,  // a code under a secret of the node
};

// The word of an algorithm in headers, and which one a word is.
std::string_view name_of(JwtAlgorithm algorithm);
std::optional<JwtAlgorithm> jwt_algorithm_named(std::string_view name);

struct JwtHeader {
    JwtAlgorithm algorithm = JwtAlgorithm::rs256;
    std::string key_id;                     // "kid"; empty: left out
    std::vector<std::string> certificates;  // "x5c": base64 DER, the issuer's first; usually none

    friend bool operator==(const JwtHeader&, const JwtHeader&) = default;
};

// What a registry lets the bearer do: {"type":"repository","name":"ns/img","actions":["pull"]}.
struct JwtAccess {
    std::string type;
    std::string name;
    std::vector<std::string> actions;

    friend bool operator==(const JwtAccess&, const JwtAccess&) = default;
};

// Empty members are left out. Ids are decimal text, as in every JSON we send.
struct JwtClaims {
    std::string issuer;
    std::vector<std::string> audience;
    std::string subject;
    std::optional<std::int64_t> issued_at;   // seconds since 1970
    std::optional<std::int64_t> expires_at;  // seconds since 1970
    std::string token_id;                    // "jti"
    std::vector<std::string> groups;
    std::string user_id;
    std::string runtime_id;
    std::string client_id;
    std::string user_role;
    std::string password_mark;                     // of the password that the token was given for
    std::optional<std::vector<JwtAccess>> access;  // for registries; written, never read

    [[nodiscard]] bool in_group(std::string_view group) const;
    friend bool operator==(const JwtClaims&, const JwtClaims&) = default;
};

inline constexpr std::size_t jwt_bytes_max = 8192;
inline constexpr std::size_t jwt_list_max = 16;  // audiences, groups, certificates

// "header.claims": what is signed.
std::string jwt_signing_input(const JwtHeader& header, const JwtClaims& claims);
// The whole token, with the raw signature of `signing_input`.
std::string jwt_compact(std::string signing_input, std::string_view signature);

struct ParsedJwt {
    JwtHeader header;
    JwtClaims claims;
    std::string signing_input;
    std::string signature;  // raw
};

// Takes a compact token apart. Whoever believes its claims verifies the signature first.
Result<ParsedJwt> parse_jwt(std::string_view compact);

struct JwtExpectation {
    std::string_view issuer;
    std::string_view audience;
    WallTime now;
    Duration leeway;  // how far the clocks of two nodes may differ
};

// Issuer, audience and expiry, of claims whose signature was verified. A token without an expiry is
// refused; "iat" is not looked at, so that a wall clock that steps back ends no session.
Result<void> check_jwt(const JwtClaims& claims, const JwtExpectation& expected);

}  // namespace playback::wire
