#include "engine/api/omgservers/members.h"

#include <gtest/gtest.h>

namespace playback::omgservers {
namespace {

std::string problem(const std::optional<Problem>& wrong) {
    return wrong ? std::string(wrong->qualifier) + " " + wrong->detail : "";
}

TEST(Members, ReadsTextsIdsObjectsAndLists) {
    std::string text;
    std::string digits;
    std::uint64_t id = 0;
    std::uint64_t number = 0;
    JsonText object;
    std::vector<std::string> list;
    Members in;
    in.text("text", text).text("digits", digits).id("id", id).id("number", number);
    in.object("object", object);
    in.list("list", [&](wire::JsonReader& reader) { list.emplace_back(reader.string()); });
    EXPECT_EQ(problem(in.read(R"({"list":["a","b"],"object": {"x":[1]} ,"number":5,"id":"6",
        "digits":77,"text":"\u00e4","more":{"list":1}})")),
              "");
    EXPECT_EQ(text, "\xc3\xa4");
    EXPECT_EQ(digits, "77");
    EXPECT_EQ(id, 6U);
    EXPECT_EQ(number, 5U);
    EXPECT_EQ(object.view(), R"({"x":[1]})");
    EXPECT_EQ(list, (std::vector<std::string>{"a", "b"}));
}

TEST(Members, NamesWhatIsWrong) {
    std::string text;
    std::uint64_t id = 0;
    const auto read = [&](std::string_view body) {
        Members in;
        in.text("text", text).id("id", id);
        return problem(in.read(body));
    };
    EXPECT_EQ(read(R"({"text":"x"})"), "VALIDATION_CONSTRAINT_VIOLATED id: must be given");
    EXPECT_EQ(read(R"({"text":" ","id":1})"),
              "VALIDATION_CONSTRAINT_VIOLATED text: must not be blank");
    EXPECT_TRUE(read(R"({"text":[],"id":1})").starts_with("WRONG_REQUEST field 'text'"))
        << read(R"({"text":[],"id":1})");
    EXPECT_TRUE(read("").starts_with("WRONG_REQUEST"));
}

TEST(Members, LengthsAreInUtf16Units) {
    std::string text;
    const auto fits = [&](const std::string& value) {
        Members in;
        in.text("text", text);
        return !in.read("{\"text\":\"" + value + "\"}");
    };
    std::string umlauts;
    for (int i = 0; i < 64; ++i) umlauts += "\xc3\xa4";
    EXPECT_TRUE(fits(umlauts));
    EXPECT_FALSE(fits(umlauts + "x"));
    std::string faces;
    for (int i = 0; i < 32; ++i) faces += "\xf0\x9f\x98\x80";
    EXPECT_TRUE(fits(faces));
    EXPECT_FALSE(fits(faces + "x"));
}

TEST(Members, EitherNameServes) {
    std::string user;
    const auto read = [&](std::string_view body) {
        user.clear();
        Members in;
        in.text("user", "user_id", user);
        return problem(in.read(body)).empty() ? user : "?";
    };
    EXPECT_EQ(read(R"({"user":"a"})"), "a");
    EXPECT_EQ(read(R"({"user_id":5})"), "5");
    EXPECT_EQ(read(R"({"user":"a","user_id":"b"})"), "a");
    EXPECT_EQ(read(R"({"user_id":"b","user":"a"})"), "a");
    EXPECT_EQ(read(R"({})"), "?");
}

TEST(Members, WhatIsOptionalMayBeAbsentOrNull) {
    JsonText config;
    std::string tenant;
    const auto read = [&](std::string_view body) {
        Members in;
        in.object("config", config).optional().text("tenant", tenant).optional();
        return problem(in.read(body));
    };
    EXPECT_EQ(read("{}"), "");
    EXPECT_EQ(read(R"({"config":null,"tenant":null})"), "");
    EXPECT_TRUE(config.empty());
    EXPECT_EQ(read(R"({"config":{}})"), "");
    EXPECT_FALSE(config.empty());
}

TEST(Members, AnEmptyListIsMissing) {
    Members in;
    in.list("list", [](wire::JsonReader& reader) { reader.skip(); });
    EXPECT_TRUE(problem(in.read(R"({"list":[]})")).starts_with("VALIDATION"));
}

}  // namespace
}  // namespace playback::omgservers
