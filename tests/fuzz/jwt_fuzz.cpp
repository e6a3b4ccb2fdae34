// Fuzz target: tokens. The input is a token, and also (header, newline, claims) to make one of.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/wire/base64.h"
#include "engine/wire/jwt.h"

namespace playback::wire {
namespace {

// What was read and written again means the same.
void check_token(std::string_view compact) {
    const auto token = parse_jwt(compact);
    if (!token) {
        CHECK(token.error().code == Errc::unauthenticated);
        return;
    }
    CHECK(compact.starts_with(token->signing_input));
    const std::string input = jwt_signing_input(token->header, token->claims);
    const std::string again = jwt_compact(input, token->signature);
    const auto second = parse_jwt(again);
    CHECK(second.has_value() || again.size() > jwt_bytes_max);
    if (second) CHECK(jwt_signing_input(second->header, second->claims) == input);
    (void)check_jwt(token->claims, {.issuer = "i", .audience = "a", .now = {1'000}});
}

}  // namespace
}  // namespace playback::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using playback::wire::Base64;
    using playback::wire::base64_encode;
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    playback::wire::check_token(input);
    const std::size_t newline = input.find('\n');
    if (newline == std::string_view::npos) return 0;
    playback::wire::check_token(base64_encode(input.substr(0, newline), Base64::url) + "." +
                                base64_encode(input.substr(newline + 1), Base64::url) + ".c2ln");
    return 0;
}
