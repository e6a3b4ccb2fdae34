// What is no token of ours opens nothing, wherever tokens are looked at: the calls, both sockets
// and the registry's token service. Each surface is tried with each fault, and with the same token
// without the fault, which it takes.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/services/registry_tokens.h"
#include "engine/wire/base64.h"
#include "engine/wire/jwt.h"
#include "engine/wire/url.h"
#include "tests/api/omgservers/socket_fixture.h"

namespace playback::omgservers {
namespace {

constexpr std::int64_t leeway = 60;

// A place where tokens are looked at.
struct Surface {
    std::string name;
    wire::JwtClaims good;                                  // claims that it takes
    std::function<std::string(const std::string&)> enter;  // "200" or "101" with a good token
    std::string opened;
};

std::string encoded(std::string_view text) {
    return wire::base64_encode(text, wire::Base64::url);
}

class TokenSurfaces : public SocketTest {
protected:
    TokenSurfaces() { client = join(); }

    wire::JwtClaims claims(const std::string& audience, const std::string& subject) {
        wire::JwtClaims result;
        result.issuer = "omgservers";
        result.audience = {audience};
        result.subject = subject;
        result.issued_at = now();
        result.expires_at = now() + 30;
        result.token_id = "1";
        return result;
    }
    std::int64_t now() { return world.clock.wall().ms / 1000; }

    static std::string header_with(const std::string& key) {
        return R"({"alg":"RS256","typ":"JWT","kid":")" + key + "\"}";
    }
    static std::string signed_by(tests::FakeWorld& of, io::TokenSigner& signer, std::string input) {
        const std::string signature = of.wait(signer.sign(input))->value();
        return wire::jwt_compact(std::move(input), signature);
    }
    std::string with_header(const std::string& header, const wire::JwtClaims& of) {
        const std::string input = wire::jwt_signing_input({}, of);
        return signed_by(world, world.signer, encoded(header) + input.substr(input.find('.')));
    }
    std::string token(const wire::JwtClaims& of) { return with_header(header_with("key-1"), of); }

    std::string open_with(const SocketPlace& place, const std::string& token) {
        const std::string carrier = place.protocol.substr(0, place.protocol.rfind('+') + 1) + token;
        const Socket socket = open(target_of(place.url), carrier);
        const std::string by_header = socket.client.head.substr(9, 3);
        const Socket by_query = open(target_of(place.url) + "?ws_token=" + token, "omgservers");
        EXPECT_EQ(by_query.client.head.substr(9, 3), by_header) << "both ways are one";
        return by_header;
    }
    std::string refresh_with(const std::string& token) {
        const std::string form = "grant_type=refresh_token&service=registry&refresh_token=" +
                                 wire::percent_encode(token);
        const char* type = "Content-Type: application/x-www-form-urlencoded\r\n";
        return exchange(request(path_of("docker", "token"), form, "", type)).outcome();
    }

    Surface calls() {
        Surface surface{"calls", claims("service", "4711"), {}, "200"};
        surface.good.user_id = "4711";
        surface.good.groups = {"admin"};
        surface.enter = [this](const std::string& token) {
            return call("admin", "generate-id", Json::object(), token).outcome();
        };
        return surface;
    }
    Surface connector() {
        Surface surface{"connector", claims("connector", client.id), {}, "101"};
        surface.good.client_id = client.id;
        surface.good.user_role = "player";
        surface.good.groups = {"websocket"};
        surface.enter = [this](const std::string& token) {
            return open_with(client.connector, token);
        };
        return surface;
    }
    Surface room() {
        Surface surface{"dispatcher", claims("dispatcher", runtime.id), {}, "101"};
        surface.good.runtime_id = runtime.id;
        surface.good.user_role = "runtime";
        surface.good.groups = {"websocket"};
        surface.enter = [this](const std::string& token) { return open_with(dispatcher, token); };
        return surface;
    }
    Surface refresh() {
        const UserId user = accounts::bootstrap_user(accounts::Role::support);
        Surface surface{
            "registry", claims("registry-refresh", std::to_string(user.value)), {}, "200"};
        surface.good.password_mark = services::password_mark("hash:support-pw");
        surface.enter = [this](const std::string& token) { return refresh_with(token); };
        return surface;
    }
    std::vector<Surface> all() { return {calls(), connector(), room(), refresh()}; }

