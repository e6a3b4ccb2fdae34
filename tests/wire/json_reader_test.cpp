#include "engine/wire/json_reader.h"

#include <functional>
#include <optional>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck.h>

namespace playback::wire {
namespace {

// Reads one member "v" of an object with `read` and gives the error, or "ok".
std::string outcome(std::string_view text, const std::function<void(JsonReader&)>& read) {
    JsonReader in(text);
    in.object([&](std::string_view name) {
        if (name == "v") read(in);
    });
    const auto finished = in.finish();
    if (finished) return "ok";
    EXPECT_EQ(finished.error().code, Errc::invalid_argument);
    return finished.error().detail;
}

struct Interchange {
    std::uint64_t client_id = 0;
    std::vector<std::uint64_t> consumed;
    std::vector<std::pair<std::string, JsonText>> messages;
    std::optional<std::string> note;
    bool flag = false;
};

Result<Interchange> read_interchange(std::string_view text) {
    Interchange call;
    JsonReader in(text);
    in.object([&](std::string_view name) {
        if (name == "client_id") {
            call.client_id = in.id();
        } else if (name == "consumed_messages") {
            in.array([&] { call.consumed.push_back(in.id()); });
        } else if (name == "outgoing_messages") {
            in.array([&] {
                auto& [qualifier, body] = call.messages.emplace_back();
                in.object([&](std::string_view member) {
                    if (member == "qualifier")
                        qualifier = in.string();
                    else if (member == "body")
                        body = in.raw();
                });
            });
        } else if (name == "note") {
            if (!in.null()) call.note = in.string();
        } else if (name == "flag") {
            call.flag = in.boolean();
        }
    });
    TRY_VOID(in.finish());
    return call;
}

TEST(JsonReader, ReadsARequestAndSkipsWhatItDoesNotKnow) {
    const auto call = read_interchange(
        R"( { "client_id" : "351843720888320", "__object":true, "extra":{"client_id":[1,{}]},
        "outgoing_messages":[{"qualifier":"MESSAGE_PRODUCED","body":{ "x" : [1, 2] },"z":1}, {}],
        "consumed_messages":["7", 8], "note":null, "flag":true } )");
    ASSERT_TRUE(call) << call.error().detail;
    EXPECT_EQ(call->client_id, 351843720888320U);
    EXPECT_EQ(call->consumed, (std::vector<std::uint64_t>{7, 8}));
    ASSERT_EQ(call->messages.size(), 2U);
    EXPECT_EQ(call->messages[0].first, "MESSAGE_PRODUCED");
    EXPECT_EQ(call->messages[0].second.view(), R"({ "x" : [1, 2] })");
    EXPECT_TRUE(call->messages[1].second.empty());
    EXPECT_FALSE(call->note);
    EXPECT_TRUE(call->flag);
}

TEST(JsonReader, UnescapesNamesAndStringsOnlyWhereItMust) {
    const auto call =
        read_interchange(R"({"n\u006fte":"J\u00f6rg \ud83d\ude00 \"\\\/\b\f\n\r\t"})");
    ASSERT_TRUE(call);
    EXPECT_EQ(call->note, "J\xc3\xb6rg \xf0\x9f\x98\x80 \"\\/\b\f\n\r\t");
    const std::string text = R"("plain")";
    JsonReader in(text);
    const std::string_view plain = in.string();
    EXPECT_EQ(plain.data(), text.data() + 1);  // a view, not a copy
    EXPECT_TRUE(in.finish());
    EXPECT_EQ(unescape_json(R"("\u0000\u20ac\uffff")"),
              std::string("\0\xe2\x82\xac\xef\xbf\xbf", 7));
}

TEST(JsonReader, NamesTheFieldAndTheByte) {
    const auto why = [](std::string_view text) {
        const auto call = read_interchange(text);
        return call ? std::string("ok") : call.error().detail;
    };
    EXPECT_EQ(why(R"({"client_id":true})"),
              "field 'client_id': a whole number is expected at byte 13");
    EXPECT_EQ(why(R"({"consumed_messages":["1","x"]})"),
              "field 'consumed_messages[1]': a whole number is expected at byte 26");
    EXPECT_EQ(why(R"({"outgoing_messages":[{},{"qualifier":5}]})"),
              "field 'outgoing_messages[1].qualifier': a string is expected at byte 38");
    EXPECT_EQ(why(R"({"outgoing_messages":[{"body":[1,]}]})"),
              "field 'outgoing_messages[0].body': JSON: a value is expected at byte 33");
    EXPECT_EQ(why(R"({"extra":nul})"), "field 'extra': JSON: a value is expected at byte 9");
    EXPECT_EQ(why("[]"), "an object is expected at byte 0");
    EXPECT_EQ(why(""), "the text ends too early at byte 0");
    EXPECT_EQ(why("{} x"), "text after the value at byte 3");
    EXPECT_EQ(why(R"({"flag":1})"), "field 'flag': true or false is expected at byte 8");
    EXPECT_EQ(why("{\"note\":\"\xff\"}"), "field 'note': JSON: bytes that are not UTF-8 at byte 9");
}

