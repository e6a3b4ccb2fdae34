#include "engine/kernel/meters.h"

#include <gtest/gtest.h>

#include "sim/metrics.h"
#include "tests/kernel/fixture.h"

namespace playback::kernel::testing {
namespace {

struct Shown {
    Shown() { machines.add<Tally>(true); }
    MachineTable machines;
    sim::SimMetrics metrics;
};

TEST(Meters, ObserveEachCommit) {
    Shown shown;
    Meters meters(shown.metrics, shown.machines);
    io::Batch batch;
    batch.sections.push_back({1, 1, {{"key", "value"}, {"k", ""}}, {"gone"}});
    batch.sections.push_back({2, 1, {}, {"x"}});
    const Meters::Commit size = Meters::size_of(batch);
    EXPECT_EQ(size.bytes, 8U + 1U + 4U + 1U);
    meters.committed(size, milliseconds(3), true);
    meters.committed(size, milliseconds(4), false);
    EXPECT_EQ(shown.metrics.value("playback_commit_bytes_sum"), 28);
    EXPECT_EQ(shown.metrics.value("playback_commit_rows_sum"), 8);
    EXPECT_EQ(shown.metrics.value("playback_commit_slots_sum"), 4);
    EXPECT_EQ(shown.metrics.value("playback_commit_microseconds_sum"), 7000);
    EXPECT_EQ(shown.metrics.value("playback_commit_microseconds_count"), 2);
    EXPECT_EQ(shown.metrics.value("playback_commit_failures_total"), 1);
}

TEST(Meters, TotalsOnlyGrowByWhatIsNew) {
    Shown shown;
    Meters meters(shown.metrics, shown.machines);
    SlotMeters slot;
    slot.from_callers = 5;
    slot.measured[tally_kind] = {10, 3};
    SlotMeters sum;
    sum.add(slot);
    sum.add(slot);
    meters.show(sum, 2, 1);
    meters.show(sum, 2, 1);
    EXPECT_EQ(shown.metrics.value(R"(playback_kernel_inputs_total{from="calls"})"), 10);
    EXPECT_EQ(shown.metrics.value(R"(tally_value{kind="tally"})"), 20);
    EXPECT_EQ(shown.metrics.value(R"(tally_added_total{kind="tally"})"), 6);
    EXPECT_EQ(shown.metrics.value("playback_kernel_slots_loading"), 1);
}

}  // namespace
}  // namespace playback::kernel::testing
