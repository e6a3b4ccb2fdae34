#include <string>

#include <gtest/gtest.h>

#include "sim/report/mask.h"

namespace playback::sim {
namespace {

TEST(ReportMask, SecretFieldsLoseTheirValues) {
    Masker masker;
    EXPECT_EQ(masker.mask(R"({"user_id":"7","password":"hunter-two"})"),
              R"({"user_id":"7","password":"[masked]"})");
    EXPECT_EQ(masker.mask(R"({"raw_token" : "abc.def"})"), R"({"raw_token" : "[masked]"})");
    EXPECT_EQ(masker.mask("Authorization: Bearer abc.def.ghi\r\nHost: x"),
              "Authorization: Bearer [masked]\r\nHost: x");
    EXPECT_EQ(masker.mask("OMGSERVERS_PASSWORD=s3cr3t-word next"),
              "OMGSERVERS_PASSWORD=[masked] next");
}

TEST(ReportMask, WhatIsCutOffOrEscapedIsMaskedToo) {
    Masker masker;
    EXPECT_EQ(masker.mask(R"({"password":"hunter-t)"), R"({"password":"[masked])");
    EXPECT_EQ(masker.mask(R"({"body":"{\"token\":\"abc.def\",\"n\":1}"})"),
              R"({"body":"{\"token\":\"[masked]\",\"n\":1}"})");
    EXPECT_EQ(masker.mask(R"({"password":"with \" a quote","n":1})"),
              R"({"password":"[masked]","n":1})");
}

TEST(ReportMask, WhatWasASecretOnceIsOneEverywhere) {
    Masker masker;
    (void)masker.mask(R"({"password":"hunter-two"})");
    EXPECT_EQ(masker.without_secrets("POST /login/hunter-two"), "POST /login/[masked]");
    EXPECT_EQ(masker.without_secrets("hunter-twohunter-two"), "[masked][masked]");
}

TEST(ReportMask, ShortValuesAreMaskedOnlyInTheirPlace) {
    Masker masker;
    EXPECT_EQ(masker.mask(R"("token":"1")"), R"("token":"[masked]")");
    EXPECT_EQ(masker.known(), 0U);
    EXPECT_EQ(masker.without_secrets("client 1"), "client 1");
}

TEST(ReportMask, WordsThatNameNoValueStay) {
    Masker masker;
    EXPECT_EQ(masker.mask("POST /player/v1/create-token HTTP/1.1"),
              "POST /player/v1/create-token HTTP/1.1");
    EXPECT_EQ(masker.mask("the password"), "the password");
}

TEST(ReportMask, PrintableKeepsLinesAndUtf8) {
    EXPECT_EQ(printable("a\r\nb\tc", 100), "a\nb\tc");
    EXPECT_EQ(printable("gr\xc3\xbc\xc3\x9f", 100), "gr\xc3\xbc\xc3\x9f");
    const std::string broken("x\0\xff\x80y\xc3", 6);
    EXPECT_EQ(printable(broken, 100), "x...y.");
    EXPECT_EQ(printable("abcdef", 3), "abc ... and 3 bytes more");
}

}  // namespace
}  // namespace playback::sim
