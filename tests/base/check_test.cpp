#include "engine/base/check.h"

#include <string>

#include <gtest/gtest.h>

namespace playback {
namespace {

struct Failed {
    std::string expression;
    int line;
};

void throw_it(const CheckSite& site) {
    throw Failed{site.expression, site.line};
}

TEST(Check, ATrueConditionDoesNothing) {
    const CheckHook before = set_check_hook(&throw_it);
    CHECK(1 + 1 == 2);
    set_check_hook(before);
}

TEST(Check, AFalseConditionCallsTheHookWithItsPlace) {
    const CheckHook before = set_check_hook(&throw_it);
    bool thrown = false;
    const int line = __LINE__ + 2;
    try {
        CHECK(1 + 1 == 3);
    } catch (const Failed& failed) {
        thrown = true;
        EXPECT_EQ(failed.expression, "1 + 1 == 3");
        EXPECT_EQ(failed.line, line);
    }
    EXPECT_EQ(set_check_hook(before), &throw_it);
    EXPECT_TRUE(thrown);
}

TEST(CheckDeathTest, WithoutAHookItSaysThePlaceAndAborts) {
    EXPECT_DEATH(CHECK(1 > 2), "CHECK failed: 1 > 2 at .*check_test.cpp");
}

}  // namespace
}  // namespace playback
