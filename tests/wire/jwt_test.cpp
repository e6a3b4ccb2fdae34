#include "engine/wire/jwt.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/wire/base64.h"

namespace playback::wire {
namespace {

std::string token_of(std::string_view header, std::string_view claims) {
    return base64_encode(header, Base64::url) + "." + base64_encode(claims, Base64::url) + ".c2ln";
}

std::string why_refused(const Result<ParsedJwt>& token) {
    if (token) return "accepted";
    EXPECT_EQ(token.error().code, Errc::unauthenticated);
    return token.error().detail;
}

TEST(Jwt, TheSigningInputIsExactlyThis) {
    JwtHeader header;
    header.key_id = "k1";
    JwtClaims claims;
    claims.issuer = "omgservers";
    claims.audience = {"service"};
    claims.subject = "7";
    claims.issued_at = 1'700'000'000;
    claims.expires_at = 1'700'003'600;
    claims.token_id = "j";
    claims.groups = {"player"};
    claims.user_id = "7";
    EXPECT_EQ(jwt_signing_input(header, claims),
              base64_encode(R"({"alg":"RS256","typ":"JWT","kid":"k1"})", Base64::url) + "." +
                  base64_encode(R"({"iss":"omgservers","aud":"service","sub":"7",)"
                                R"("iat":1700000000,"exp":1700003600,"jti":"j",)"
                                R"("groups":["player"],"user_id":"7"})",
                                Base64::url));
}

TEST(Jwt, TheHeaderSaysTheAlgorithm) {
    JwtHeader header;
    header.algorithm = JwtAlgorithm::hs256;
    const std::string input = jwt_signing_input(header, {});
    EXPECT_EQ(input.substr(0, input.find('.')),
              base64_encode(R"({"alg":"HS256","typ":"JWT"})", Base64::url));
    for (const JwtAlgorithm one : {JwtAlgorithm::rs256, JwtAlgorithm::hs256})
        EXPECT_EQ(jwt_algorithm_named(name_of(one)), one);
    for (const char* other : {"none", "", "hs256", "RS512"})
        EXPECT_FALSE(jwt_algorithm_named(other)) << other;
}

TEST(Jwt, SaysWhatARegistryAllows) {
    JwtClaims claims;
    claims.audience = {"registry"};
    const auto payload = [&] {
        const std::string input = jwt_signing_input({}, claims);
        return *base64_decode(std::string_view(input).substr(input.find('.') + 1), Base64::url);
    };
    EXPECT_EQ(payload(), R"({"aud":"registry"})");
    claims.access.emplace();
    EXPECT_EQ(payload(), R"({"aud":"registry","access":[]})");
    claims.access = {{"repository", "a/b", {"pull", "push"}}, {"repository", "c/d", {}}};
    EXPECT_EQ(payload(),
              R"({"aud":"registry","access":[)"
              R"({"type":"repository","name":"a/b","actions":["pull","push"]},)"
              R"({"type":"repository","name":"c/d","actions":[]}]})");
}

// RFC 7515, appendix A.2: header {"alg":"RS256"} and claims of joe; A.1 is the same with HS256.
TEST(Jwt, ReadsTheExamplesOfRfc7515) {
    const auto code = parse_jwt(
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
        "cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    ASSERT_TRUE(code) << code.error().detail;
    EXPECT_EQ(code->header.algorithm, JwtAlgorithm::hs256);
    EXPECT_EQ(code->claims.issuer, "joe");
    EXPECT_EQ(code->signature.size(), 32U);

    const auto token = parse_jwt(
        "eyJhbGciOiJSUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
        "cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB");
    ASSERT_TRUE(token) << token.error().detail;
    EXPECT_EQ(token->header.algorithm, JwtAlgorithm::rs256);
    EXPECT_EQ(token->claims.issuer, "joe");
    EXPECT_EQ(token->claims.expires_at, 1'300'819'380);
    EXPECT_TRUE(token->signing_input.ends_with("cnVlfQ"));
    EXPECT_EQ(token->signature.size(), 21U);
}

std::string any_text() {
    return *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~')));
}

std::vector<std::string> any_list() {
    std::vector<std::string> list;
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i) list.push_back(any_text());
    return list;
}

TEST(Jwt, ParseGivesBackWhatWasWritten) {
    EXPECT_TRUE(rc::check([] {
        JwtHeader header;
        if (*rc::gen::arbitrary<bool>()) header.algorithm = JwtAlgorithm::hs256;
        if (*rc::gen::arbitrary<bool>()) header.key_id = any_text();
        header.certificates = any_list();
        JwtClaims claims;
        claims.issuer = any_text();
        claims.audience = any_list();
        claims.subject = any_text();
        if (*rc::gen::arbitrary<bool>()) claims.issued_at = *rc::gen::arbitrary<std::int64_t>();
        if (*rc::gen::arbitrary<bool>()) claims.expires_at = *rc::gen::arbitrary<std::int64_t>();
        claims.token_id = any_text();
        claims.groups = any_list();
        claims.user_id = any_text();
        if (*rc::gen::arbitrary<bool>()) claims.runtime_id = any_text();
        if (*rc::gen::arbitrary<bool>()) claims.client_id = any_text();
        if (*rc::gen::arbitrary<bool>()) claims.user_role = any_text();
        const std::string signature = any_text();
        const std::string input = jwt_signing_input(header, claims);
        const auto token = parse_jwt(jwt_compact(input, signature));
        RC_ASSERT(token.has_value());
        RC_ASSERT(token->header == header);
        RC_ASSERT(token->claims == claims);
        RC_ASSERT(token->signing_input == input);
        RC_ASSERT(token->signature == signature);
    }));
}

TEST(Jwt, NoTokenChoosesHowItIsChecked) {
    for (const char* header : {R"({"alg":"none"})",
                               R"({"alg":"HS512"})",
                               R"({"alg":"hs256"})",
                               R"({"alg":"HS256","alg":"RS256"})",
                               R"({"alg":"rs256"})",
                               R"({"typ":"JWT"})",
                               "{}",
                               R"({"alg":"RS256","crit":["exp"]})",
                               R"({"alg":"RS256","typ":"JWE"})",
                               R"({"alg":"none","alg":"RS256"})",
                               R"({"alg":["RS256"]})",
                               R"(["RS256"])",
                               "",
                               R"({"alg":"RS256"} x)"})
        EXPECT_FALSE(parse_jwt(token_of(header, "{}"))) << header;
    EXPECT_TRUE(parse_jwt(token_of(R"({"alg":"RS256","typ":"jwt","jwk":{"kty":"oct"}})", "{}")));
}

TEST(Jwt, ClaimsOfTheWrongTypeAreRefused) {
    const auto claims = [](const char* text) {
        return why_refused(parse_jwt(token_of(R"({"alg":"RS256"})", text)));
    };
    EXPECT_EQ(claims(R"({"aud":["a","b"],"groups":[],"other":{"exp":"x"}})"), "accepted");
    EXPECT_EQ(claims(R"({"exp":1.5})"),
              "token: claims: field 'exp': a whole number is expected at byte 7");
    for (const char* text :
         {R"({"iss":5})",
          R"({"aud":{}})",
          R"({"aud":[1]})",
          R"({"groups":"player"})",
          R"({"user_id":7})",
          R"({"sub":"a","sub":"b"})",
          R"({"exp":99999999999999999999})",
          "[]",
          "null",
          R"({"aud":["1","2","3","4","5","6","7","8","9","a","b","c","d","e","f","g","h"]})"})
        EXPECT_NE(claims(text), "accepted") << text;
}

TEST(Jwt, MalformedTokensAreRefused) {
    const std::string good = token_of(R"({"alg":"RS256"})", "{}");
    ASSERT_TRUE(parse_jwt(good));
    const std::string long_token = good + std::string(jwt_bytes_max, 'A');
    for (const std::string& text : {std::string(),
                                    std::string("."),
                                    std::string(".."),
                                    std::string("a.b.c"),
                                    good + ".x",
                                    good + "=",
                                    " " + good,
                                    good + "\n",
                                    good.substr(0, good.rfind('.') + 1),
                                    good.substr(0, good.rfind('.')),
                                    long_token})
        EXPECT_NE(why_refused(parse_jwt(text)), "accepted") << text;
}

TEST(Jwt, AnyBytesAreReadWithoutHarm) {
    EXPECT_TRUE(rc::check([](const std::string& bytes, const std::string& more) {
        (void)parse_jwt(bytes);
        (void)parse_jwt(token_of(bytes, more));
        (void)parse_jwt(token_of(R"({"alg":"RS256"})", more));
    }));
}

TEST(Jwt, IssuerAudienceAndExpiryAreChecked) {
    JwtClaims claims;
    claims.issuer = "omgservers";
    claims.audience = {"dispatcher", "service"};
    claims.expires_at = 1000;
    JwtExpectation expected{.issuer = "omgservers", .audience = "service", .now = {999'999}};
    EXPECT_TRUE(check_jwt(claims, expected));
    expected.now = {1'000'000};
    EXPECT_EQ(check_jwt(claims, expected).error(),
              (Error{Errc::unauthenticated, "token: expired"}));
    expected.leeway = seconds(5);
    EXPECT_TRUE(check_jwt(claims, expected));
    expected.audience = "registry";
    EXPECT_FALSE(check_jwt(claims, expected));
    expected.audience = "service";
    expected.issuer = "other";
    EXPECT_FALSE(check_jwt(claims, expected));
    expected.issuer = "omgservers";
    claims.expires_at.reset();
    EXPECT_FALSE(check_jwt(claims, expected));
    EXPECT_FALSE(claims.in_group("player"));
    claims.groups = {"player"};
    EXPECT_TRUE(claims.in_group("player"));
}

}  // namespace
}  // namespace playback::wire
