#include "engine/base/json_text.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck.h>

namespace playback {
namespace {

std::string why_refused(std::string_view text, const JsonLimits& limits = {}) {
    const auto parsed = JsonText::parse(text, limits);
    if (parsed) return "accepted";
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument);
    return parsed.error().detail;
}

TEST(JsonText, TakesEveryKindOfValueVerbatim) {
    for (const char* text : {"null",
                             "true",
                             "false",
                             "0",
                             "-0",
                             "-1.5e+10",
                             "1E400",
                             "12345678901234567890123",
                             "\"\"",
                             R"("\"\\\/\b\f\n\r\t\u0041\ud83d\ude00")",
                             "\"\x7f\"",
                             "[]",
                             "[ ]",
                             "{}",
                             "{ }",
                             "[1 , 2]",
                             R"({"a":[{"b":null}],"a":2})",
                             "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""}) {
        const auto parsed = JsonText::parse(text);
        ASSERT_TRUE(parsed) << text << ": " << parsed.error().detail;
        EXPECT_EQ(parsed->view(), text);
    }
}

TEST(JsonText, DropsSpaceAroundTheValueOnly) {
    EXPECT_EQ(JsonText::parse(" \t\r\n[ 1 ]\n ")->view(), "[ 1 ]");
}

TEST(JsonText, RefusesWhatIsNoJson) {
    for (const char* text : {"",          " ",           "nul",        "nulll",
                             "True",      "01",          "-",          "+1",
                             ".5",        "1.",          "1.e1",       "1e",
                             "1e+",       "0x1",         "NaN",        "Infinity",
                             "'a'",       "\"a",         "\"\\\"",     "\"\\x\"",
                             "\"\\u12\"", "\"\\u12g4\"", "\"\n\"",     "[",
                             "]",         "[1",          "[1,]",       "[,1]",
                             "[1 2]",     "[1}",         "{",          "{a:1}",
                             "{\"a\"}",   "{\"a\":}",    "{\"a\":1,}", "{\"a\":1]",
                             "{1:2}",     "{\"a\" 1}",   "{,}",        "1 2",
                             "[] x",      "//",          "/**/1",      "\xef\xbb\xbf{}",
                             "\xa0null"})
        EXPECT_FALSE(JsonText::parse(text)) << text;
    EXPECT_FALSE(JsonText::parse(std::string_view("\0", 1)));
    EXPECT_FALSE(JsonText::parse(std::string_view("\"\0\"", 3)));
}

TEST(JsonText, RefusesWhatIsNotUtf8) {
    for (const char* bytes : {"\x80",
                              "\xbf",
                              "\xc0\x80",
                              "\xc1\xbf",
                              "\xc3",
                              "\xc3(",
                              "\xe0\x80\x80",
                              "\xe0\x9f\xbf",
                              "\xed\xa0\x80",
                              "\xed\xbf\xbf",
                              "\xe2\x82",
                              "\xf0\x80\x80\x80",
                              "\xf0\x8f\xbf\xbf",
                              "\xf4\x90\x80\x80",
                              "\xf5\x80\x80\x80",
                              "\xf0\x9f\x98",
                              "\xff",
                              "\xfe"}) {
        EXPECT_FALSE(is_utf8(bytes));
        EXPECT_FALSE(JsonText::parse('"' + std::string(bytes) + '"'));
    }
    for (const char* bytes : {"\xc2\x80",
                              "\xe0\xa0\x80",
                              "\xed\x9f\xbf",
                              "\xee\x80\x80",
                              "\xf0\x90\x80\x80",
                              "\xf4\x8f\xbf\xbf",
                              "plain text of some length"})
        EXPECT_TRUE(is_utf8(bytes));
}

TEST(JsonText, RefusesSurrogatesWithoutTheirOther) {
    for (const char* text : {R"("\ud800")",
                             R"("\udc00")",
                             R"("\ud800x")",
                             R"("\ud800\n")",
                             R"("\ud800\u0041")",
                             R"("\ud800\ud800")",
                             R"("\ude00\ud83d")"})
        EXPECT_FALSE(JsonText::parse(text)) << text;
    EXPECT_TRUE(JsonText::parse(R"("\ud800\udc00\udbff\udfff")"));
}

TEST(JsonText, SaysWhereItWentWrong) {
    EXPECT_EQ(why_refused("[1, x]"), "JSON: a value is expected at byte 4");
    EXPECT_EQ(why_refused("[1, "), "JSON: the text ends too early at byte 4");
    EXPECT_EQ(why_refused("{} {}"), "JSON: text after the value at byte 3");
    EXPECT_EQ(why_refused("\"ab\xff\""), "JSON: bytes that are not UTF-8 at byte 3");
    EXPECT_EQ(why_refused("{\"a\":1 \"b\"}"), "JSON: a ',' or '}' is expected at byte 7");
}

TEST(JsonText, DepthAndSizeAreLimited) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_TRUE(JsonText::parse(nested(64)));
    EXPECT_FALSE(JsonText::parse(nested(65)));
    EXPECT_TRUE(JsonText::parse("1", {.bytes_max = 10, .depth_max = 0}));
    EXPECT_FALSE(JsonText::parse("[]", {.bytes_max = 10, .depth_max = 0}));
    EXPECT_TRUE(JsonText::parse("12345", {.bytes_max = 5}));
    EXPECT_EQ(why_refused("123456", {.bytes_max = 5}), "JSON: 6 bytes, more than the limit of 5");
    // No limit of a caller lifts the fixed one, and no depth costs stack.
    const JsonLimits wide{.bytes_max = 10'000'000, .depth_max = 1'000'000};
    EXPECT_TRUE(JsonText::parse(nested(json_depth_limit), wide));
    EXPECT_FALSE(JsonText::parse(nested(json_depth_limit + 1), wide));
    EXPECT_FALSE(JsonText::parse(std::string(5'000'000, '['), wide));
    EXPECT_FALSE(JsonText::parse(nested(3'000'000), wide));
}

