#include "engine/services/registry_tokens.h"

#include <gtest/gtest.h>

#include "engine/domain/accounts/inputs.h"
#include "engine/wire/base64.h"
#include "tests/services/fake_world.h"

namespace playback::services {
namespace {

class RegistryTokensTest : public testing::Test {
protected:
    // The code of a refusal; nothing if the token is good.
    std::optional<Errc> refusal(const std::string& token) {
        const auto user = world.wait(registry.verify_refresh(token));
        if (user->has_value()) return std::nullopt;
        return user->error().code;
    }
    static std::string claims_of(const std::string& token) {
        const std::size_t begin = token.find('.') + 1;
        const std::size_t end = token.find('.', begin);
        return *wire::base64_decode(std::string_view(token).substr(begin, end - begin),
                                    wire::Base64::url);
    }

    tests::FakeWorld world;
    Tokens tokens{world.io, TokenOptions{}};
    RegistryTokens registry{world.io, tokens};
};

TEST_F(RegistryTokensTest, HaveTheClaimsThatARegistryReads) {
    const RegistryToken made =
        **world.wait(registry.issue(UserId{42}, {{"repository", "t/p", {"pull", "push"}}}));
    EXPECT_EQ(made.issued_at, world.clock.wall());
    EXPECT_EQ(made.lifetime, seconds(600));
    const auto parsed = wire::parse_jwt(made.text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->claims.audience, std::vector<std::string>{"registry"});
    EXPECT_EQ(parsed->claims.subject, "42");
    EXPECT_TRUE(parsed->claims.groups.empty());
    EXPECT_EQ(parsed->header.certificates,
              std::vector<std::string>{wire::base64_encode(world.signer.certificate())});
    EXPECT_TRUE(claims_of(made.text).contains(R"("access":[{"type":"repository","name":"t/p",)"
                                              R"("actions":["pull","push"]}])"));
    EXPECT_TRUE(**world.wait(world.signer.verify(parsed->signing_input, parsed->signature)));
    const auto session = world.wait(tokens.verify(made.text));
    EXPECT_EQ(session->error().code, Errc::unauthenticated) << "no call takes it";
}

TEST_F(RegistryTokensTest, RefreshTokensAreTheirUsers) {
    const std::string token = **world.wait(registry.issue_refresh({UserId{42}, "mark"}));
    EXPECT_EQ((*world.wait(registry.verify_refresh(token)))->user, UserId{42});
    EXPECT_EQ((*world.wait(registry.verify_refresh(token)))->password_mark, "mark");
    EXPECT_EQ((*world.wait(tokens.verify(token))).error().code, Errc::unauthenticated);
    world.advance(minutes(30 * 24 * 60 + 2));
    EXPECT_EQ(refusal(token), Errc::unauthenticated) << "expired";
}

TEST_F(RegistryTokensTest, NothingElseRefreshes) {
    const std::string access = (*world.wait(registry.issue(UserId{42}, {})))->text;
    EXPECT_EQ(refusal(access), Errc::unauthenticated);
    EXPECT_EQ(refusal(**world.wait(tokens.issue_for_user(UserId{42}, accounts::Role::admin))),
              Errc::unauthenticated);
    EXPECT_EQ(refusal(""), Errc::unauthenticated);
    EXPECT_EQ(refusal("a.b.c"), Errc::unauthenticated);
    std::string forged = **world.wait(registry.issue_refresh({UserId{42}, "mark"}));
    forged.back() = forged.back() == 'A' ? 'Q' : 'A';
    EXPECT_EQ(refusal(forged), Errc::unauthenticated);
    EXPECT_EQ(refusal(**world.wait(registry.issue_refresh({UserId{0}, "mark"}))),
              Errc::unauthenticated);
}

// Whatever tokens of calls are: registries verify by the certificate.
TEST_F(RegistryTokensTest, AreRs256InANodeThatCodesItsOwnTokens) {
    Tokens coder(world.io, TokenOptions{.algorithm = wire::JwtAlgorithm::hs256});
    RegistryTokens of_coder(world.io, coder);
    const std::string refresh = **world.wait(of_coder.issue_refresh({UserId{42}, "mark"}));
    for (const std::string& token : {(*world.wait(of_coder.issue(UserId{42}, {})))->text,
                                     **world.wait(of_coder.issue_for_pull("t/p:7")),
                                     refresh}) {
        const auto parsed = wire::parse_jwt(token);
        EXPECT_EQ(parsed->header.algorithm, wire::JwtAlgorithm::rs256);
        EXPECT_TRUE(**world.wait(world.signer.verify(parsed->signing_input, parsed->signature)));
    }
    EXPECT_EQ(refusal(refresh), std::nullopt);

    auto parsed = wire::parse_jwt(refresh);
    parsed->header.algorithm = wire::JwtAlgorithm::hs256;
    std::string input = wire::jwt_signing_input(parsed->header, parsed->claims);
    const std::string code = world.signer.code(input);
    EXPECT_EQ(refusal(wire::jwt_compact(std::move(input), code)), Errc::unauthenticated);
}

TEST_F(RegistryTokensTest, APasswordsMarkIsItsOwnAndTellsNothing) {
    const std::string mark = password_mark("$2b$10$salt.and.hash");
    EXPECT_EQ(password_mark("$2b$10$salt.and.hash"), mark);
    EXPECT_NE(password_mark("$2b$10$salt.and.hasi"), mark);
    EXPECT_EQ(mark.find_first_not_of("0123456789"), std::string::npos);
}

TEST_F(RegistryTokensTest, PullsAreForOneRepository) {
    const std::string token = **world.wait(registry.issue_for_pull("omgservers/t/p/universal:7"));
    const auto parsed = wire::parse_jwt(token);
    EXPECT_EQ(parsed->claims.subject,
              std::to_string(accounts::bootstrap_user(accounts::Role::service).value));
    EXPECT_TRUE(claims_of(token).contains(
        R"("access":[{"type":"repository","name":"omgservers/t/p/universal",)"
        R"("actions":["pull"]}])"));
}

}  // namespace
}  // namespace playback::services
