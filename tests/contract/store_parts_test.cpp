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
    const LogPoint before{6, 0x1234567812345678};
    std::string bytes(writer.finish(before, 99, true));
    EXPECT_EQ(bytes.size() % 8, 0u);
    EXPECT_EQ(bytes.size(), parse_log_row(bytes)->bytes);
    bytes += "what is behind it";
    const std::optional<LogRow> row = parse_log_row(bytes);
    ASSERT_TRUE(row);
    EXPECT_TRUE(row->is_whole());
    EXPECT_EQ(row->point, writer.point());
    EXPECT_EQ(row->point.number, 7u);
    EXPECT_TRUE(row->follows(before));
    EXPECT_FALSE(row->follows({6, 1}));
    EXPECT_FALSE(row->follows({5, before.checksum}));
    EXPECT_EQ(row->salt, 99u);
    EXPECT_TRUE(row->synced);
    const auto entries = read_log_entries(row->payload);
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
    const LogPoint before{6, 0x1234567812345678};
    const std::string bytes(writer.finish(before, 99, true));
    const std::size_t end = LogRowWriter::head_bytes + parse_log_row(bytes)->payload.size();
    const auto is_taken = [&](const std::string& some) {
        const std::optional<LogRow> row = parse_log_row(some);
        return row && row->is_whole() && row->follows(before);
    };
    EXPECT_TRUE(is_taken(bytes));
    for (std::size_t i = 0; i < end; ++i) {
        std::string changed = bytes;
        changed[i] ^= 0x10;
        EXPECT_FALSE(is_taken(changed)) << "byte " << i;
        EXPECT_FALSE(is_taken(bytes.substr(0, i))) << "cut at " << i;
    }
}

TEST(LogRow, EntriesThatMakeNoSenseAreFound) {
    EXPECT_EQ(read_log_entries("\xff").error().code, Errc::corrupt);
    EXPECT_EQ(read_log_entries(std::string_view("\x05\x01k", 3)).error().code, Errc::corrupt);
    EXPECT_EQ(read_log_entries(std::string_view("\x07\x01k", 3)).error().code, Errc::corrupt);
}

using Parts = std::vector<Overlay::Part>;

TEST(Overlay, FoldsTheOldestRowsAndOnlyTheirNewestChanges) {
    Overlay overlay;
    overlay.begin_row({1, 0}, 10);
    overlay.put({"a", "1"});
    overlay.put({"b", "1"});
    overlay.begin_row({2, 0}, 20);
    overlay.put({"a", "2"});
    overlay.erase("c");
    EXPECT_EQ(overlay.backlog(), 4u);
    EXPECT_EQ(overlay.bytes(), 30u);
    EXPECT_EQ(overlay.newest(), 2u);

    const Parts first = overlay.oldest({1, 100, 100});
    ASSERT_EQ(first.size(), 1u) << "at least one row, however long";
    EXPECT_EQ(first[0].end.number, 1u);
    ASSERT_EQ(first[0].changes.size(), 1u);
    EXPECT_EQ(first[0].changes[0]->key, "b");
    overlay.forget(first[0]);
    EXPECT_EQ(overlay.backlog(), 2u);
    EXPECT_EQ(overlay.in_order().at("a")->value, "2");

    const Parts second = overlay.oldest({100, 100, 100});
    ASSERT_EQ(second.size(), 1u);
    EXPECT_EQ(second[0].changes.size(), 2u);
    overlay.forget(second[0]);
    EXPECT_EQ(overlay.size(), 0u);
    EXPECT_EQ(overlay.bytes(), 0u);
    EXPECT_EQ(overlay.newest(), 0u);
    EXPECT_TRUE(overlay.oldest({100, 100, 100}).empty());
}

