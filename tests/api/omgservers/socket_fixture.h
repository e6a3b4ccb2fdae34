// SocketTest: the sockets of a node in memory, as players and runtimes open them.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/api/omgservers/sockets.h"
#include "tests/api/omgservers/api_fixture.h"
#include "tests/support/socket_client.h"

namespace playback::omgservers {

// A connection_url with its sec_web_socket_protocol.
struct SocketPlace {
    std::string url;
    std::string protocol;
};
SocketPlace place_of(const Json& socket_config);
// Of a URL, the path and query.
std::string target_of(const std::string& url);

class SocketTest : public ApiTest {
protected:
    struct Socket {
        std::shared_ptr<tests::Wire> wire;
        tests::SocketClient client;
    };
    struct Client {
        Person person;
        std::string id;
        SocketPlace connector;
        std::string url;  // of the connector, with the token in it
    };

    explicit SocketTest(bool starts = true, const NodeConfig& with = config());
    // Logs the first runtime in.
    void start();

    Socket open(const SocketPlace& place);
    Socket open(std::string_view target, std::string_view protocol);
    // Sends what the client has queued and takes what came, until both are quiet.
    void pump(Socket& socket);

    Client join();
    // One poll of the runtime that says these and consumes all; what it got.
    Json runtime_says(const Json& entries);
    Json runtime_says_nothing();
    static Json entry(const char* qualifier, const Json& body);
    // The invitation that a client got on its connector socket after UPGRADE_CONNECTION.
    SocketPlace invite(Socket& socket, const Client& client);
    // Of all messages to a socket, the qualifiers.
    static std::string qualifiers(const Socket& socket);

    Game game;
    Runtime runtime;
    SocketPlace dispatcher;  // of the runtime
};

}  // namespace playback::omgservers
