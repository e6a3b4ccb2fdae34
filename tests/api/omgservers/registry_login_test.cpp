// Spec: omgservers.md 1.7, 2 (registry tokens and rights), 14 row 6.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/services/registry_tokens.h"
#include "engine/wire/base64.h"
#include "engine/wire/url.h"
#include "tests/api/omgservers/api_fixture.h"

namespace playback::omgservers {
namespace {

constexpr const char* p2_path = "/service/v1/entrypoint/docker/request/token";
constexpr const char* p1_path = "/service/v1/entrypoint/docker/request/create-token";

using Parameters = std::vector<std::pair<std::string, std::string>>;

std::string encoded(const Parameters& parameters) {
    std::string text;
    for (const auto& [name, value] : parameters) {
        if (!text.empty()) text += '&';
        text += name + "=" + wire::percent_encode(value);
    }
    return text;
}

std::string basic(const std::string& user, const std::string& password) {
    return "Authorization: Basic " + wire::base64_encode(user + ":" + password) + "\r\n";
}

Json part(const std::string& token, std::size_t index) {
    std::string_view rest = token;
    for (; index > 0; --index) rest.remove_prefix(rest.find('.') + 1);
    const auto text = wire::base64_decode(rest.substr(0, rest.find('.')), wire::Base64::url);
    return text ? Json::parse(*text) : Json();
}

class RegistryLogin : public ApiTest {
protected:
    explicit RegistryLogin(const NodeConfig& with = config()) : ApiTest(with) {}

