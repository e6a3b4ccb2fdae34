#include "engine/base/hash.h"

#include <string>

#include <gtest/gtest.h>

namespace playback {
namespace {

TEST(Hash, GoldenNumbersOfXxh3) {
    EXPECT_EQ(hash_bytes(""), 0x2d06800538d394c2ULL);
    EXPECT_EQ(hash_bytes("a"), 0xe6c632b61e964e1fULL);
    EXPECT_EQ(hash_bytes("abc"), 0x78af5f94892f3950ULL);
    EXPECT_NE(hash_bytes("abc", 1), hash_bytes("abc"));
}

TEST(Hash, MixIsTheSameEverywhere) {
    static_assert(hash_mix(0, 0) == 0xe220a8397b1dcdafULL);
    static_assert(hash_mix(1, 2) == 0x3706970b052f16b1ULL);
}

TEST(Crc16Arc, CheckValueAndEdges) {
    EXPECT_EQ(crc16_arc("123456789"), 0xbb3d);
    EXPECT_EQ(crc16_arc(""), 0);
    EXPECT_EQ(crc16_arc(std::string(1, '\xff')), 0x4040);
}

}  // namespace
}  // namespace playback
