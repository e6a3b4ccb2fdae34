#include "engine/domain/catalog/names.h"

#include <string>

#include <gtest/gtest.h>

namespace playback::catalog {
namespace {

TEST(Names, AreCountedAsJavaCounts) {
    EXPECT_EQ(name_length(""), 0u);
    EXPECT_EQ(name_length("abc"), 3u);
    EXPECT_EQ(name_length("\xc3\xa4\xe2\x82\xac"), 2u);   // two letters of the first plane
    EXPECT_EQ(name_length("\xf0\x9f\x98\x80"), 2u);       // a surrogate pair
    EXPECT_GT(name_length("\xff"), 1'000'000u);           // not UTF-8
    EXPECT_GT(name_length("a\xed\xa0\x80"), 1'000'000u);  // a lone surrogate
}

TEST(Names, OfAnAliasHaveOneTo64Characters) {
    EXPECT_TRUE(check_alias("a"));
    EXPECT_TRUE(check_alias(std::string(64, 'a')));
    EXPECT_TRUE(check_alias("12345"));  // may be made, is never resolved
    EXPECT_EQ(check_alias("").error().code, Errc::invalid_argument);
    EXPECT_EQ(check_alias(std::string(65, 'a')).error().code, Errc::invalid_argument);
    EXPECT_EQ(check_alias("\xc3").error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace playback::catalog
