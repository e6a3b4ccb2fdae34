#include "engine/api/omgservers/client_message.h"

#include <gtest/gtest.h>

namespace playback::omgservers {
namespace {

// The message, "foreign", "refused", or "" if there is none.
std::string read(std::string_view text, Generation generation = Generation::p2) {
    wire::JsonReader in(text);
    const ClientEntry entry = read_client_entry(in, generation);
    if (!in.finish()) return "refused";
    return entry.is_foreign ? "foreign" : std::string(entry.message.view());
}

TEST(ClientMessage, IsWordedByEachGeneration) {
    EXPECT_EQ(read(R"({"id":3,"qualifier":"MESSAGE_PRODUCED","body":{"message":{"a":1}}})"),
              R"({"a":1})");
    EXPECT_EQ(read(R"({"body":{"data":"x","message":"y"},"qualifier":"CLIENT_OUTGOING_MESSAGE"})",
                   Generation::p1),
              R"("x")");
    EXPECT_EQ(read(R"({"qualifier":"MESSAGE_PRODUCED","body":{"message":1}})", Generation::p1),
              "refused");
}

TEST(ClientMessage, TellsWhatIsWrong) {
    EXPECT_EQ(read(R"({"qualifier":"RUNTIME_ASSIGNED","body":{"message":1}})"), "foreign");
    EXPECT_EQ(read(R"({"qualifier":"NO_SUCH","body":{"message":1}})"), "refused");
    EXPECT_EQ(read(R"({"body":{"message":1}})"), "");
    EXPECT_EQ(read(R"({"qualifier":"MESSAGE_PRODUCED","body":{}})"), "");
    EXPECT_EQ(read(R"({"qualifier":"MESSAGE_PRODUCED","body":null})"), "");
    EXPECT_EQ(read("7"), "refused");
}

}  // namespace
}  // namespace playback::omgservers
