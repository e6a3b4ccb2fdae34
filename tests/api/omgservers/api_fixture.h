// ApiTest: a whole node, called over HTTP as clients call it: in memory (FakeWorld), or, where
// PLAYBACK_OVER_SOCKETS is defined (tests/live), the program itself over real sockets.
//
// `call` sends one request on a connection of its own and returns status and body. `new_game` makes
// a tenant with a deployed version; `start_runtime` logs a runtime in as its container would.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json_fwd.hpp>

#ifndef PLAYBACK_OVER_SOCKETS
#include "engine/node.h"
#include "tests/services/fake_world.h"
#endif

namespace playback::omgservers {

using Json = nlohmann::json;

struct HttpReply {
    int status = 0;
    std::string head;
    std::string body;

    [[nodiscard]] Json json() const;
    [[nodiscard]] std::string qualifier() const;
    // A string member, or empty.
    [[nodiscard]] std::string text(const char* member) const;
    // "200" or "404 OBJECT_NOT_FOUND": for comparing in one go.
    [[nodiscard]] std::string outcome() const;
};

class ApiTest : public testing::Test {
protected:
#ifdef PLAYBACK_OVER_SOCKETS
    // The node is that of the suite; each test takes its tenant away.
    ApiTest();
#else
    static NodeConfig config();

    explicit ApiTest(const NodeConfig& with = config());
#endif
    ~ApiTest() override;

    // --- raw HTTP ---
#ifndef PLAYBACK_OVER_SOCKETS
    std::shared_ptr<tests::Wire> connect(std::string peer = "127.0.0.1");
    void send(const std::shared_ptr<tests::Wire>& wire, std::string_view bytes);
    // Takes one answer off what the client has received.
    static std::optional<HttpReply> take(tests::Wire& wire);
#endif
    static std::string request(std::string_view path,
                               std::string_view body,
                               std::string_view token = "",
                               std::string_view headers = "Content-Type: application/json\r\n");
    HttpReply exchange(std::string_view bytes, std::string peer = "127.0.0.1");

    // --- calls ---
    static std::string path_of(std::string_view role, std::string_view method);
    HttpReply call(std::string_view role,
                   std::string_view method,
                   const Json& body,
                   std::string_view token = "");
    HttpReply raw_call(std::string_view role,
                       std::string_view method,
                       std::string_view body,
                       std::string_view token = "");
    std::string log_in(std::string_view role, std::string_view user, std::string_view password);
    // A call of support or of the admin, who are logged in once.
    HttpReply support(std::string_view method, const Json& body);
    HttpReply admin(std::string_view method, const Json& body);

    // --- people, games, runtimes ---
    struct Person {
        std::string id;
        std::string password;
        std::string token;
    };
    Person new_developer();
    Person new_player();

    // A tenant "t" with project "p" and stage "s", and a developer who may do everything there.
    struct Game {
        std::string tenant;
        std::string project;
        std::string stage;
        std::string version;
        std::string deployment;
        Person developer;
    };
    Game new_tenant();
    static Json version_config();
    void make_version(Game& game);
    Game new_game();

    // The first lobby's runtime, logged in with a password that the supervisor would have set.
    struct Runtime {
        std::string id;
        HttpReply token_reply;
        std::string token;
    };
    Runtime start_runtime(const Game& game);
    Runtime log_in_runtime(const std::string& id, const std::string& password);
    std::string new_client(const Person& player);

    // Interchange bodies that say and consume nothing.
    static Json poll(std::string_view client);
    static Json runtime_poll();

#ifndef PLAYBACK_OVER_SOCKETS
    tests::FakeWorld world;
    std::unique_ptr<Node> node;
#endif
    std::string support_token;
    std::string admin_token;

private:
    void grant(const Person& developer);
};

}  // namespace playback::omgservers
