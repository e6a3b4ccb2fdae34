#include "engine/wire/json_writer.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck.h>

#include "engine/wire/json_reader.h"

namespace playback::wire {
namespace {

TEST(JsonWriter, WritesEveryKindOfValue) {
    std::string text;
    JsonWriter out(text);
    EXPECT_FALSE(out.complete());
    out.object().key("client_id").id(351843720888320).key("match").null();
    out.key("list").array().integer(-1).unsigned_integer(UINT64_MAX).boolean(true).boolean(false);
    out.array().end_array().object().end_object().end_array();
    out.key("at").time({1'690'056'599'123}).key("text").string("a\"b");
    out.key("raw").raw(JsonText::trusted("{\"x\" : 1}")).key("none").raw({}).end_object();
    EXPECT_TRUE(out.complete());
    EXPECT_EQ(text,
              R"({"client_id":"351843720888320","match":null,)"
              R"("list":[-1,18446744073709551615,true,false,[],{}],)"
              R"("at":"2023-07-22T20:09:59.123Z","text":"a\"b","raw":{"x" : 1},"none":null})");
}

TEST(JsonWriter, EachTimeHasItsOwnText) {
    std::string text;
    JsonWriter out(text);
    out.array().time({0}).time({0}).time({1}).time({0}).end_array();
    EXPECT_EQ(text,
              R"(["1970-01-01T00:00:00.000Z","1970-01-01T00:00:00.000Z",)"
              R"("1970-01-01T00:00:00.001Z","1970-01-01T00:00:00.000Z"])");
}

TEST(JsonWriter, EscapesWhatMustBeEscaped) {
    std::string text;
    append_json_string(text, std::string_view("\0\x01\b\t\n\f\r\x1f\"\\/\x7f", 12));
    EXPECT_EQ(text, "\"\\u0000\\u0001\\b\\t\\n\\f\\r\\u001f\\\"\\\\/\x7f\"");
}

TEST(JsonWriter, ReplacesWhatIsNotUtf8) {
    const auto written = [](std::string_view bytes) {
        std::string text;
        append_json_string(text, bytes);
        return text;
    };
    EXPECT_EQ(written("a\xff"), "\"a\xef\xbf\xbd\"");
    EXPECT_EQ(written("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
              "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
    EXPECT_EQ(written("\xe2\x82"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
    EXPECT_EQ(written("\xed\xa0\x80z"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
}

TEST(JsonWriter, AnyBytesBecomeValidJsonAndUtf8ComesBack) {
    EXPECT_TRUE(rc::check([](const std::string& bytes) {
        std::string text;
        append_json_string(text, bytes);
        RC_ASSERT(JsonText::parse(text).has_value());
        RC_ASSERT(nlohmann::json::accept(text));
        JsonReader in(text);
        const std::string read(in.string());
        RC_ASSERT(in.finish().has_value());
        if (is_utf8(bytes)) RC_ASSERT(read == bytes);
    }));
}

TEST(JsonWriter, TheReaderGivesBackWhatWasWritten) {
    EXPECT_TRUE(rc::check([](std::int64_t number,
                             std::uint64_t id,
                             bool flag,
                             const std::vector<std::string>& names) {
        id &= INT64_MAX;
        std::string text;
        JsonWriter out(text);
        out.object().key("n").integer(number).key("id").id(id).key("f").boolean(flag);
        out.key("names").array();
        for (const std::string& name : names) out.string(name);
        out.end_array().end_object();
        JsonReader in(text);
        std::size_t count = 0;
        in.object([&](std::string_view name) {
            if (name == "n") RC_ASSERT(in.int64() == number);
            if (name == "id") RC_ASSERT(in.id() == id);
            if (name == "f") RC_ASSERT(in.boolean() == flag);
            if (name == "names")
                in.array([&] {
                    const std::string_view read = in.string();
                    if (is_utf8(names[count])) RC_ASSERT(read == names[count]);
                    ++count;
                });
        });
        RC_ASSERT(in.finish().has_value());
        RC_ASSERT(count == names.size());
    }));
}

}  // namespace
}  // namespace playback::wire