    HttpReply get(const Parameters& parameters,
                  const std::string& headers,
                  const char* path = p2_path) {
        return exchange(std::string("GET ") + path + "?" + encoded(parameters) +
                        " HTTP/1.1\r\nHost: game.test\r\n" + headers + "\r\n");
    }
    HttpReply post(const Parameters& form) {
        return exchange(request(
            p2_path, encoded(form), "", "Content-Type: application/x-www-form-urlencoded\r\n"));
    }
    // What a token lets its bearer do with these scopes.
    Json access(const std::string& user, const std::string& password, const Parameters& scopes) {
        const HttpReply reply = get(scopes, basic(user, password));
        return reply.status == 200 ? part(reply.text("token"), 1)["access"] : Json(reply.status);
    }
};

Json entry(const char* repository, const Json& actions) {
    return {{"type", "repository"}, {"name", repository}, {"actions", actions}};
}

TEST_F(RegistryLogin, AnswersAsTheDockerClientExpects) {
    const Game game = new_tenant();
    const std::string who = basic(game.developer.id, game.developer.password);
    const HttpReply reply = get({{"account", game.developer.id},
                                 {"service", "registry"},
                                 {"client_id", "docker"},
                                 {"scope", "repository:t/p:pull,push"}},
                                who);
    ASSERT_EQ(reply.status, 200) << reply.body;
    const Json body = reply.json();
    EXPECT_EQ(body["token"], body["access_token"]);
    EXPECT_EQ(body["expires_in"], 600);
    EXPECT_EQ(body["issued_at"], iso8601(world.clock.wall()));
    EXPECT_EQ(body["refresh_token"], nullptr);
    EXPECT_TRUE(reply.head.contains("Cache-Control: no-store"));

    const Json header = part(body["token"], 0);
    EXPECT_EQ(header["alg"], "RS256");
    EXPECT_EQ(header["typ"], "JWT");
    EXPECT_EQ(header["x5c"], Json::array({wire::base64_encode(world.signer.certificate())}));
    const Json claims = part(body["token"], 1);
    EXPECT_EQ(claims["aud"], "registry");
    EXPECT_EQ(claims["iss"], "omgservers");
    EXPECT_EQ(claims["sub"], game.developer.id);
    EXPECT_EQ(claims["exp"].get<std::int64_t>() - claims["iat"].get<std::int64_t>(), 600);
    EXPECT_EQ(claims["access"], Json::array({entry("t/p", {"pull", "push"})}));

    EXPECT_EQ(get({}, who, p1_path).status, 200) << "the older generation's path";
    EXPECT_EQ(
        call("developer", "get-tenant-details", {{"tenant", "t"}}, reply.text("token")).outcome(),
        "401 WRONG_CREDENTIALS")
        << "it is good for the registry only";
}

// docker login asks for no repository at all.
TEST_F(RegistryLogin, WithoutAScopeNothingIsOpened) {
    EXPECT_EQ(access("support", "support-pw", {}), Json::array());
}

TEST_F(RegistryLogin, DevelopersPushToTheirProjectsOnly) {
    const Game game = new_tenant();
    const Person& dev = game.developer;
    const auto allowed = [&](const std::string& name) {
        const Json list =
            access(dev.id, dev.password, {{"scope", "repository:" + name + ":pull,push"}});
        return list == Json::array({entry(name.c_str(), {"pull", "push"})});
    };
    EXPECT_TRUE(allowed("t/p"));
    EXPECT_TRUE(allowed(game.tenant + "/" + game.project));
    EXPECT_TRUE(allowed("t/" + game.project));
    EXPECT_TRUE(allowed("omgservers/" + game.tenant + "/" + game.project + "/universal"));
    EXPECT_TRUE(allowed("omgservers/t/p/lobby"));
    for (const char* name : {"t/q",
                             "u/p",
                             "p",
                             "t/p/x",
                             "t/p/universal",
                             "omgservers/t/p",
                             "omgservers/t/p/other",
                             "omgservers/t/q/match",
                             "omgservers/x/t/p/match",
                             "0/0",
                             "123456/654321"})
        EXPECT_FALSE(allowed(name)) << name;

    const Person other = new_developer();
    const Parameters scope{{"scope", "repository:t/p:pull,push"}};
    EXPECT_EQ(access(other.id, other.password, scope), Json::array());
    // The right to look at a project is none to push there.
    support("create-project-permissions",
            {{"tenant", "t"},
             {"project", "p"},
             {"user", other.id},
             {"permissions_to_create", {"PROJECT_VIEWER", "STAGE_MANAGER"}}});
    EXPECT_EQ(access(other.id, other.password, scope), Json::array());
    support("create-project-permissions",
            {{"tenant", "t"},
             {"project", "p"},
             {"user", other.id},
             {"permissions_to_create", {"VERSION_MANAGER"}}});
    EXPECT_EQ(access(other.id, other.password, scope),
              Json::array({entry("t/p", {"pull", "push"})}));
}

TEST_F(RegistryLogin, ScopesRepeatAndWhatIsNotAllowedIsDropped) {
    const Game game = new_tenant();
    const Json list = access(game.developer.id,
                             game.developer.password,
                             {{"scope", "repository:t/p:push,delete repository:u/p:pull"},
                              {"scope", "nonsense"},
                              {"scope", "repository:t/p:delete"},
                              {"scope", "registry:catalog:* repository:t/p:pull"}});
    EXPECT_EQ(list, Json::array({entry("t/p", {"push"}), entry("t/p", {"pull"})}));
}

TEST_F(RegistryLogin, ServiceAndSupportPullAndNobodyElseDoesAnything) {
    new_tenant();
    const Parameters scopes{{"scope", "repository:t/p:pull,push"},
                            {"scope", "repository:any/thing:pull"},
                            {"scope", "repository:bare:pull"}};
    const Json pulls = {entry("t/p", {"pull"}), entry("any/thing", {"pull"})};
    EXPECT_EQ(access("service", "service-pw", scopes), pulls);
    EXPECT_EQ(access("support", "support-pw", scopes), pulls);
    EXPECT_EQ(access("admin", "admin-pw", scopes), Json::array());
    EXPECT_EQ(access("connector", "connector-pw", scopes), Json::array());
    const Person player = new_player();
    EXPECT_EQ(access(player.id, player.password, scopes), Json::array());
}

TEST_F(RegistryLogin, WhoDoesNotSayWhoTheyAreIsRefused) {
    const auto outcome = [&](const std::string& headers) { return get({}, headers).outcome(); };
    EXPECT_EQ(outcome(""), "401 WRONG_CREDENTIALS");
    EXPECT_TRUE(get({}, "").head.contains("WWW-Authenticate: Basic realm="));
    EXPECT_EQ(outcome("Authorization: Basic\r\n"), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(outcome("Authorization: Basic !!!\r\n"), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(outcome("Authorization: Bearer abc\r\n"), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(outcome("Authorization: Basic " + wire::base64_encode("nocolon") + "\r\n"),
              "401 WRONG_CREDENTIALS");
    EXPECT_EQ(outcome(basic("", "x")), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(outcome(basic("support", "")), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(outcome(basic("support", "wrong")), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(outcome(basic("nobody", "support-pw")), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(outcome(basic("\xff", "support-pw")), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(outcome(basic("support", std::string(65, 'x'))), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(outcome(basic("123456", "support-pw")), "401 USER_NOT_FOUND");
    EXPECT_EQ(outcome(basic("support", "support-pw")), "200");
    const HttpReply wrong = get({}, basic("support", "wrong"));
    EXPECT_TRUE(wrong.head.contains("WWW-Authenticate: Basic realm=")) << wrong.head;
}

TEST_F(RegistryLogin, AWrongPasswordCostsAsMuchAsTheRightOne) {
    const auto cost_of = [&](const std::string& user, const std::string& password) {
        const int before = world.passwords.verified;
        get({}, basic(user, password));
        return world.passwords.verified - before;
    };
    EXPECT_EQ(cost_of("support", "support-pw"), 1);
    EXPECT_EQ(cost_of("support", "wrong"), 1);
    EXPECT_EQ(cost_of("nobody", "wrong"), 1);
    EXPECT_EQ(cost_of("123456", "wrong"), 1);
}

TEST_F(RegistryLogin, ARefreshTokenWorks) {
    const Game game = new_tenant();
    const Person& dev = game.developer;
    const HttpReply login = get({{"offline_token", "true"}}, basic(dev.id, dev.password));
    const std::string refresh = login.text("refresh_token");
    ASSERT_FALSE(refresh.empty()) << login.body;
    EXPECT_EQ(part(refresh, 1)["aud"], "registry-refresh");
    EXPECT_FALSE(part(refresh, 1).contains("access"));

    const Parameters form{{"grant_type", "refresh_token"},
                          {"service", "registry"},
                          {"client_id", "docker"},
                          {"scope", "repository:t/p:push repository:u/p:pull"},
                          {"refresh_token", refresh}};
    const HttpReply reply = post(form);
    ASSERT_EQ(reply.status, 200) << reply.body;
    const Json body = reply.json();
    EXPECT_FALSE(body.contains("token"));
    EXPECT_EQ(body["scope"], "repository:t/p:push");
    EXPECT_EQ(body["expires_in"], 600);
    EXPECT_EQ(body["refresh_token"], refresh) << "the one that was supplied";
    EXPECT_EQ(part(body["access_token"], 1)["access"], Json::array({entry("t/p", {"push"})}));

    // It opens nothing by itself, and an access token refreshes nothing.
    EXPECT_EQ(call("developer", "get-tenant-details", {{"tenant", "t"}}, refresh).outcome(),
              "401 WRONG_CREDENTIALS");
    Parameters other = form;
    other.back().second = body["access_token"];
    EXPECT_EQ(post(other).outcome(), "401 WRONG_CREDENTIALS");
    other.back().second = dev.token;
    EXPECT_EQ(post(other).outcome(), "401 WRONG_CREDENTIALS");
    other.back().second = refresh.substr(0, refresh.size() - 2) + "xx";
    EXPECT_EQ(post(other).outcome(), "401 WRONG_CREDENTIALS");
    other.back().second = "";
    EXPECT_EQ(post(other).outcome(), "401 WRONG_CREDENTIALS");

    // Rights are asked anew, and end with the user.
    support("delete-developer", {{"user_id", dev.id}});
    EXPECT_EQ(post(form).outcome(), "401 USER_NOT_FOUND");
}

TEST_F(RegistryLogin, ARefreshTokenEnds) {
    const HttpReply login = get({{"offline_token", "true"}}, basic("support", "support-pw"));
    const Parameters form{{"grant_type", "refresh_token"},
                          {"refresh_token", login.text("refresh_token")}};
    EXPECT_EQ(post(form).status, 200);
    world.advance(minutes(31 * 24 * 60));
    EXPECT_EQ(post(form).outcome(), "401 WRONG_CREDENTIALS");
}

TEST_F(RegistryLogin, OtherGrants) {
    const HttpReply reply = post({{"grant_type", "password"},
                                  {"username", "support"},
                                  {"password", "support-pw"},
                                  {"access_type", "offline"},
                                  {"scope", "repository:a/b:pull,push"}});
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(reply.text("scope"), "repository:a/b:pull");
    EXPECT_FALSE(reply.text("refresh_token").empty());
    EXPECT_EQ(
        post({{"grant_type", "password"}, {"username", "support"}, {"password", "no"}}).outcome(),
        "401 WRONG_CREDENTIALS");
    EXPECT_EQ(post({{"grant_type", "password"}}).outcome(), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(post({{"grant_type", "client_credentials"}}).outcome(), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(post({}).outcome(), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(exchange(request(p2_path, "{}")).outcome(), "400 WRONG_MEDIA_TYPE");
}

TEST_F(RegistryLogin, BrokenRequests) {
    const std::string who = basic("support", "support-pw");
    const auto raw = [&](const std::string& line) {
        return exchange(line + " HTTP/1.1\r\nHost: game.test\r\n" + who + "\r\n").outcome();
    };
    EXPECT_EQ(raw(std::string("GET ") + p2_path + "?scope=%zz"), "400 WRONG_ARGUMENT");
    EXPECT_EQ(raw(std::string("DELETE ") + p2_path), "405 WRONG_REQUEST");
    EXPECT_EQ(raw(std::string("GET ") + p2_path), "200");
    const HttpReply put =
        exchange(std::string("PUT ") + p2_path + " HTTP/1.1\r\nHost: game.test\r\n\r\n");
    EXPECT_TRUE(put.head.contains("Allow: GET, POST")) << put.head;
}

class CrowdedRegistryLogin : public RegistryLogin {
protected:
    static NodeConfig crowded() {
        NodeConfig with = config();
        with.anonymous.exempt.clear();
        with.anonymous.burst = 3;
        with.anonymous.per_minute = 1;
        return with;
    }
    CrowdedRegistryLogin() : RegistryLogin(crowded()) {}
};

TEST_F(CrowdedRegistryLogin, TheNumberOfCallsOfOneAddressIsLimited) {
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(get({}, basic("support", "wrong")).outcome(), "401 WRONG_CREDENTIALS");
    EXPECT_EQ(get({}, basic("support", "support-pw")).outcome(), "429 UNAUTHORIZED_REQUEST");
    EXPECT_EQ(post({{"grant_type", "refresh_token"}, {"refresh_token", "x"}}).outcome(),
              "429 UNAUTHORIZED_REQUEST");
}

// Container hosts pull with a token for exactly the repository.
class RegistryPulls : public RegistryLogin {
protected:
    static NodeConfig with_registry(bool is_foreign) {
        NodeConfig with = config();
        with.registry = "registry.test:5000";
        with.registry_is_foreign = is_foreign;
        hosting::HostConfig host;
        host.address = "fake:1";
        host.max_containers = 4;
        host.cpu_count = 4;
        host.memory_mb = 4096;
        with.hosts.push_back(host);
        return with;
    }
    explicit RegistryPulls(bool is_foreign = false) : RegistryLogin(with_registry(is_foreign)) {}

    std::string pulled_with() {
        new_game();
        for (int i = 0; i < 20 && world.containers.host.pulls.empty(); ++i) world.run();
        const auto found = world.containers.host.pulls.find("registry.test:5000/t/p:1");
        return found == world.containers.host.pulls.end() ? "not pulled" : found->second;
    }
};

TEST_F(RegistryPulls, HaveATokenForTheImage) {
    const std::string token = pulled_with();
    ASSERT_NE(token, "not pulled");
    const Json claims = part(token, 1);
    EXPECT_EQ(claims["aud"], "registry");
    EXPECT_EQ(claims["access"], Json::array({entry("t/p", {"pull"})}));
    EXPECT_EQ(claims["exp"].get<std::int64_t>() - claims["iat"].get<std::int64_t>(), 30 * 60);
    EXPECT_TRUE(part(token, 0).contains("x5c"));
}

class ForeignRegistryPulls : public RegistryPulls {
protected:
    ForeignRegistryPulls() : RegistryPulls(true) {}
};

TEST_F(ForeignRegistryPulls, HaveNone) {
    EXPECT_EQ(pulled_with(), "");
}

}  // namespace
}  // namespace playback::omgservers
