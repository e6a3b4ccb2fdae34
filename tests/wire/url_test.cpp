#include "engine/wire/url.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/base/json_text.h"

namespace playback::wire {
namespace {

TEST(Url, EncodesAllButUnreserved) {
    EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
    EXPECT_EQ(percent_encode("a b/c?d=e&f#%\r\n"), "a%20b%2Fc%3Fd%3De%26f%23%25%0D%0A");
    EXPECT_EQ(percent_encode("\xc3\xa9"), "%C3%A9");
}

TEST(Url, DecodesStrictly) {
    EXPECT_EQ(percent_decode("a%20b%2fc+"), std::string("a b/c+"));
    EXPECT_EQ(percent_decode("a+b", Plus::is_space), std::string("a b"));
    for (const char* bad : {"%", "%2", "%2g", "%g0", "% 20", "%00", "%ff", "%c3", "%ed%a0%80"})
        EXPECT_FALSE(percent_decode(bad)) << bad;
}

TEST(Url, DecodeGivesBackWhatWasEncoded) {
    EXPECT_TRUE(rc::check([](const std::string& text) {
        const auto decoded = percent_decode(percent_encode(text));
        const bool fine = is_utf8(text) && text.find('\0') == std::string::npos;
        RC_ASSERT(decoded.has_value() == fine);
        if (fine) RC_ASSERT(*decoded == text);
    }));
}

TEST(Url, QueryParameters) {
    const auto query = parse_query("service=a&scope=repository%3Ax%2Fy%3Apull&&flag&scope=z&e=&=v");
    ASSERT_TRUE(query);
    EXPECT_EQ(*query,
              (std::vector<QueryParameter>{{"service", "a"},
                                           {"scope", "repository:x/y:pull"},
                                           {"flag", ""},
                                           {"scope", "z"},
                                           {"e", ""},
                                           {"", "v"}}));
    EXPECT_EQ(find_parameter(*query, "scope"), "repository:x/y:pull");
    EXPECT_EQ(find_parameter(*query, "none"), std::nullopt);
    EXPECT_TRUE(parse_query("")->empty());
    EXPECT_FALSE(parse_query("a=%"));
    EXPECT_FALSE(parse_query("%=a"));
    std::string many;
    for (int i = 0; i < 64; ++i) many += "a&";
    EXPECT_TRUE(parse_query(many));
    EXPECT_FALSE(parse_query(many + "a"));
}

}  // namespace
}  // namespace playback::wire
