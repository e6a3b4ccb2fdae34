#include "engine/services/tokens.h"

#include <gtest/gtest.h>

#include "engine/wire/base64.h"
#include "tests/services/fake_world.h"

namespace playback::services {
namespace {

using accounts::Role;

class TokensTest : public testing::Test {
protected:
    std::string issue(UserId user, Role role) {
        return world.wait(tokens.issue_for_user(user, role))->value();
    }
    // The code of a refusal; nothing if the token is good.
    std::optional<Errc> refusal(Tokens& by, const std::string& token) {
        const auto session = world.wait(by.verify(token));
        if (session->has_value()) return std::nullopt;
        return session->error().code;
    }
    // A token of these claims, with what `code` makes of its signing input.
    template <class Code>
    std::string coded(const wire::JwtClaims& claims, Code code) {
        wire::JwtHeader header;
        header.algorithm = wire::JwtAlgorithm::hs256;
        header.key_id = "key-1";
        std::string input = wire::jwt_signing_input(header, claims);
        const std::string signature = code(input);
        return wire::jwt_compact(std::move(input), signature);
    }
    // A token of these claims, signed with our key.
    std::string forge(const wire::JwtClaims& claims, std::string key = "key-1") {
        wire::JwtHeader header;
        header.key_id = std::move(key);
        std::string input = wire::jwt_signing_input(header, claims);
        const std::string signature = world.wait(world.signer.sign(input))->value();
        return wire::jwt_compact(std::move(input), signature);
    }
    wire::JwtClaims good_claims() {
        wire::JwtClaims claims;
        claims.issuer = "omgservers";
        claims.audience = {"service"};
        claims.subject = "42";
        claims.groups = {"player"};
        claims.issued_at = world.clock.wall().ms / 1000;
        claims.expires_at = *claims.issued_at + 3600;
        return claims;
    }

