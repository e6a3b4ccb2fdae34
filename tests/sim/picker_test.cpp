#include "sim/picker.h"

#include <set>

#include <gtest/gtest.h>

namespace playback::sim {
namespace {

// What a strategy does with a queue that is never empty: picks out of order, and delays.
struct Seen {
    std::size_t out_of_order = 0;
    std::size_t held = 0;
    Duration longest;
};

Seen watch(Strategy strategy, std::uint64_t seed, int picks = 60'000) {
    PickerKnobs knobs{.strategy = strategy, .reorder_permille = 100, .delay_permille = 10};
    Picker picker(knobs, Random(seed));
    Seen seen;
    std::vector<std::uint32_t> ready;
    for (int i = 0; i < 10; ++i) ready.push_back(picker.priority());
    for (int i = 0; i < picks; ++i) {
        const Picker::Pick pick =
            picker.pick(ready.size(), [&](std::size_t n) { return ready[n]; });
        if (pick.index > 0) ++seen.out_of_order;
        if (pick.hold.ns > 0) ++seen.held;
        seen.longest = std::max(seen.longest, pick.hold);
        ready.erase(ready.begin() + static_cast<std::ptrdiff_t>(pick.index));
        ready.push_back(picker.priority());
    }
    return seen;
}

TEST(Picker, FifoNeverReordersNorDelays) {
    const Seen seen = watch(Strategy::fifo, 1);
    EXPECT_EQ(seen.out_of_order, 0U);
    EXPECT_EQ(seen.held, 0U);
}

TEST(Picker, RandomSwapsAndDelaysALittle) {
    const Seen seen = watch(Strategy::random, 1);
    EXPECT_GT(seen.out_of_order, 3'000U);
    EXPECT_GT(seen.held, 300U);
    EXPECT_LE(seen.longest, milliseconds(2));
}

TEST(Picker, PctGoesByPriorityWithFewTurningPoints) {
    const Seen seen = watch(Strategy::pct, 2);
    EXPECT_GT(seen.out_of_order, 30'000U);
    EXPECT_LE(seen.held, 6U);
}

TEST(Picker, PctPicksTheHighest) {
    Picker picker({.strategy = Strategy::pct}, Random(3));
    const std::vector<std::uint32_t> ready{4, 9, 2, 9};
    EXPECT_EQ(picker.pick(ready.size(), [&](std::size_t n) { return ready[n]; }).index, 1U);
}

TEST(Picker, DelayBoundedDelaysSeldomAndForLong) {
    std::set<std::size_t> counts;
    Duration longest;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Seen seen = watch(Strategy::delay_bounded, seed);
        EXPECT_EQ(seen.out_of_order, 0U);
        EXPECT_LE(seen.held, 6U);
        counts.insert(seen.held);
        longest = std::max(longest, seen.longest);
    }
    EXPECT_GT(counts.size(), 2U);
    EXPECT_GT(longest, milliseconds(50));
}

TEST(Picker, StarveHitsSomeCoresAndNotAll) {
    int starved = 0;
    for (std::uint64_t seed = 1; seed <= 30; ++seed)
        starved += watch(Strategy::starve, seed, 1'000).held > 100 ? 1 : 0;
    EXPECT_GT(starved, 3);
    EXPECT_LT(starved, 25);
}

std::vector<std::size_t> order_of(Picker picker, std::size_t operations) {
    std::vector<std::size_t> ready(operations);
    for (std::size_t i = 0; i < operations; ++i) ready[i] = i;
    std::vector<std::size_t> order;
    while (!ready.empty()) {
        const Picker::Pick pick =
            picker.pick(ready.size(), [](std::size_t n) { return static_cast<std::uint32_t>(n); });
        const std::size_t taken = ready[pick.index];
        ready.erase(ready.begin() + static_cast<std::ptrdiff_t>(pick.index));
        if (pick.to > 0)
            ready.insert(ready.begin() + static_cast<std::ptrdiff_t>(pick.to), taken);
        else
            order.push_back(taken);
    }
    return order;
}

TEST(Picker, PlaysChoicesOfItsCoreAndIsFifoElse) {
    const Schedule schedule{{.id = 1, .core = "b/1/0", .pick = 2, .from = 3},
                            {.id = 2, .core = "b/1/1", .pick = 1, .from = 2},
                            {.id = 3, .core = "b/1/0", .pick = 4, .from = 99}};
    const PickerKnobs wild{.strategy = Strategy::random, .reorder_permille = 1000};
    const Picker picker(wild, Random(1), {"b/1/0", &schedule, nullptr});
    EXPECT_EQ(order_of(picker, 6), (std::vector<std::size_t>{0, 4, 1, 2, 3, 5}));
    const Picker other(wild, Random(1), {"b/2/0", &schedule, nullptr});
    EXPECT_EQ(order_of(other, 3), (std::vector<std::size_t>{0, 1, 2}));
}

TEST(Picker, MovesAnOperationBeforeAnother) {
    const Schedule schedule{{.id = 1, .core = "b/1/0", .pick = 1, .from = 3, .to = 2}};
    const Picker picker({}, Random(1), {"b/1/0", &schedule, nullptr});
    const Picker::Pick pick = Picker(picker).pick(4, [](std::size_t) { return 0U; });
    EXPECT_EQ(pick.index, 3U);
    EXPECT_EQ(pick.to, 2U);
}

TEST(Picker, WritesDownWhatIsNotFifo) {
    for (const Strategy strategy : {Strategy::random, Strategy::pct}) {
        Schedule recorded;
        const PickerKnobs knobs{.strategy = strategy, .reorder_permille = 300};
        const std::vector<std::size_t> order =
            order_of(Picker(knobs, Random(5), {"b/1/0", nullptr, &recorded}), 200);
        EXPECT_GT(recorded.size(), 10U);
        EXPECT_EQ(order_of(Picker({}, Random(9), {"b/1/0", &recorded, nullptr}), 200), order);
    }
}

TEST(Picker, WritesDownOneChoiceTooManyAndNoMore) {
    Schedule recorded;
    Picker picker({.reorder_permille = 1000}, Random(5), {"b/1/0", nullptr, &recorded});
    for (std::size_t i = 0; i < 3 * schedule_choices_max; ++i)
        picker.pick(8, [](std::size_t) { return 0U; });
    EXPECT_EQ(recorded.size(), schedule_choices_max + 1);
}

}  // namespace
}  // namespace playback::sim
