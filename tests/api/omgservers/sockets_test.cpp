#include "engine/api/omgservers/sockets.h"

#include <gtest/gtest.h>

namespace playback::omgservers {
namespace {

TEST(Sockets, FollowTheSchemeAndPrefixOfThePublicUrl) {
    EXPECT_EQ(connector_url("http://a:8080"),
              "ws://a:8080/connector/v1/entrypoint/websocket/endpoint");
    EXPECT_EQ(dispatcher_url("https://a/prefix"),
              "wss://a/prefix/dispatcher/v1/entrypoint/websocket/endpoint");
}

TEST(Sockets, CarryTheTokenInBothWays) {
    EXPECT_EQ(socket_url_with_token("ws://a/x", "t.o.k"), "ws://a/x?ws_token=t.o.k");
    EXPECT_EQ(carrier_of("t.o.k"),
              "bearer-token-carrier,quarkus-http-upgrade%23Authorization%23Bearer+t.o.k");
    std::string text;
    wire::JsonWriter out(text);
    out.object();
    write_socket_config(out, "connector_config", "ws://a/x", "t");
    out.end_object();
    EXPECT_EQ(text,
              R"({"connector_config":{"connection_url":"ws://a/x","sec_web_socket_protocol":)"
              R"("bearer-token-carrier,quarkus-http-upgrade%23Authorization%23Bearer+t"}})");
}

}  // namespace
}  // namespace playback::omgservers
