#include "engine/kernel/slot_time.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/plant.h"

namespace playback::kernel {
namespace {

constexpr std::int64_t ns_of_wall(WallTime wall) {
    return wall.ms * 1'000'000;
}

}  // namespace

void SlotTime::start(Instant monotonic, WallTime wall, Instant persisted) {
    slot_ = std::max(Instant{ns_of_wall(wall)}, persisted);
    monotonic_ = monotonic;
    correctable_ns_ = 0;
}

Instant SlotTime::now(Instant monotonic, WallTime wall) {
    CHECK(monotonic >= monotonic_);
    const Duration elapsed = monotonic - monotonic_;
    monotonic_ = monotonic;
    correctable_ns_ = std::min<std::int64_t>(correctable_ns_ + elapsed.ns, 1'000'000'000'000);
    const Instant uncorrected = slot_ + elapsed;
    const std::int64_t allowed = std::min(correctable_ns_ / 1000, elapsed.ns);
    const std::int64_t gap = ns_of_wall(wall) - uncorrected.ns;
    const std::int64_t most = PLAYBACK_PLANT(wall_step_believed) ? std::max(gap, allowed) : allowed;
    const std::int64_t correction = std::clamp(gap, -allowed, most);
    correctable_ns_ -= allowed * 1000;
    slot_ = uncorrected + nanoseconds(correction);
    return slot_;
}

void IdCounter::start(SlotNumber slot, std::uint64_t persisted_limit) {
    slot_ = slot;
    last_count_ = std::max(last_count_, persisted_limit);
    first_count_ = last_count_;
    limit_ = last_count_;
}

std::uint64_t IdCounter::next_id() {
    const std::int64_t ms = time_.ns / 1'000'000 - id_epoch.ms;
    const std::uint64_t by_time = static_cast<std::uint64_t>(std::max<std::int64_t>(ms, 0)) << 10;
    last_count_ = std::max(last_count_ + 1, by_time);
    return make_id(last_count_, slot_);
}

std::uint64_t IdCounter::raise_limit() {
    limit_ = last_count_ + (10'000ULL << 10);
    return limit_;
}

}  // namespace playback::kernel
