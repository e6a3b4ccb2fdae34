#include "engine/services/ip_range.h"

#include <string>

#include <gtest/gtest.h>

namespace playback::services {
namespace {

IpAddress ip(std::string_view text) {
    return parse_ip(text).value();
}

bool parses(std::string_view text) {
    return parse_ip(text).has_value();
}

TEST(IpAddress, ReadsBothFamilies) {
    EXPECT_TRUE(parse_ip("192.0.2.1")->is_v4());
    EXPECT_FALSE(parse_ip("2001:db8::1")->is_v4());
    EXPECT_EQ(ip("::ffff:192.0.2.1"), ip("192.0.2.1"));
    EXPECT_EQ(ip("::ffff:c000:201"), ip("192.0.2.1"));
    EXPECT_EQ(ip("2001:db8:0:0:0:0:0:1"), ip("2001:db8::1"));
    EXPECT_EQ(ip("fe80::1%eth0"), ip("fe80::1"));
    EXPECT_EQ(parse_ip("::")->bytes, IpAddress{}.bytes);
    EXPECT_EQ(parse_ip("1::")->bytes[1], 1);
}

TEST(IpAddress, RefusesWhatIsNone) {
    for (const char* text :
         {"",        "1.2.3",         "1.2.3.4.5",         "1.2.3.256",   "1.2.3.",
          ".1.2.3",  "1.2.3.-4",      "1.2.3.0004",        "host",        ":",
          ":::",     "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3",     "1:2:",
          "::12345", "::g",           "1:2:3:4:5:6:7:8::", "::1.2.3.4:5", "::1.2.3"})
        EXPECT_FALSE(parses(text)) << text;
}

TEST(IpRange, ContainsByPrefix) {
    const auto in = [](const char* range, const char* address) {
        return parse_ip_range(range)->contains(*parse_ip(address));
    };
    EXPECT_TRUE(in("10.0.0.0/8", "10.255.0.1"));
    EXPECT_FALSE(in("10.0.0.0/8", "11.0.0.1"));
    EXPECT_TRUE(in("192.168.4.0/22", "192.168.7.255"));
    EXPECT_FALSE(in("192.168.4.0/22", "192.168.8.0"));
    EXPECT_TRUE(in("0.0.0.0/0", "203.0.113.9"));
    EXPECT_FALSE(in("0.0.0.0/0", "2001:db8::1"));
    EXPECT_TRUE(in("::/0", "203.0.113.9"));
    EXPECT_TRUE(in("fd00::/7", "fcff::1"));
    EXPECT_TRUE(in("127.0.0.1", "::ffff:127.0.0.1"));
    EXPECT_FALSE(in("127.0.0.1", "127.0.0.2"));
}

TEST(IpRange, RefusesBadPrefixes) {
    for (const char* text :
         {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "::/129", "/8", "10.0.0.0/-1"})
        EXPECT_FALSE(parse_ip_range(text).has_value()) << text;
}

}  // namespace
}  // namespace playback::services
