#include "engine/wire/base64.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace playback::wire {
namespace {

TEST(Base64, VectorsOfRfc4648) {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(base64_encode(bytes), text);
        EXPECT_EQ(base64_decode(text), std::string(bytes));
    }
    EXPECT_EQ(base64_encode("\xfb\xff\xfe", Base64::standard), "+//+");
    EXPECT_EQ(base64_encode("\xfb\xff\xfe", Base64::url), "-__-");
    EXPECT_EQ(base64_encode("f", Base64::url), "Zg");
}

TEST(Base64, OnlyOneTextForEachValue) {
    for (const char* text : {"Z",
                             "Zg",
                             "Zg=",
                             "Zg===",
                             "Zh==",
                             "Zm9=",
                             "Zm8",
                             "=",
                             "====",
                             "Z===",
                             "Zm9v\n",
                             " Zm9v",
                             "Zm 9",
                             "Zm9v====",
                             "Zg==Zg==",
                             "-__-",
                             "Zm\0v"})
        EXPECT_FALSE(base64_decode(text)) << text;
    for (const char* text : {"Z", "Zg==", "Zh", "Zm9", "+//+", "Zm9v=", "Zm9v\n", "Z\xff"})
        EXPECT_FALSE(base64_decode(text, Base64::url)) << text;
}

TEST(Base64, DecodeGivesBackWhatWasEncoded) {
    EXPECT_TRUE(rc::check([](const std::string& bytes) {
        for (const Base64 alphabet : {Base64::standard, Base64::url})
            RC_ASSERT(base64_decode(base64_encode(bytes, alphabet), alphabet).value() == bytes);
    }));
}

TEST(Base64, WhatIsAcceptedIsTheCanonicalText) {
    EXPECT_TRUE(rc::check([] {
        const auto text = *rc::gen::container<std::string>(
            rc::gen::element('A', 'B', 'Q', 'g', 'w', '8', '=', '-', '+'));
        for (const Base64 alphabet : {Base64::standard, Base64::url}) {
            const auto bytes = base64_decode(text, alphabet);
            if (bytes) RC_ASSERT(base64_encode(*bytes, alphabet) == text);
        }
    }));
}

}  // namespace
}  // namespace playback::wire
