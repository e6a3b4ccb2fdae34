#include "engine/base/html.h"

#include <gtest/gtest.h>

namespace playback {
namespace {

TEST(Html, LeavesNothingThatAPageWouldUnderstand) {
    EXPECT_EQ(escaped_html(R"(<a href="x">&amp;)"), "&lt;a href=&quot;x&quot;&gt;&amp;amp;");
}

TEST(Html, LeavesOtherTextAsItIs) {
    const std::string text("it's 5 µs\0\n", 12);
    EXPECT_EQ(escaped_html(text), text);
    EXPECT_EQ(escaped_html(""), "");
}

}  // namespace
}  // namespace playback
