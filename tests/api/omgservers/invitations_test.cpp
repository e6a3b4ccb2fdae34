#include "engine/api/omgservers/invitations.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/api/omgservers/socket_fixture.h"

namespace playback::omgservers {
namespace {

class InvitationsTest : public SocketTest {
protected:
    // The invitation among the mail of a client that polls.
    Json invited(const Client& client, const char* method, const char* qualifier) {
        const Json mail = call("player", method, poll(client.id), client.person.token)
                              .json()["incoming_messages"];
        for (const Json& one : mail)
            if (one["qualifier"] == qualifier) return one["body"];
        return {};
    }
    void upgrade(const Client& client, Json more = {{"protocol", "DISPATCHER"}}) {
        more["client_id"] = client.id;
        runtime_says(entry("UPGRADE_CONNECTION", more));
    }
};

TEST_F(InvitationsTest, AreWordedForPollingClientsOfBothGenerations) {
    const Client client = join();
    upgrade(client);
    const Json p2 = invited(client, "interchange-messages", "CONNECTION_UPGRADED");
    EXPECT_EQ(p2["protocol"], "DISPATCHER");
    EXPECT_TRUE(p2["dispatcher_config"]["connection_url"].get<std::string>().ends_with(
        "/dispatcher/v1/entrypoint/websocket/endpoint"));
    const Json p1 = invited(client, "interchange", "CONNECTION_UPGRADE_MESSAGE");
    EXPECT_EQ(p1["client_id"], client.id);
    EXPECT_EQ(p1["protocol"], "DISPATCHER");
    // Both tokens open the room.
    Socket host = open(dispatcher);
    EXPECT_EQ(open(place_of(p2["dispatcher_config"])).client.closed(), "");
    const std::string token = p1["web_socket_config"]["ws_token"];
    const std::string path = std::string(dispatcher_path) + "?ws_token=" + token;
    EXPECT_TRUE(open(path, "omgservers").client.opened());
}

TEST_F(InvitationsTest, HaveAFreshTokenWheneverTheyAreDelivered) {
    Client client = join();
    upgrade(client);
    for (int i = 0; i < 10; ++i) {
        world.advance(seconds(20));
        invited(client, "interchange-messages", "CONNECTION_UPGRADED");
        runtime_says_nothing();
    }
    start();  // another token of the runtime, too
    Socket host = open(dispatcher);
    const Json late = invited(client, "interchange-messages", "CONNECTION_UPGRADED");
    EXPECT_TRUE(open(place_of(late["dispatcher_config"])).client.opened());
}

TEST_F(InvitationsTest, AreForClientsOfTheRuntimeAlone) {
    const Client client = join();
    runtime_says(entry("UPGRADE_CONNECTION", {{"client_id", "77"}, {"protocol", "DISPATCHER"}}));
    runtime_says(entry("UPGRADE_CONNECTION", {{"protocol", "DISPATCHER"}}));
    upgrade(client, {{"protocol", "CARRIER_PIGEON"}});
    EXPECT_EQ(invited(client, "interchange-messages", "CONNECTION_UPGRADED"), Json());
}

TEST_F(InvitationsTest, WithoutOneNothingIsSigned) {
    std::vector<mailbox::ClientMail> mail(2);
    EXPECT_FALSE(has_invitation(mail));
    mail[1].kind = mailbox::ClientMailKind::connection_upgraded;
    EXPECT_TRUE(has_invitation(mail));
}

}  // namespace
}  // namespace playback::omgservers