TEST(JsonReader, AMemberThatIsReadTwiceIsRefused) {
    const auto why = [](std::string_view text) {
        const auto call = read_interchange(text);
        return call ? std::string("ok") : call.error().detail;
    };
    EXPECT_EQ(why(R"({"client_id":1,"flag":true,"client_id":1})"),
              "field 'client_id': this member was given before, at byte 39");
    EXPECT_EQ(why(R"({"note":null,"note":"x"})"),
              "field 'note': this member was given before, at byte 20");
    EXPECT_EQ(why(R"({"note":null,"n\u006fte":"x"})"),
              "field 'note': this member was given before, at byte 25");
    EXPECT_EQ(why(R"({"other":1,"other":2})"), "ok");
    EXPECT_EQ(why(R"({"outgoing_messages":[{"body":1},{"body":2}]})"), "ok");
    EXPECT_EQ(why(R"({"outgoing_messages":[{"body":1,"body":2}]})"),
              "field 'outgoing_messages[0].body': this member was given before, at byte 39");
}

TEST(JsonReader, ReadingTooManyMembersOfOneObjectIsRefused) {
    std::string text = "{";
    for (int i = 0; i < 65; ++i) text += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":1";
    text += '}';
    JsonReader in(text);
    in.object([&](std::string_view) { (void)in.int64(); });
    ASSERT_FALSE(in.finish());
    EXPECT_EQ(in.finish().error().detail, "field 'm64': too many members at byte 509");
    JsonReader skipping(text);
    EXPECT_TRUE(skipping.finish());
}

TEST(JsonReader, NumbersAreWholeAndInRange) {
    const auto int64 = [](JsonReader& in) { (void)in.int64(); };
    for (const char* good : {R"({"v":0})",
                             R"({"v":-0})",
                             R"({"v":9223372036854775807})",
                             R"({"v":-9223372036854775808})",
                             R"({"v":"12"})",
                             R"({"v":"-12"})"})
        EXPECT_EQ(outcome(good, int64), "ok") << good;
    for (const char* bad : {R"({"v":1.0})",
                            R"({"v":1e3})",
                            R"({"v":"1.5"})",
                            R"({"v":""})",
                            R"({"v":" 1"})",
                            R"({"v":"1 "})",
                            R"({"v":"+1"})",
                            R"({"v":"0x1"})",
                            R"({"v":"1a"})",
                            R"({"v":null})",
                            R"({"v":[1]})",
                            R"({"v":{}})"})
        EXPECT_TRUE(outcome(bad, int64).starts_with("field 'v': a whole number is expected"))
            << bad;
    for (const char* huge : {R"({"v":9223372036854775808})",
                             R"({"v":"-9223372036854775809"})",
                             R"({"v":1000000000000000000000000000000000000000000})"})
        EXPECT_EQ(outcome(huge, int64),
                  "field 'v': the number does not fit into 64 bits at byte 5");
    EXPECT_FALSE(JsonReader(R"(01)").finish());
}

TEST(JsonReader, IdsAndSmallNumbersHaveTheirOwnRange) {
    const auto id = [](JsonReader& in) { (void)in.id(); };
    EXPECT_EQ(outcome(R"({"v":"9223372036854775807"})", id), "ok");
    EXPECT_EQ(outcome(R"({"v":0})", id), "ok");
    EXPECT_EQ(outcome(R"({"v":-1})", id),
              "field 'v': an id is not negative, but this one is at byte 5");
    EXPECT_EQ(outcome(R"({"v":"18446744073709551615"})", id),
              "field 'v': the number does not fit into 64 bits at byte 5");
    const auto int32 = [](JsonReader& in) { (void)in.int32(); };
    EXPECT_EQ(outcome(R"({"v":2147483647})", int32), "ok");
    EXPECT_EQ(outcome(R"({"v":-2147483649})", int32),
              "field 'v': the number does not fit into 32 bits at byte 5");
}

