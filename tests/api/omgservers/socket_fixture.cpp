#include "tests/api/omgservers/socket_fixture.h"

#include <nlohmann/json.hpp>

namespace playback::omgservers {
namespace {

NodeConfig with_short_times(NodeConfig config) {
    config.sockets.ping_interval = seconds(4);
    config.sockets.inactive = seconds(10);
    config.sockets.room_grace = seconds(3);
    return config;
}

}  // namespace

SocketPlace place_of(const Json& socket_config) {
    return {socket_config["connection_url"], socket_config["sec_web_socket_protocol"]};
}

std::string target_of(const std::string& url) {
    return url.substr(url.find('/', url.find("//") + 2));
}

SocketTest::SocketTest(bool starts, const NodeConfig& with)
    : ApiTest(with_short_times(with)), game(new_game()) {
    if (starts) start();
}

void SocketTest::start() {
    runtime = start_runtime(game);
    dispatcher = place_of(runtime.token_reply.json()["dispatcher_config"]);
}

void SocketTest::pump(Socket& socket) {
    for (int round = 0; round < 8; ++round) {
        socket.wire->to_server += socket.client.take_output();
        socket.wire->wake();
        world.run();
        std::string bytes;
        bytes.swap(socket.wire->from_server);
        socket.client.feed(bytes);
    }
}

SocketTest::Socket SocketTest::open(const SocketPlace& place) {
    return open(target_of(place.url), place.protocol);
}

SocketTest::Socket SocketTest::open(std::string_view target, std::string_view protocol) {
    Socket socket{connect(), {}};
    send(socket.wire, tests::SocketClient::handshake(target, protocol));
    pump(socket);
    return socket;
}

SocketTest::Client SocketTest::join() {
    Client result;
    result.person = new_player();
    const Json where = {{"tenant", game.tenant}, {"project", game.project}, {"stage", game.stage}};
    const Json reply = call("player", "create-client", where, result.person.token).json();
    result.id = reply["client_id"];
    result.connector = place_of(reply["connector_config"]);
    result.url = reply["connection_url"];
    return result;
}

Json SocketTest::runtime_says(const Json& entries) {
    Json body = runtime_poll();
    body["outgoing_messages"] = entries;
    Json mail =
        call("runtime", "interchange-messages", body, runtime.token).json()["incoming_messages"];
    Json consume = runtime_poll();
    for (const Json& one : mail) consume["consumed_messages"].push_back(one["id"]);
    call("runtime", "interchange-messages", consume, runtime.token);
    return mail;
}

Json SocketTest::runtime_says_nothing() {
    return runtime_says(Json::array());
}

Json SocketTest::entry(const char* qualifier, const Json& body) {
    return Json::array({{{"qualifier", qualifier}, {"body", body}}});
}

SocketPlace SocketTest::invite(Socket& socket, const Client& client) {
    runtime_says(
        entry("UPGRADE_CONNECTION", {{"client_id", client.id}, {"protocol", "DISPATCHER"}}));
    pump(socket);
    const Json last = Json::parse(socket.client.texts().back());
    EXPECT_EQ(last["qualifier"], "CONNECTION_UPGRADED");
    return place_of(last["body"]["dispatcher_config"]);
}

std::string SocketTest::qualifiers(const Socket& socket) {
    std::string result;
    for (const std::string& text : socket.client.texts()) {
        if (!result.empty()) result += ' ';
        result += Json::parse(text)["qualifier"].get<std::string>();
    }
    return result;
}

}  // namespace playback::omgservers
