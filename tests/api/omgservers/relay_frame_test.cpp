#include "engine/api/omgservers/relay_frame.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck.h>

namespace playback::omgservers {
namespace {

using Json = nlohmann::json;

TEST(RelayFrame, IsForEverybodyOrForThoseListed) {
    const Result<RelayFrame> all = read_relay_frame(R"({"encoding":"TXT","message":"a"})");
    ASSERT_TRUE(all);
    EXPECT_FALSE(all->clients);
    EXPECT_EQ(all->payload, "a");
    const Result<RelayFrame> null =
        read_relay_frame(R"({"encoding":"TXT","message":"a","clients":null})");
    ASSERT_TRUE(null);
    EXPECT_FALSE(null->clients);
    const Result<RelayFrame> listed =
        read_relay_frame(R"({"clients":["7",8],"message":"AP8=","encoding":"B64"})");
    ASSERT_TRUE(listed);
    EXPECT_TRUE(listed->is_binary);
    EXPECT_EQ(listed->payload, std::string("\0\xff", 2));
    EXPECT_EQ(listed->clients, (std::vector{ClientId{7}, ClientId{8}}));
    const Result<RelayFrame> nobody =
        read_relay_frame(R"({"encoding":"TXT","message":"a","clients":[]})");
    ASSERT_TRUE(nobody);
    EXPECT_TRUE(nobody->clients->empty());
}

TEST(RelayFrame, RefusesWhatItCannotPassOn) {
    for (const char* wrong : {"",
                              "[]",
                              R"({"encoding":"TXT"})",
                              R"({"encoding":"TXT","message":" "})",
                              R"({"encoding":"txt","message":"a"})",
                              R"({"encoding":"B64","message":"a"})",
                              R"({"encoding":"TXT","message":7})",
                              R"({"encoding":"TXT","message":"a","clients":["x"]})"})
        EXPECT_FALSE(read_relay_frame(wrong)) << wrong;
    std::string many = R"({"encoding":"TXT","message":"a","clients":[1)";
    for (int i = 0; i < 2000; ++i) many += ",1";
    EXPECT_FALSE(read_relay_frame(many + "]}"));
}

TEST(RelayFrame, ComesBackAsItWent) {
    rc::check([](const std::string& bytes) {
        const Json frame = Json::parse(relay_frame_of(ClientId{5}, true, bytes));
        RC_ASSERT(frame["client_id"] == "5");
        if (bytes.empty()) return;
        const Result<RelayFrame> back = read_relay_frame(frame.dump());
        RC_ASSERT(back.has_value());
        RC_ASSERT(back->is_binary);
        RC_ASSERT(back->payload == bytes);
    });
}

}  // namespace
}  // namespace playback::omgservers