    // Every token with one thing wrong, by what it is.
    std::map<std::string, std::string> faulty(const wire::JwtClaims& good) {
        std::map<std::string, std::string> result = of_other_signers(good);
        wire::JwtClaims bad = good;
        bad.expires_at = now() - leeway - 1;
        bad.issued_at = now() - 3600;
        result["expired"] = token(bad);
        bad = good;
        bad.expires_at.reset();
        result["without an end"] = token(bad);
        for (const char* audience : {"service",
                                     "connector",
                                     "dispatcher",
                                     "registry",
                                     "registry-refresh",
                                     "omgservers",
                                     "",
                                     "Service"}) {
            bad = good;
            bad.audience = {audience};
            if (bad.audience != good.audience)
                result[std::string("for the audience ") + audience] = token(bad);
        }
        bad = good;
        bad.audience.clear();
        result["for no audience"] = token(bad);
        for (const char* issuer : {"somebody", "", "OMGSERVERS"}) {
            bad = good;
            bad.issuer = issuer;
            result[std::string("of the issuer ") + issuer] = token(bad);
        }
        bad = good;
        bad.subject = bad.user_id = bad.client_id = bad.runtime_id = "";
        result["of nobody"] = token(bad);
        return result;
    }
    std::map<std::string, std::string> of_other_signers(const wire::JwtClaims& good) {
        std::map<std::string, std::string> result;
        const std::string right = token(good);
        const std::string unsigned_part =
            right.substr(right.find('.'), right.rfind('.') + 1 - right.find('.'));
        tests::FakeSigner stranger("key-2");
        const std::string claims_part = unsigned_part.substr(0, unsigned_part.size() - 1);
        result["of another installation"] =
            signed_by(world, stranger, encoded(header_with("key-2")) + claims_part);
        result["of another installation that says it is us"] =
            signed_by(world, stranger, encoded(header_with("key-1")) + claims_part);
        const std::string none = encoded(R"({"alg":"none","typ":"JWT"})");
        result["alg none"] = none + unsigned_part;
        result["alg none with a signature"] = none + right.substr(right.find('.'));
        result["alg NONE, signed"] = with_header(R"({"alg":"NONE"})", good);
        result["alg HS256, signed"] = with_header(R"({"alg":"HS256","kid":"key-1"})", good);
        result["no alg, signed"] = with_header(R"({"typ":"JWT","kid":"key-1"})", good);
        result["crit, signed"] = with_header(R"({"alg":"RS256","crit":["x"]})", good);
        result["without a signature"] = encoded(header_with("key-1")) + unsigned_part;
        wire::JwtClaims changed = good;
        changed.expires_at = now() + 1'000'000;
        const std::string longer = token(changed);
        result["with claims of another"] =
            longer.substr(0, longer.rfind('.')) + right.substr(right.rfind('.'));
        result["garbage"] = "a.b.c";
        result["two parts"] = right.substr(0, right.rfind('.'));
        return result;
    }

