#include "sim/clock.h"

#include <algorithm>

#include "engine/base/check.h"
#include "sim/machine.h"
#include "sim/world.h"

namespace playback::sim {
namespace {

constexpr std::int64_t billion = 1'000'000'000;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
    const std::int64_t quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
}

}  // namespace

NodeTime::NodeTime(Instant world, Instant monotonic, WallTime wall)
    : base_world_(world),
      base_local_(monotonic),
      wall_offset_ns_(wall.ms * 1'000'000 - monotonic.ns) {
}

// What the drift has added since the base: elapsed * drift / 1e9, without overflow over centuries.
NodeTime::Gain NodeTime::gain(std::int64_t elapsed) const {
    const std::int64_t whole = floor_divide(elapsed, billion);
    const std::int64_t rest = (elapsed - whole * billion) * drift_ppb_ + base_remainder_;
    const std::int64_t carried = floor_divide(rest, billion);
    return {whole * drift_ppb_ + carried, rest - carried * billion};
}

Instant NodeTime::monotonic(Instant world) const {
    if (asleep_since_) world = *asleep_since_;
    const std::int64_t elapsed = (world - base_world_).ns;
    if (drift_ppb_ == 0) return base_local_ + nanoseconds(elapsed);
    return base_local_ + nanoseconds(elapsed + gain(elapsed).ns);
}

WallTime NodeTime::wall(Instant world) const {
    if (frozen_wall_) return *frozen_wall_;
    return {floor_divide(monotonic(world).ns + wall_offset_ns_, 1'000'000)};
}

Instant NodeTime::world_at(Instant local) const {
    Instant guess = base_world_ + (local - base_local_);
    if (drift_ppb_ == 0 || asleep_since_) return guess;
    // Each round leaves at most a tenth of the error, since the drift is at most that.
    for (Duration error = local - monotonic(guess); error.ns > 1 || error.ns < -1;
         error = local - monotonic(guess))
        guess = guess + error;
    while (monotonic(guess) < local) guess = guess + nanoseconds(1);
    while (monotonic(guess - nanoseconds(1)) >= local) guess = guess - nanoseconds(1);
    return guess;
}

void NodeTime::set_drift(Instant world, std::int64_t ppb) {
    CHECK(-drift_max_ppb <= ppb && ppb <= drift_max_ppb);
    rebase(world);
    drift_ppb_ = ppb;
}

// From here on elapsed time counts from `world`.
void NodeTime::rebase(Instant world) {
    if (asleep_since_) return;
    const std::int64_t elapsed = (world - base_world_).ns;
    const Gain gained = gain(elapsed);
    base_local_ = base_local_ + nanoseconds(elapsed + gained.ns);
    base_remainder_ = gained.remainder;
    base_world_ = world;
}

void NodeTime::freeze_wall(Instant world) {
    frozen_wall_ = wall(world);
}

void NodeTime::suspend(Instant world) {
    if (asleep_since_) return;
    rebase(world);
    asleep_since_ = world;
}

void NodeTime::wake(Instant world) {
    if (!asleep_since_) return;
    wall_offset_ns_ += (world - *asleep_since_).ns;
    base_world_ = world;
    asleep_since_.reset();
}

void NodeTime::reboot(Instant world, Instant monotonic_now) {
    wake(world);
    const std::int64_t wall_ns = monotonic(world).ns + wall_offset_ns_;
    base_world_ = world;
    base_local_ = monotonic_now;
    base_remainder_ = 0;
    wall_offset_ns_ = wall_ns - monotonic_now.ns;
}

SimClock::SimClock(World& world, Machine& machine, SimScheduler& scheduler, Random random)
    : world_(world), machine_(machine), scheduler_(scheduler), random_(random) {
    machine_.clocks.push_back(this);
}

SimClock::~SimClock() {
    std::erase(machine_.clocks, this);
}

Instant SimClock::now() const {
    const Instant result = machine_.time.monotonic(world_.now());
    CHECK(result >= last_);
    last_ = result;
    return result;
}

WallTime SimClock::wall() const {
    return machine_.time.wall(world_.now());
}

void SimClock::insert(io::Timer& timer, Instant at) {
    const MachineFaults& faults = machine_.faults;
    if (faults.timer_lateness.ns > 0) {
        const Duration late = random_.between(Duration{}, faults.timer_lateness);
        at = at + late;
    }
    if (const std::int64_t pause = faults.timer_pause.ns; pause > 0 && at < never)
        at = Instant{floor_divide(at.ns + pause - 1, pause) * pause};
    timers_.push({at.ns, next_++, &timer});
    if (!due_.scheduled() || at < due_at_) remap();
}

// The event may then come for nothing; that is cheaper than moving it each time.
void SimClock::remove(io::Timer& timer) {
    timers_.remove(timer.place.key);
}

void SimClock::remap() {
    if (timers_.empty()) {
        due_.cancel();
        return;
    }
    due_at_ = Instant{timers_.top().at};
    world_.schedule(due_, std::max(machine_.time.world_at(due_at_), world_.now()));
}

void SimClock::due() {
    if (scheduler_.dead()) return;
    if (!scheduler_.can_run()) {
        world_.schedule(due_, scheduler_.retry_at());
        return;
    }
    if (timers_.empty()) return;
    const auto first = timers_.top();
    if (Instant{first.at} > now()) return remap();
    timers_.remove(0);
    world_.trace().record(TraceKind::timer, scheduler_.subject(), first.order);
    // The next one is its own event, so that one instant with many timers stays within budgets.
    remap();
    scheduler_.inside([&] { first.item->expire(); });
}

}  // namespace playback::sim
