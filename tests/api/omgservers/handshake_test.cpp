#include "engine/api/omgservers/handshake.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/socket_fixture.h"

namespace playback::omgservers {
namespace {

class HandshakeTest : public SocketTest {
protected:
    // The answer to a GET with these headers; the token is good.
    HttpReply get(const std::string& headers) {
        const Client client = join();
        const std::string head = "GET " + target_of(client.url) + " HTTP/1.1\r\nHost: a\r\n";
        return exchange(head + headers + "\r\n");
    }
    static constexpr const char* upgrade =
        "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n";
    static constexpr const char* version = "Sec-WebSocket-Version: 13\r\n";
    static constexpr const char* key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
};

TEST_F(HandshakeTest, NeedsAnUpgradeOfThisVersionWithAKey) {
    const HttpReply plain = get("");
    EXPECT_EQ(plain.outcome(), "426 WRONG_REQUEST");
    EXPECT_TRUE(plain.head.contains("Upgrade: websocket\r\n"));
    EXPECT_EQ(get(std::string(upgrade) + key).outcome(), "426 WRONG_REQUEST");
    const HttpReply old = get(std::string(upgrade) + key + "Sec-WebSocket-Version: 8\r\n");
    EXPECT_EQ(old.outcome(), "426 WRONG_REQUEST");
    EXPECT_TRUE(old.head.contains("Sec-WebSocket-Version: 13\r\n"));
    EXPECT_EQ(get(std::string(upgrade) + version).outcome(), "400 WRONG_REQUEST");
    EXPECT_EQ(get(std::string(upgrade) + version + "Sec-WebSocket-Key: short\r\n").outcome(),
              "400 WRONG_REQUEST");
    EXPECT_EQ(get(std::string(upgrade) + version + key).status, 101);
}

TEST_F(HandshakeTest, IsAGet) {
    const Client client = join();
    const HttpReply reply = exchange(request(connector_path, "{}", client.person.token));
    EXPECT_EQ(reply.outcome(), "405 WRONG_REQUEST");
    EXPECT_TRUE(reply.head.contains("Allow: GET\r\n"));
}

TEST_F(HandshakeTest, ReadsTheCarrierHoweverItIsSplit) {
    const Client client = join();
    const std::string protocol = client.connector.protocol;
    const std::string token = protocol.substr(protocol.find(',') + 1);
    // With a space, and in two headers.
    EXPECT_TRUE(open(connector_path, "bearer-token-carrier, " + token).client.opened());
    const std::string two = "bearer-token-carrier\r\nSec-WebSocket-Protocol: " + token;
    EXPECT_TRUE(open(connector_path, two).client.opened());
    // What we do not know is not confirmed.
    Socket other = open(target_of(client.url), "chat");
    EXPECT_TRUE(other.client.opened());
    EXPECT_FALSE(other.client.head.contains("Sec-WebSocket-Protocol"));
}

TEST_F(HandshakeTest, TakesATokenInAuthorizationToo) {
    const Client client = join();
    const std::string token = client.url.substr(client.url.find("ws_token=") + 9);
    const std::string more = "omgservers\r\nAuthorization: Bearer " + token;
    EXPECT_TRUE(open(connector_path, more).client.opened());
}

}  // namespace
}  // namespace playback::omgservers