    tests::FakeWorld world;
    Tokens tokens{world.io, TokenOptions{}};
    Tokens stranger{world.io, TokenOptions{}};  // the same key, but has seen no token yet
    Tokens coder{world.io, TokenOptions{.algorithm = wire::JwtAlgorithm::hs256}};
};

TEST_F(TokensTest, HaveTheClaimsOfTheProtocol) {
    const Result<wire::ParsedJwt> user = wire::parse_jwt(issue(UserId{42}, Role::developer));
    const wire::JwtClaims& claims = user->claims;
    EXPECT_EQ(claims.issuer, "omgservers");
    EXPECT_EQ(claims.audience, std::vector<std::string>{"service"});
    EXPECT_EQ(claims.subject, "42");
    EXPECT_EQ(claims.user_id, "42");
    EXPECT_EQ(claims.groups, std::vector<std::string>{"developer"});
    EXPECT_EQ(*claims.expires_at - *claims.issued_at, 3600);
    EXPECT_EQ(claims.token_id.size(), 32U);
    EXPECT_EQ(user->header.key_id, "key-1");

    const std::string text = world.wait(tokens.issue_for_runtime(RuntimeId{7}))->value();
    const wire::JwtClaims runtime = wire::parse_jwt(text)->claims;
    EXPECT_EQ(runtime.runtime_id, "7");
    EXPECT_EQ(runtime.groups, std::vector<std::string>{"runtime"});

    const std::string socket = world.wait(tokens.issue_for_connector(ClientId{9}))->value();
    const wire::JwtClaims connector = wire::parse_jwt(socket)->claims;
    EXPECT_EQ(connector.audience, std::vector<std::string>{"connector"});
    EXPECT_EQ(connector.client_id, "9");
    EXPECT_EQ(connector.user_role, "player");
    EXPECT_EQ(connector.groups, std::vector<std::string>{"websocket"});
    EXPECT_EQ(*connector.expires_at - *connector.issued_at, 60);

    const std::string relay = world.wait(tokens.issue_for_dispatcher(RuntimeId{7}))->value();
    const wire::JwtClaims dispatcher = wire::parse_jwt(relay)->claims;
    EXPECT_EQ(dispatcher.audience, std::vector<std::string>{"dispatcher"});
    EXPECT_EQ(dispatcher.user_role, "runtime");
}

TEST_F(TokensTest, AreNeverTheSame) {
    EXPECT_NE(issue(UserId{42}, Role::player), issue(UserId{42}, Role::player));
}

TEST_F(TokensTest, ASignatureIsVerifiedOnce) {
    const std::string token = issue(UserId{42}, Role::player);
    EXPECT_TRUE(tokens.find(token)) << "made here, so known";
    EXPECT_FALSE(stranger.find(token));
    EXPECT_EQ(world.wait(stranger.verify(token))->value().subject, 42U);
    EXPECT_EQ(world.signer.verified, 1);
    const std::optional<Session> session = stranger.find(token);
    ASSERT_TRUE(session);
    EXPECT_EQ(session->role, Role::player);
    EXPECT_EQ(world.signer.verified, 1);
}

TEST_F(TokensTest, ForgedForeignAndMalformedOnesAreRefused) {
    const std::string token = issue(UserId{42}, Role::player);
    const std::size_t claims_at = token.find('.') + 1;
    const std::size_t signature_at = token.rfind('.') + 1;

    std::string other_signature = token;
    other_signature[signature_at] = other_signature[signature_at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(refusal(stranger, other_signature), Errc::unauthenticated);

    const std::string none = wire::base64_encode(R"({"alg":"none"})", wire::Base64::url);
    EXPECT_EQ(refusal(stranger, none + token.substr(claims_at - 1)), Errc::unauthenticated);
    EXPECT_EQ(refusal(stranger, token.substr(0, signature_at)), Errc::unauthenticated);
    EXPECT_EQ(refusal(stranger, "x.y.z"), Errc::unauthenticated);
    EXPECT_EQ(refusal(stranger, ""), Errc::unauthenticated);
    EXPECT_EQ(refusal(stranger, std::string(100'000, 'a')), Errc::unauthenticated);

    tests::FakeSigner foreign_key("key-2");
    io::Io other = world.io;
    io::Io foreign_io{other.executor,
                      other.clock,
                      other.entropy,
                      other.network,
                      other.store,
                      other.cores,
                      other.containers,
                      other.offload,
                      other.passwords,
                      foreign_key,
                      other.log,
                      other.metrics,
                      other.faults,
                      other.process};
    Tokens foreign(foreign_io, TokenOptions{});
    EXPECT_EQ(refusal(foreign, token), Errc::unauthenticated);
}

// By either algorithm, whichever the node makes now: the option can be changed at any time.
TEST_F(TokensTest, BothAlgorithmsAreVerifiedWhicheverIsMade) {
    const std::string signed_one = issue(UserId{42}, Role::player);
    const std::string coded_one =
        world.wait(coder.issue_for_user(UserId{42}, Role::player))->value();
    const std::string runtime = world.wait(coder.issue_for_runtime(RuntimeId{7}))->value();
    using wire::JwtAlgorithm;
    EXPECT_EQ(wire::parse_jwt(signed_one)->header.algorithm, JwtAlgorithm::rs256);
    EXPECT_EQ(wire::parse_jwt(coded_one)->header.algorithm, JwtAlgorithm::hs256);
    EXPECT_EQ(wire::parse_jwt(coded_one)->header.key_id, "key-1");
    EXPECT_EQ(refusal(coder, signed_one), std::nullopt);
    EXPECT_EQ(refusal(stranger, signed_one), std::nullopt);
    world.signer.verified = 0;
    for (const std::string& token : {coded_one, runtime}) {
        EXPECT_TRUE(coder.find(token)) << "made here, so known";
        EXPECT_FALSE(stranger.find(token));
        EXPECT_EQ(refusal(stranger, token), std::nullopt);
        EXPECT_TRUE(stranger.find(token));
    }
    EXPECT_EQ(world.signer.verified, 0);

    for (const Result<std::string>& socket :
         {*world.wait(coder.issue_for_dispatcher(RuntimeId{7})),
          *world.wait(coder.issue_for_dispatcher(RuntimeId{7}, ClientId{9}))}) {
        EXPECT_EQ(wire::parse_jwt(*socket)->header.algorithm, JwtAlgorithm::hs256);
        EXPECT_TRUE(*world.wait(stranger.verify_for_dispatcher(*socket)));
        EXPECT_FALSE(*world.wait(stranger.verify_for_connector(*socket)));
        EXPECT_EQ(refusal(stranger, *socket), Errc::unauthenticated);
    }
    const std::string connector = world.wait(coder.issue_for_connector(ClientId{9}))->value();
    EXPECT_TRUE(*world.wait(stranger.verify_for_connector(connector)));
    EXPECT_FALSE(*world.wait(stranger.verify_for_dispatcher(connector)));
}

TEST_F(TokensTest, ACodeIsOfOurSecretAndNothingElse) {
    const wire::JwtClaims claims = good_claims();
    const auto ours = [&](const std::string& input) { return world.signer.code(input); };
    EXPECT_EQ(refusal(stranger, coded(claims, ours)), std::nullopt);
    // A signature is no code, and a code is no signature.
    const auto signature = [&](const std::string& input) {
        return world.wait(world.signer.sign(input))->value();
    };
    EXPECT_EQ(refusal(stranger, coded(claims, signature)), Errc::unauthenticated);
    wire::JwtHeader header;
    header.key_id = "key-1";
    const std::string input = wire::jwt_signing_input(header, claims);
    EXPECT_EQ(refusal(stranger, wire::jwt_compact(input, world.signer.code(input))),
              Errc::unauthenticated);
    // Nor is that of another key, or one that was made for other words, or a part of it.
    const auto foreign = [](const std::string& text) {
        return tests::FakeSigner("key-2").code(text);
    };
    EXPECT_EQ(refusal(stranger, coded(claims, foreign)), Errc::unauthenticated);
    const auto of_others = [&](const std::string&) { return world.signer.code("other"); };
    EXPECT_EQ(refusal(stranger, coded(claims, of_others)), Errc::unauthenticated);
    for (const std::size_t size : {std::size_t{1}, std::size_t{5}}) {
        const auto part = [&](const std::string& text) { return ours(text).substr(0, size); };
        EXPECT_EQ(refusal(stranger, coded(claims, part)), Errc::unauthenticated);
    }
    const auto more = [&](const std::string& text) { return ours(text) + ours(text); };
    EXPECT_EQ(refusal(stranger, coded(claims, more)), Errc::unauthenticated);
    // And the claims count as ever.
    wire::JwtClaims foreign_audience = claims;
    foreign_audience.audience = {"registry-refresh"};
    EXPECT_EQ(refusal(stranger, coded(foreign_audience, ours)), Errc::unauthenticated);
}

TEST_F(TokensTest, EveryClaimCounts) {
    EXPECT_EQ(refusal(stranger, forge(good_claims())), std::nullopt);
    EXPECT_EQ(refusal(stranger, forge(good_claims(), "")), std::nullopt) << "kid is optional";
    EXPECT_EQ(refusal(stranger, forge(good_claims(), "other")), Errc::unauthenticated);

    wire::JwtClaims claims = good_claims();
    claims.issuer = "somebody";
    EXPECT_EQ(refusal(stranger, forge(claims)), Errc::unauthenticated);
    claims = good_claims();
    claims.audience = {"connector"};
    EXPECT_EQ(refusal(stranger, forge(claims)), Errc::unauthenticated);
    claims = good_claims();
    claims.expires_at.reset();
    EXPECT_EQ(refusal(stranger, forge(claims)), Errc::unauthenticated);
    claims = good_claims();
    claims.groups = {"king"};
    EXPECT_EQ(refusal(stranger, forge(claims)), Errc::unauthenticated);
    claims = good_claims();
    claims.groups = {"player", "admin"};
    EXPECT_EQ(refusal(stranger, forge(claims)), Errc::unauthenticated);
    claims = good_claims();
    claims.subject = "-1";
    EXPECT_EQ(refusal(stranger, forge(claims)), Errc::unauthenticated);
}

TEST_F(TokensTest, ExpireWithALeeway) {
    wire::JwtClaims claims = good_claims();
    claims.expires_at = world.clock.wall().ms / 1000 - 59;
    const std::string nearly = forge(claims);
    EXPECT_EQ(refusal(stranger, nearly), std::nullopt);
    world.advance(seconds(2));
    EXPECT_FALSE(stranger.find(nearly));
    EXPECT_EQ(refusal(stranger, nearly), Errc::unauthenticated);
}

// DESIGN section 3, Time: a clock fault ends no session early, and keeps none alive for ever.
TEST_F(TokensTest, AClockFaultDoesNotEndASession) {
    const std::string token = issue(UserId{42}, Role::player);
    EXPECT_EQ(refusal(stranger, token), std::nullopt);
    world.clock.step_wall(seconds(100'000));
    EXPECT_TRUE(tokens.find(token));
    EXPECT_TRUE(stranger.find(token));
    world.clock.step_wall(seconds(-200'000));
    EXPECT_TRUE(stranger.find(token));

    // Seen for the first time while the clock is far behind: it still lives no longer than it was
    // made for.
    Tokens late(world.io, TokenOptions{});
    EXPECT_EQ(refusal(late, token), std::nullopt);
    world.advance(seconds(3599));
    EXPECT_TRUE(late.find(token));
    EXPECT_TRUE(tokens.find(token));
    world.advance(seconds(62));
    EXPECT_FALSE(late.find(token));
    EXPECT_FALSE(tokens.find(token));
}

TEST_F(TokensTest, RolesHaveNames) {
    for (const Role role : {Role::admin,
                            Role::support,
                            Role::service,
                            Role::developer,
                            Role::player,
                            Role::runtime,
                            Role::websocket,
                            Role::connector})
        EXPECT_EQ(role_named(name_of(role)), role);
    EXPECT_EQ(role_named(""), Role::none);
    EXPECT_EQ(role_named("ADMIN"), Role::none);
}

}  // namespace
}  // namespace playback::services
