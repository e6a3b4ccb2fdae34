// The parts of the SQLite store that need no SQLite: log rows and the overlay.
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "adapters/sqlite/log_row.h"
#include "adapters/sqlite/overlay.h"
#include "engine/base/random.h"

namespace playback::adapters {
namespace {

TEST(LogRow, ReadsBackWhatWasWritten) {
    LogRowWriter writer;
    writer.start();
    EXPECT_TRUE(writer.empty());
    writer.put("key", "value");
    writer.erase("gone");
    writer.put("", "");
    EXPECT_FALSE(writer.empty());
    const std::string body(writer.finish(7));
    const auto entries = read_log_row(7, body);
    ASSERT_TRUE(entries);
    ASSERT_EQ(entries->size(), 3u);
    EXPECT_EQ(entries->at(0).key, "key");
    EXPECT_EQ(entries->at(0).value, "value");
    EXPECT_FALSE(entries->at(0).erased);
    EXPECT_EQ(entries->at(1).key, "gone");
    EXPECT_TRUE(entries->at(1).erased);
    EXPECT_EQ(entries->at(2).key, "");
}

TEST(LogRow, AnyChangedByteAndAnyCutIsFound) {
    LogRowWriter writer;
    writer.start();
    writer.put("key", "value");
    writer.erase("gone");
    const std::string body(writer.finish(7));
    EXPECT_EQ(read_log_row(8, body).error().code, Errc::corrupt) << "a row in the wrong place";
    for (std::size_t i = 0; i < body.size(); ++i) {
        std::string changed = body;
        changed[i] ^= 0x10;
        EXPECT_FALSE(read_log_row(7, changed)) << "byte " << i;
        EXPECT_FALSE(read_log_row(7, body.substr(0, i))) << "cut at " << i;
    }
}

TEST(Overlay, FoldsTheOldestRowsAndOnlyTheirNewestChanges) {
    Overlay overlay;
    overlay.begin_row(1, 10);
    overlay.put({"a", "1"});
    overlay.put({"b", "1"});
    overlay.begin_row(2, 20);
    overlay.put({"a", "2"});
    overlay.erase("c");
    EXPECT_EQ(overlay.backlog(), 4u);
    EXPECT_EQ(overlay.bytes(), 30u);

    const Overlay::Fold first = overlay.oldest(1);
    EXPECT_EQ(first.last_log_row, 1u) << "at least one row, however long";
    ASSERT_EQ(first.changes.size(), 1u);
    EXPECT_EQ(first.changes[0]->key, "b");
    overlay.forget(first);
    EXPECT_EQ(overlay.backlog(), 2u);
    EXPECT_EQ(overlay.in_order().at("a")->value, "2");

    const Overlay::Fold second = overlay.oldest(100);
    EXPECT_EQ(second.changes.size(), 2u);
    overlay.forget(second);
    EXPECT_EQ(overlay.size(), 0u);
    EXPECT_EQ(overlay.bytes(), 0u);
    EXPECT_EQ(overlay.oldest(100).last_log_row, 0u);
}

TEST(Overlay, AKeyChangedTwiceInOneRowCountsOnce) {
    Overlay overlay;
    overlay.begin_row(1, 10);
    overlay.put({"a", "1"});
    overlay.erase("a");
    const Overlay::Fold fold = overlay.oldest(100);
    ASSERT_EQ(fold.changes.size(), 1u);
    EXPECT_TRUE(fold.changes[0]->erased);
    overlay.forget(fold);
    EXPECT_EQ(overlay.size(), 0u);
}

TEST(Overlay, KnowsWhichErasedRowsNeverReachedTheTable) {
    Overlay overlay;
    overlay.begin_row(1, 10);
    overlay.put({"message", "1", true});
    overlay.put({"other", "1"});
    overlay.begin_row(2, 10);
    overlay.put({"message", "2"});
    overlay.erase("message");
    overlay.erase("other");
    overlay.forget(overlay.oldest(1));
    const Overlay::Fold fold = overlay.oldest(100);
    ASSERT_EQ(fold.changes.size(), 2u);
    EXPECT_TRUE(fold.changes[0]->is_new);
    EXPECT_FALSE(fold.changes[1]->is_new);
    overlay.forget(fold);

    overlay.begin_row(3, 10);
    overlay.put({"message", "3"});
    EXPECT_FALSE(overlay.in_order().at("message")->is_new) << "it may have been folded before";
}

// Against a plain map: what was put and not forgotten, whenever it is read.
TEST(Overlay, IsInOrderWheneverItIsRead) {
    Overlay overlay;
    std::map<std::string, std::string> expected;
    std::map<std::string, std::uint64_t> row_of;
    Random random(5);
    for (std::uint64_t number = 1; number <= 400; ++number) {
        overlay.begin_row(number, 1);
        for (int i = 0; i < 5; ++i) {
            const std::string key = std::to_string(random.below(60));
            expected[key] = std::to_string(random.next());
            row_of[key] = number;
            overlay.put({key, expected[key]});
        }
        if (random.below(3) == 0) {
            const Overlay::Fold fold = overlay.oldest(random.below(30));
            overlay.forget(fold);
            std::erase_if(expected,
                          [&](const auto& one) { return row_of[one.first] <= fold.last_log_row; });
        }
        if (random.below(4) != 0) continue;
        std::map<std::string, std::string> seen;
        for (const auto& [key, change] : overlay.in_order()) seen.emplace(key, change->value);
        ASSERT_EQ(seen, expected);
        ASSERT_EQ(overlay.size(), expected.size());
    }
}

}  // namespace
}  // namespace playback::adapters