TEST(Overlay, FoldsInPartsOfWholeRows) {
    Overlay overlay;
    for (std::uint64_t number = 1; number <= 5; ++number) {
        overlay.begin_row({number, 0}, 10);
        overlay.put({"a" + std::to_string(number), "1"});
        overlay.put({"b" + std::to_string(number), "1"});
    }
    const Parts parts = overlay.oldest({8, 100, 5});
    ASSERT_EQ(parts.size(), 2u);
    EXPECT_EQ(parts[0].end.number, 2u);
    EXPECT_EQ(parts[0].changes.size(), 4u);
    EXPECT_EQ(parts[1].end.number, 4u);
    EXPECT_EQ(overlay.oldest({8, 6, 5}).back().end.number, 3u) << "six writes";
    // The second one failed.
    overlay.forget(parts[0]);
    EXPECT_EQ(overlay.size(), 6u);
    EXPECT_EQ(overlay.oldest({100, 100, 100})[0].changes[0]->key, "a3");
}

TEST(Overlay, AKeyChangedTwiceInOneRowCountsOnce) {
    Overlay overlay;
    overlay.begin_row({1, 0}, 10);
    overlay.put({"a", "1"});
    overlay.erase("a");
    const Parts parts = overlay.oldest({100, 100, 100});
    ASSERT_EQ(parts.at(0).changes.size(), 1u);
    EXPECT_TRUE(parts[0].changes[0]->erased);
    overlay.forget(parts[0]);
    EXPECT_EQ(overlay.size(), 0u);
}

TEST(Overlay, KnowsWhichErasedRowsNeverReachedTheTable) {
    Overlay overlay;
    overlay.begin_row({1, 0}, 10);
    overlay.put({"message", "1", true});
    overlay.put({"other", "1"});
    overlay.begin_row({2, 0}, 10);
    overlay.put({"message", "2"});
    overlay.erase("message");
    overlay.erase("other");
    overlay.forget(overlay.oldest({1, 100, 100}).at(0));
    const Parts parts = overlay.oldest({100, 100, 100});
    ASSERT_EQ(parts.at(0).changes.size(), 2u);
    EXPECT_TRUE(parts[0].changes[0]->is_new);
    EXPECT_FALSE(parts[0].changes[1]->is_new);
    overlay.forget(parts[0]);

    overlay.begin_row({3, 0}, 10);
    overlay.put({"message", "3"});
    EXPECT_FALSE(overlay.in_order().at("message")->is_new) << "it may have been folded before";
}

TEST(Overlay, WhatChangesWhileItIsFoldedStays) {
    Overlay overlay;
    overlay.begin_row({1, 0}, 10);
    overlay.put({"message", "1", true});
    overlay.put({"other", "1", true});
    const Parts parts = overlay.oldest({100, 100, 100});
    overlay.begin_row({2, 0}, 10);
    overlay.erase("message");
    overlay.forget(parts.at(0));
    EXPECT_EQ(overlay.size(), 1u);
    const Parts rest = overlay.oldest({100, 100, 100});
    ASSERT_EQ(rest.at(0).changes.size(), 1u);
    EXPECT_TRUE(rest[0].changes[0]->erased);
    EXPECT_FALSE(rest[0].changes[0]->is_new) << "the table has it, so it must be erased there";
    overlay.forget(rest[0]);
    EXPECT_EQ(overlay.size(), 0u);
    EXPECT_EQ(overlay.backlog(), 0u);
}

// Against a plain map: what was put and not forgotten, whenever it is read.
TEST(Overlay, IsInOrderWheneverItIsRead) {
    Overlay overlay;
    std::map<std::string, std::string> expected;
    std::map<std::string, std::uint64_t> row_of;
    Random random(5);
    for (std::uint64_t number = 1; number <= 400; ++number) {
        overlay.begin_row({number, 0}, 1);
        for (int i = 0; i < 5; ++i) {
            const std::string key = std::to_string(random.below(60));
            expected[key] = std::to_string(random.next());
            row_of[key] = number;
            overlay.put({key, expected[key]});
        }
        if (random.below(3) == 0) {
            for (const Overlay::Part& part : overlay.oldest({random.below(30), 100, 10})) {
                overlay.forget(part);
                std::erase_if(expected, [&](const auto& one) {
                    return row_of[one.first] <= part.end.number;
                });
            }
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
