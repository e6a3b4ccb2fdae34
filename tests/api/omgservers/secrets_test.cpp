// Secrets are never logged: a whole game is played, with everything that can be refused on the way,
// and nothing of what was secret in it is in the log (of every level) or in the metrics.
#include <set>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/wire/base64.h"
#include "engine/wire/url.h"
#include "tests/api/omgservers/socket_fixture.h"

namespace playback::omgservers {
namespace {

class Secrets : public SocketTest {
protected:
    static NodeConfig with_host() {
        NodeConfig result = config();
        result.registry = "registry.test:5000";
        result.registry_secret = "the-registry-secret";
        result.admin.password = "the-admin-password";
        result.support.password = "support-pw";  // what the fixture logs in with
        result.service.password = "the-service-password";
        result.connector.password = "the-connector-password";
        hosting::HostConfig host;
        host.address = "fake:1";
        host.max_containers = 16;
        host.cpu_count = 16;
        host.memory_mb = 16'384;
        result.hosts.push_back(host);
        return result;
    }
    Secrets() : SocketTest(true, with_host()) {
        for (const char* known : {"the-registry-secret",
                                  "the-admin-password",
                                  "support-pw",
                                  "the-service-password",
                                  "the-connector-password",
                                  "runtime-pw",
                                  "a-wrong-password"})
            keep(known);
    }

    void keep(const std::string& secret) {
        ASSERT_GE(secret.size(), 8U) << secret;
        secrets.insert(secret);
    }
    // Everything in an answer that is a secret, by the names of its members.
    void keep_all(const Json& answer) {
        static const std::set<std::string> names = {"password",
                                                    "raw_token",
                                                    "api_token",
                                                    "ws_token",
                                                    "token",
                                                    "access_token",
                                                    "refresh_token",
                                                    "hash"};
        if (answer.is_array())
            for (const Json& one : answer) keep_all(one);
        if (!answer.is_object()) return;
        for (const auto& [name, value] : answer.items()) {
            if (value.is_string() && names.contains(name)) keep(value.get<std::string>());
            if (value.is_string() && name == "sec_web_socket_protocol") {
                const std::string carrier = value;
                keep(carrier.substr(carrier.rfind('+') + 1));
            }
            keep_all(value);
        }
    }
    // What was logged or measured and has a secret in it; of a token, its signature is enough.
    std::vector<std::string> leaks() {
        std::vector<std::string> said = world.log.lines;
        said.push_back(world.metrics.render());
        std::vector<std::string> result;
        for (const std::string& secret : secrets) {
            const std::size_t dot = secret.rfind('.');
            const std::string mark = dot == std::string::npos ? secret : secret.substr(dot + 1);
            for (const std::string& line : said)
                if (line.contains(mark)) result.push_back(line);
        }
        return result;
    }

    HttpReply told(const HttpReply& reply) {
        keep_all(reply.json());
        return reply;
    }
    HttpReply registry_login(const std::string& user, const std::string& password) {
        const std::string who = wire::base64_encode(user + ":" + password);
        keep(who);
        return told(exchange("GET " + path_of("docker", "token") +
                             "?offline_token=true&scope=repository:t/p:pull,push HTTP/1.1\r\n"
                             "Host: a\r\nAuthorization: Basic " +
                             who + "\r\n\r\n"));
    }

    void log_everybody_in();
    void play();
    void use_the_registry();
    void be_refused();

