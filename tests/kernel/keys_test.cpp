#include "engine/kernel/keys.h"

#include <set>

#include <gtest/gtest.h>

#include "engine/kernel/rows.h"

namespace playback::kernel {
namespace {

TEST(Keys, AggregateKeysComeBack) {
    const Address by_id{7, 0x0102030405060708, 0};
    std::string key =
        keys::of_aggregate(300, by_id, true) + RowKey(9).add(std::uint64_t{5}).bytes();
    std::string_view rest;
    EXPECT_EQ(keys::aggregate_of(key, true, rest), by_id);
    RowKeyReader reader(rest);
    EXPECT_EQ(reader.type(), 9);
    EXPECT_EQ(reader.number(), 5U);

    const Address by_two{4, 11, 12};
    key = keys::of_aggregate(1, by_two, false) + RowKey(2).add_last("text").bytes();
    EXPECT_EQ(keys::aggregate_of(key, false, rest), by_two);
    RowKeyReader named(rest);
    named.type();
    EXPECT_EQ(named.text(), "text");
}

TEST(Keys, AnIdSaysItsSlotAndNumbersAreSpread) {
    EXPECT_EQ(keys::slot_of({7, make_id(1024, 5), 0}, true, 16), 5);
    EXPECT_EQ(keys::slot_of({7, make_id(1024, 21), 0}, true, 16), 5);
    std::set<SlotNumber> slots;
    for (std::uint64_t a = 0; a < 1000; ++a)
        slots.insert(keys::slot_of({4, make_id(a << 10, 3), 11}, false, 16));
    EXPECT_EQ(slots.size(), 16U);
    EXPECT_LT(*slots.rbegin(), 16);
}

TEST(Keys, SlotsAndKindsAreRangesInOrder) {
    EXPECT_LT(keys::of_kind(1, 255), keys::of_kind(2, 0));
    EXPECT_LT(keys::of_kind(255, 9), keys::of_kind(256, 0));
    const std::string low = keys::of_aggregate(1, {7, 1, 0}, true);
    const std::string high = keys::of_aggregate(1, {7, 2, 0}, true);
    EXPECT_LT(low + "\xff\xff", high);
    EXPECT_EQ(keys::after_prefix(low), high);
}

TEST(Keys, EndOfAPrefixSkipsFullBytes) {
    EXPECT_EQ(keys::after_prefix("a\xff\xff"), "b");
    EXPECT_EQ(keys::after_prefix("ab"), "ac");
}

TEST(Keys, OutboxIsOrderedBySequence) {
    EXPECT_LT(keys::outbox(1, 2, 255), keys::outbox(1, 2, 256));
    EXPECT_LT(keys::outbox(1, 2, 1ULL << 50), keys::outbox(1, 3, 0));
}

}  // namespace
}  // namespace playback::kernel
