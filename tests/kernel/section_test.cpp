#include "engine/kernel/section.h"

#include <gtest/gtest.h>

namespace playback::kernel {
namespace {

TEST(Section, KeepsTheLastWriteOfEachKeyInKeyOrder) {
    Section section;
    section.put({"b", "1"});
    section.put({"a", "2"});
    section.put({"b", "3"});
    section.erase("a");
    section.put({"c", "4"});
    section.erase("d");
    section.put({"d", "5"});
    const io::BatchSection sealed = section.seal(9, 3);
    EXPECT_EQ(sealed.slot, 9);
    EXPECT_EQ(sealed.epoch, 3U);
    EXPECT_EQ(sealed.puts, (std::vector<io::Row>{{"b", "3"}, {"c", "4"}, {"d", "5"}}));
    EXPECT_EQ(sealed.erases, (std::vector<std::string>{"a"}));
    EXPECT_TRUE(section.empty());
    EXPECT_EQ(section.bytes(), 0U);
}

TEST(Section, ANewKeyIsNewHoweverOftenItIsPut) {
    Section section;
    section.put({"a", "1", true});
    section.put({"a", "2"});
    section.put({"b", "1"});
    const io::BatchSection sealed = section.seal(9, 3);
    EXPECT_EQ(sealed.puts, (std::vector<io::Row>{{"a", "2", true}, {"b", "1"}}));
}

}  // namespace
}  // namespace playback::kernel