    std::set<std::string> secrets;
};

void Secrets::log_everybody_in() {
    for (const char* role : {"admin", "connector"}) {
        const Json body = {{"user", role}, {"password", "the-" + std::string(role) + "-password"}};
        EXPECT_EQ(told(call(role, "create-token", body)).status, 200);
    }
    const HttpReply developer = told(support("create-developer", Json::object()));
    const Json body = {{"user", developer.text("user_id")},
                       {"password", developer.text("password")}};
    EXPECT_EQ(told(call("developer", "create-token", body)).status, 200);
    const std::string admin = log_in("admin", "admin", "the-admin-password");
    keep(admin);
    told(call("admin", "bcrypt-hash", {{"value", "the-admin-password"}}, admin));
    keep(support_token);
    keep(game.developer.password);
    keep(game.developer.token);
    keep_all(runtime.token_reply.json());
}

void Secrets::play() {
    const Client client = join();
    keep(client.person.password);
    keep(client.person.token);
    told(call("player", "create-connector-token", {{"client_id", client.id}}, client.person.token));
    Socket host = open(dispatcher);
    EXPECT_TRUE(host.client.opened());
    Socket socket = open(target_of(client.url), "omgservers");
    EXPECT_TRUE(socket.client.opened());
    keep(client.url.substr(client.url.find('=') + 1));
    socket.client.text("{\"qualifier\":\"NONSENSE\",\"password\":\"a-wrong-password\"}");
    socket.client.text("a-wrong-password");
    pump(socket);
    const SocketPlace room = invite(socket, client);
    keep(room.protocol.substr(room.protocol.rfind('+') + 1));
    Socket player = open(room);
    EXPECT_TRUE(player.client.opened());
    host.client.text("a-wrong-password");
    pump(host);
}

void Secrets::use_the_registry() {
    const HttpReply login = registry_login("support", "support-pw");
    EXPECT_EQ(login.status, 200);
    registry_login("support", "a-wrong-password");
    const std::string form = "grant_type=refresh_token&refresh_token=" +
                             wire::percent_encode(login.text("refresh_token"));
    const char* type = "Content-Type: application/x-www-form-urlencoded\r\n";
    EXPECT_EQ(told(exchange(request(path_of("docker", "token"), form, "", type))).status, 200);
    const Json target = {{"repository", "omgservers/t/p/lobby"}, {"tag", "123"}};
    const Json event = {{"action", "push"}, {"target", target}};
    const std::string events = Json({{"events", Json::array({event, event})}}).dump();
    const std::string path = path_of("registry", "handle-events");
    EXPECT_EQ(exchange(request(path, events, "the-registry-secret")).status, 200);
    EXPECT_EQ(exchange(request(path, events, "a-wrong-password")).status, 401);
}

// Secrets that come in the wrong way: in broken bodies, unknown paths, at the wrong place.
void Secrets::be_refused() {
    const std::string token = game.developer.token;
    call("developer", "create-token", {{"user", "nobody"}, {"password", "a-wrong-password"}});
    call("player", "create-token", {{"user_id", "7"}, {"password", "a-wrong-password"}});
    raw_call("admin", "create-token", R"({"user":"admin","password":"the-admin-password")");
    raw_call("admin", "create-token", R"({"user":["the-admin-password"],"password":7})");
    call("runtime", "create-token", {{"runtime_id", runtime.id}, {"password", "a-wrong-password"}});
    call("admin", "generate-id", Json::object(), token);
    call("admin", "generate-id", Json::object(), token + "x");
    exchange("GET /nowhere?ws_token=" + token + " HTTP/1.1\r\nHost: a\r\n\r\n");
    exchange("NONSENSE " + token + "\r\n\r\n");
    Socket wrong = open("/connector/v1/entrypoint/websocket/endpoint?ws_token=" + token, "x");
    EXPECT_FALSE(wrong.client.opened());
    const std::string admin = log_in("admin", "admin", "the-admin-password");
    call("admin", "ping-docker-host", {{"docker_daemon_uri", "a-wrong-password"}}, admin);
    world.containers.host.answers = false;
    world.advance(minutes(2));
}

TEST_F(Secrets, AreNeverLogged) {
    log_everybody_in();
    play();
    use_the_registry();
    be_refused();
    ASSERT_FALSE(world.containers.host.running.empty()) << "a container was started";
    for (const auto& [name, container] : world.containers.host.running)
        for (const auto& [variable, value] : container.environment)
            if (variable == "OMGSERVERS_PASSWORD") keep(value);
    for (const auto& [image, token] : world.containers.host.pulls) keep(token);
    EXPECT_GT(secrets.size(), 25U);
    EXPECT_FALSE(world.log.lines.empty());
    EXPECT_EQ(leaks(), std::vector<std::string>{});

    // That it would have been found: a token, a password, a token's signature.
    const std::string signature = support_token.substr(support_token.rfind('.') + 1);
    for (const std::string& secret : {support_token, std::string("runtime-pw"), signature}) {
        world.log.lines.clear();
        world.log.info("careless", {{"token", secret}});
        EXPECT_EQ(leaks().size(), 1U) << secret;
    }
}

}  // namespace
}  // namespace playback::omgservers