TEST(JsonReader, TextOrNumber) {
    const auto read = [](const char* text) {
        JsonReader in(text);
        const std::string value(in.string_or_number());
        return in.finish() ? value : std::string("refused");
    };
    EXPECT_EQ(read("\"alias\""), "alias");
    EXPECT_EQ(read("351843720888320"), "351843720888320");
    EXPECT_EQ(read("-5"), "-5");
    EXPECT_EQ(read("1.5"), "refused");
    EXPECT_EQ(read("1e5"), "refused");
    EXPECT_EQ(read("true"), "refused");
    EXPECT_EQ(read("null"), "refused");
}

TEST(JsonReader, TheFirstErrorSticksAndEveryReadIsHarmless) {
    JsonReader in(R"([1,"x",3])");
    int elements = 0;
    in.array([&] {
        ++elements;
        (void)in.int64();
    });
    EXPECT_EQ(elements, 2);
    EXPECT_FALSE(in.ok());
    EXPECT_EQ(in.int64(), 0);
    EXPECT_EQ(in.string(), "");
    EXPECT_FALSE(in.boolean());
    EXPECT_FALSE(in.null());
    EXPECT_TRUE(in.raw().empty());
    in.skip();
    in.object([&](std::string_view) { FAIL(); });
    in.refuse("something else");
    EXPECT_EQ(in.finish().error().detail, "field '[1]': a whole number is expected at byte 3");
}

TEST(JsonReader, ACallerCanRefuseAValue) {
    EXPECT_EQ(outcome(R"({"v":"X"})",
                      [](JsonReader& in) {
                          if (in.string() != "A") in.refuse("a known qualifier is expected");
                      }),
              "field 'v': a known qualifier is expected at byte 5");
    EXPECT_EQ(outcome(R"({"v":"X"})", [](JsonReader& in) { in.refuse("nothing is expected"); }),
              "field 'v': nothing is expected at byte 5");
}

TEST(JsonReader, DepthAndSizeAreLimited) {
    const std::string deep = std::string(64, '[') + std::string(64, ']');
    EXPECT_TRUE(JsonReader(deep).finish());
    EXPECT_FALSE(JsonReader("[" + deep + "]").finish());
    // Containers opened by handlers count as those that are skipped.
    const auto nested = [](std::size_t depth_max) {
        JsonReader in("[[[1]]]", {.depth_max = depth_max});
        in.array([&] { in.array([&] { in.array([&] { (void)in.int64(); }); }); });
        return in.finish().has_value();
    };
    EXPECT_TRUE(nested(3));
    EXPECT_FALSE(nested(2));
    JsonReader inside("[[[1]]]", {.depth_max = 2});
    inside.array([&] { inside.skip(); });
    EXPECT_FALSE(inside.finish());
    EXPECT_FALSE(JsonReader("[1,2,3]", {.bytes_max = 6}).finish());
    EXPECT_FALSE(JsonReader(std::string(1'000'000, '[')).finish());
    EXPECT_FALSE(JsonReader(std::string(2'000'000, ' ')).finish());
}

// Walks any text with typed reads wherever the text allows them, as a generic reader would.
void walk(JsonReader& in, int depth) {
    if (depth > 20) return;
    if (in.next_is_object())
        in.object([&](std::string_view) { walk(in, depth + 1); });
    else if (in.next_is_array())
        in.array([&] { walk(in, depth + 1); });
    else if (depth % 2 == 0 || !in.null())
        in.skip();
}

TEST(JsonReader, AgreesWithAnotherParserOnDamagedTexts) {
    EXPECT_TRUE(rc::check([] {
        std::string text = R"({"a":[1,{"b":"J\u00f6rg"},[]],"c":{"d":null,"e":[true,-2.5e3]}})";
        for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
            const std::size_t at = *rc::gen::inRange<std::size_t>(0, text.size());
            text[at] =
                *rc::gen::oneOf(rc::gen::element('[', ']', '{', '}', ',', ':', '"', ' ', '1'),
                                rc::gen::arbitrary<char>());
        }
        JsonReader in(text);
        walk(in, 0);
        RC_ASSERT(in.finish().has_value() == nlohmann::json::accept(text));
    }));
}

}  // namespace
}  // namespace playback::wire