    Client client;
};

TEST_F(TokenSurfaces, TakeNothingThatIsNotOurs) {
    for (const Surface& surface : all()) {
        EXPECT_EQ(surface.enter(token(surface.good)), surface.opened) << surface.name;
        const std::map<std::string, std::string> tokens = faulty(surface.good);
        EXPECT_GT(tokens.size(), 20U);
        for (const auto& [fault, bad] : tokens) {
            const std::string outcome = surface.enter(bad);
            EXPECT_TRUE(outcome.starts_with("401"))
                << surface.name << " takes a token " << fault << ": " << outcome;
        }
        EXPECT_EQ(surface.enter(token(surface.good)), surface.opened) << surface.name;
    }
}

// The clocks of two nodes may differ by the leeway, and by no more.
TEST_F(TokenSurfaces, ExpiredIsExpired) {
    for (const Surface& surface : all()) {
        wire::JwtClaims claims = surface.good;
        claims.expires_at = now() - leeway + 5;
        EXPECT_EQ(surface.enter(token(claims)), surface.opened) << surface.name;
        const std::string soon = token(claims);
        world.advance(seconds(6));
        EXPECT_TRUE(surface.enter(soon).starts_with("401")) << surface.name;
    }
}

TEST_F(TokenSurfaces, RolesOfTokens) {
    const auto with = [&](Surface surface, const std::vector<std::string>& groups) {
        surface.good.groups = groups;
        return surface.enter(token(surface.good));
    };
    EXPECT_EQ(with(calls(), {"support"}), "403 UNAUTHORIZED_REQUEST");
    EXPECT_EQ(with(calls(), {"websocket"}), "403 UNAUTHORIZED_REQUEST");
    for (const std::vector<std::string>& groups :
         {std::vector<std::string>{}, {"king"}, {"Admin"}, {"admin", "support"}})
        EXPECT_EQ(with(calls(), groups), "401 WRONG_CREDENTIALS");
    for (const char* group : {"player", "runtime", "admin", "service"}) {
        EXPECT_EQ(with(connector(), {group}), "401") << group;
        EXPECT_EQ(with(room(), {group}), "401") << group;
    }
    EXPECT_EQ(with(connector(), {}), "401");
    EXPECT_EQ(with(room(), {}), "401");
    for (const char* role : {"runtime", "admin", ""}) {
        Surface surface = connector();
        surface.good.user_role = role;
        EXPECT_EQ(surface.enter(token(surface.good)), "401") << role;
    }
    for (const char* role : {"admin", "player", ""}) {
        Surface surface = room();
        surface.good.user_role = role;  // a player without a client
        EXPECT_EQ(surface.enter(token(surface.good)), "401") << role;
    }
}

// What the calls hand out ends when it says; a runtime's token like a user's.
TEST_F(TokenSurfaces, TokensThatWeGaveEnd) {
    const auto lives_for = [&](const std::string& token) {
        const wire::JwtClaims given = wire::parse_jwt(token)->claims;
        return *given.expires_at - *given.issued_at;
    };
    const std::string admin = log_in("admin", "admin", "admin-pw");
    const std::string carrier =
        client.connector.protocol.substr(client.connector.protocol.rfind('+') + 1);
    EXPECT_EQ(lives_for(admin), 3600);
    EXPECT_EQ(lives_for(runtime.token), 3600);
    EXPECT_EQ(lives_for(carrier), 60);
    EXPECT_EQ(open_with(client.connector, carrier), "101");
    world.advance(seconds(60 + leeway + 1));
    EXPECT_EQ(open_with(client.connector, carrier), "401");
    EXPECT_EQ(call("admin", "generate-id", Json::object(), admin).outcome(), "200");
    world.advance(seconds(3600 - 60));
    EXPECT_EQ(call("admin", "generate-id", Json::object(), admin).outcome(),
              "401 WRONG_CREDENTIALS");
    EXPECT_EQ(call("runtime", "interchange-messages", runtime_poll(), runtime.token).outcome(),
              "401 WRONG_CREDENTIALS");
}

// A refresh token is for who knows the password: it ends when the password is changed, which for
// the users of the configuration happens at a start.
TEST_F(TokenSurfaces, ARefreshTokenEndsWithItsPassword) {
    const auto refresh_of = [&](const std::string& password) {
        const std::string who = wire::base64_encode("support:" + password);
        return exchange("GET " + path_of("docker", "token") +
                        "?offline_token=true HTTP/1.1\r\nHost: a\r\nAuthorization: Basic " + who +
                        "\r\n\r\n")
            .text("refresh_token");
    };
    const auto restart = [&](const std::string& password) {
        world.wait([](Node& running) -> io::Task<bool> {
            co_await running.stop();
            co_return true;
        }(*node));
        node.reset();
        NodeConfig changed = config();
        changed.support.password = password;
        node = std::make_unique<Node>(world.io, changed);
        ASSERT_TRUE(world.wait(node->start())->has_value());
    };
    const std::string old = refresh_of("support-pw");
    ASSERT_FALSE(old.empty());
    restart("support-pw");
    EXPECT_EQ(refresh_with(old), "200") << "a restart alone ends nothing";
    restart("another-pw");
    EXPECT_EQ(refresh_with(old), "401 WRONG_CREDENTIALS");
    const std::string fresh = refresh_of("another-pw");
    EXPECT_EQ(refresh_with(fresh), "200");
}

}  // namespace
}  // namespace playback::omgservers
