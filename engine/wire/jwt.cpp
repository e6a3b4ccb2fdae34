#include "engine/wire/jwt.h"

#include <algorithm>

#include "engine/wire/base64.h"
#include "engine/wire/http1_head.h"
#include "engine/wire/json_reader.h"
#include "engine/wire/json_writer.h"

namespace playback::wire {
namespace {

// What most tokens fit into: a part as JSON, and the whole with a signature by RSA.
constexpr std::size_t usual_part_bytes = 384;
constexpr std::size_t usual_bytes = 896;

constexpr JsonLimits part_limits{.bytes_max = jwt_bytes_max, .depth_max = 8};

Error refused(std::string_view why) {
    return {Errc::unauthenticated, "token: " + std::string(why)};
}

void put(JsonWriter& out, std::string_view name, std::string_view text) {
    if (!text.empty()) out.key(name).string(text);
}

void put_list(JsonWriter& out, std::string_view name, const std::vector<std::string>& list) {
    if (list.empty()) return;
    out.key(name).array();
    for (const std::string& text : list) out.string(text);
    out.end_array();
}

void read_list(JsonReader& in, std::vector<std::string>& list) {
    in.array([&] {
        if (list.size() == jwt_list_max)
            in.refuse("too many elements");
        else
            list.emplace_back(in.string());
    });
}

void put_access(JsonWriter& out, const std::vector<JwtAccess>& list) {
    out.key("access").array();
    for (const JwtAccess& one : list) {
        out.object().key("type").string(one.type).key("name").string(one.name);
        out.key("actions").array();
        for (const std::string& action : one.actions) out.string(action);
        out.end_array().end_object();
    }
    out.end_array();
}

// One string, or a list of strings (RFC 7519 section 4.1.3).
void read_audience(JsonReader& in, std::vector<std::string>& list) {
    if (in.next_is_array())
        read_list(in, list);
    else
        list.emplace_back(in.string());
}

Result<JwtHeader> read_header(std::string_view text) {
    JwtHeader header;
    std::optional<JwtAlgorithm> algorithm;
    bool jwt = true;
    JsonReader in(text, part_limits);
    in.object([&](std::string_view name) {
        if (name == "alg")
            algorithm = jwt_algorithm_named(in.string());
        else if (name == "typ")
            jwt = equals_ignoring_case(in.string(), "JWT");
        else if (name == "kid")
            header.key_id = in.string();
        else if (name == "x5c")
            read_list(in, header.certificates);
        else if (name == "crit")
            in.refuse("nothing critical is understood");
    });
    if (const auto finished = in.finish(); !finished)
        return refused("header: " + finished.error().detail);
    if (!algorithm) return refused("the algorithm must be RS256 or HS256");
    if (!jwt) return refused("the type must be JWT");
    header.algorithm = *algorithm;
    return header;
}

Result<JwtClaims> read_claims(std::string_view text) {
    JwtClaims claims;
    JsonReader in(text, part_limits);
    in.object([&](std::string_view name) {
        if (name == "iss")
            claims.issuer = in.string();
        else if (name == "aud")
            read_audience(in, claims.audience);
        else if (name == "sub")
            claims.subject = in.string();
        else if (name == "iat")
            claims.issued_at = in.int64();
        else if (name == "exp")
            claims.expires_at = in.int64();
        else if (name == "jti")
            claims.token_id = in.string();
        else if (name == "groups")
            read_list(in, claims.groups);
        else if (name == "user_id")
            claims.user_id = in.string();
        else if (name == "runtime_id")
            claims.runtime_id = in.string();
        else if (name == "client_id")
            claims.client_id = in.string();
        else if (name == "user_role")
            claims.user_role = in.string();
        else if (name == "password_mark")
            claims.password_mark = in.string();
    });
    if (const auto finished = in.finish(); !finished)
        return refused("claims: " + finished.error().detail);
    return claims;
}

}  // namespace

std::string_view name_of(JwtAlgorithm algorithm) {
    return algorithm == JwtAlgorithm::hs256 ? "HS256" : "RS256";
}

std::optional<JwtAlgorithm> jwt_algorithm_named(std::string_view name) {
    for (const JwtAlgorithm one : {JwtAlgorithm::rs256, JwtAlgorithm::hs256})
        if (name == name_of(one)) return one;
    return std::nullopt;
}

bool JwtClaims::in_group(std::string_view group) const {
    return std::find(groups.begin(), groups.end(), group) != groups.end();
}

std::string jwt_signing_input(const JwtHeader& header, const JwtClaims& claims) {
    std::string text;
    text.reserve(usual_part_bytes);
    JsonWriter head(text);
    head.object().key("alg").string(name_of(header.algorithm)).key("typ").string("JWT");
    put(head, "kid", header.key_id);
    put_list(head, "x5c", header.certificates);
    head.end_object();
    std::string input;
    input.reserve(usual_bytes);
    append_base64(input, text, Base64::url);
    text.clear();
    JsonWriter out(text);
    out.object();
    put(out, "iss", claims.issuer);
    if (claims.audience.size() == 1)
        put(out, "aud", claims.audience.front());
    else
        put_list(out, "aud", claims.audience);
    put(out, "sub", claims.subject);
    if (claims.issued_at) out.key("iat").integer(*claims.issued_at);
    if (claims.expires_at) out.key("exp").integer(*claims.expires_at);
    put(out, "jti", claims.token_id);
    put_list(out, "groups", claims.groups);
    put(out, "user_id", claims.user_id);
    put(out, "runtime_id", claims.runtime_id);
    put(out, "client_id", claims.client_id);
    put(out, "user_role", claims.user_role);
    put(out, "password_mark", claims.password_mark);
    if (claims.access) put_access(out, *claims.access);
    out.end_object();
    input += '.';
    append_base64(input, text, Base64::url);
    return input;
}

std::string jwt_compact(std::string signing_input, std::string_view signature) {
    signing_input += '.';
    append_base64(signing_input, signature, Base64::url);
    return signing_input;
}

Result<ParsedJwt> parse_jwt(std::string_view compact) {
    if (compact.size() > jwt_bytes_max) return refused("too long");
    const std::size_t first = compact.find('.');
    const std::size_t second =
        first == std::string_view::npos ? first : compact.find('.', first + 1);
    if (second == std::string_view::npos || compact.find('.', second + 1) != std::string_view::npos)
        return refused("three parts are expected");
    const auto header_text = base64_decode(compact.substr(0, first), Base64::url);
    const auto claims_text =
        base64_decode(compact.substr(first + 1, second - first - 1), Base64::url);
    auto signature = base64_decode(compact.substr(second + 1), Base64::url);
    if (!header_text || !claims_text || !signature) return refused("a part is not base64url");
    if (signature->empty()) return refused("the signature is missing");
    TRY(header, read_header(*header_text));
    TRY(claims, read_claims(*claims_text));
    ParsedJwt token;
    token.header = std::move(header);
    token.claims = std::move(claims);
    token.signing_input = compact.substr(0, second);
    token.signature = *std::move(signature);
    return token;
}

Result<void> check_jwt(const JwtClaims& claims, const JwtExpectation& expected) {
    if (claims.issuer != expected.issuer) return refused("another issuer");
    const auto& audience = claims.audience;
    if (std::find(audience.begin(), audience.end(), expected.audience) == audience.end())
        return refused("meant for another audience");
    if (!claims.expires_at) return refused("without an expiry");
    const std::int64_t now = expected.now.ms / 1000;
    const std::int64_t leeway = expected.leeway.ns / 1'000'000'000;
    if (now - leeway >= *claims.expires_at) return refused("expired");
    return {};
}

}  // namespace playback::wire