TEST(JsonText, ObjectsAndArraysAreToldApartAtEveryDepth) {
    EXPECT_TRUE(rc::check([] {
        std::string opening;
        std::string closing;
        for (int i = *rc::gen::inRange(1, 200); i > 0; --i) {
            const bool object = *rc::gen::arbitrary<bool>();
            opening += object ? "{\"k\":" : "[";
            closing.insert(closing.begin(), object ? '}' : ']');
        }
        const JsonLimits limits{.depth_max = 200};
        RC_ASSERT(JsonText::parse(opening + "1" + closing, limits).has_value());
        const std::size_t at = *rc::gen::inRange<std::size_t>(0, closing.size());
        closing[at] = closing[at] == ']' ? '}' : ']';
        RC_ASSERT(!JsonText::parse(opening + "1" + closing, limits).has_value());
    }));
}

// nlohmann's parser is the second opinion: both accept the same texts.
bool agrees(const std::string& text) {
    const bool ours = JsonText::parse(text, {.depth_max = 256}).has_value();
    return ours == nlohmann::json::accept(text);
}

TEST(JsonText, AgreesWithAnotherParser) {
    EXPECT_TRUE(rc::check([] {
        const auto pieces =
            *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>("{",
                                                                                        "}",
                                                                                        "[",
                                                                                        "]",
                                                                                        ",",
                                                                                        ":",
                                                                                        "\"",
                                                                                        "a",
                                                                                        "\"a\"",
                                                                                        "1",
                                                                                        "-",
                                                                                        ".",
                                                                                        "e",
                                                                                        "0",
                                                                                        "null",
                                                                                        "true",
                                                                                        " ",
                                                                                        "\\",
                                                                                        "\\u",
                                                                                        "00e9",
                                                                                        "\xc3",
                                                                                        "\xa9",
                                                                                        "\"k\":",
                                                                                        "\n",
                                                                                        "\x7f"));
        std::string text;
        for (const std::string& piece : pieces) text += piece;
        RC_ASSERT(agrees(text));
    }));
}

TEST(JsonText, AgreesWithAnotherParserOnDamagedTexts) {
    EXPECT_TRUE(rc::check([] {
        std::string text =
            R"({"name":"J\u00f6rg \ud83d\ude00","list":[1,-2.5e3,{"x":null}],"é":""})";
        for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
            const std::size_t at = *rc::gen::inRange<std::size_t>(0, text.size());
            text[at] = *rc::gen::arbitrary<char>();
        }
        RC_ASSERT(agrees(text));
    }));
}

TEST(JsonScan, FindsTheEndOfAValueInsideAText) {
    EXPECT_EQ(scan_json_value("[1,{\"a\":2}],3", 3, 8), 7U);
    EXPECT_EQ(scan_json_value("12,3", 0, 8), 2U);
    EXPECT_FALSE(scan_json_value("12", 2, 8));
    const auto plain = scan_json_string("x\"ab\"y", 1);
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->length, 4U);
    EXPECT_FALSE(plain->escaped);
    EXPECT_TRUE(scan_json_string(R"("a\n")", 0)->escaped);
    EXPECT_FALSE(scan_json_string("1", 0));
}

TEST(JsonScan, APlainRunEndsAtTheFirstByteThatNeedsALook) {
    EXPECT_TRUE(rc::check([] {
        std::string text(*rc::gen::inRange<std::size_t>(0, 40), 'x');
        const std::size_t at = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
        text.insert(at, 1, *rc::gen::element('"', '\\', '\x1f', '\0', '\x80', '\xff', '\n'));
        const std::size_t from = *rc::gen::inRange<std::size_t>(0, at + 1);
        RC_ASSERT(json_plain_run(text, from) == at - from);
    }));
}

}  // namespace
}  // namespace playback
