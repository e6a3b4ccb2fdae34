#include "sim/scheduler.h"

#include <algorithm>
#include <utility>

#include "sim/machine.h"
#include "sim/world.h"

namespace playback::sim {

SchedulingKnobs SchedulingKnobs::draw(Random& random) {
    SchedulingKnobs knobs;
    if (random.chance(1, 3)) return knobs;
    if (random.chance(1, 2))
        knobs.picker.reorder_permille = static_cast<std::uint32_t>(random.log_between(1, 500));
    if (random.chance(1, 2))
        knobs.picker.delay_permille = static_cast<std::uint32_t>(random.log_between(1, 100));
    knobs.picker.delay_max = nanoseconds(random.log_between(1'000, 20'000'000));
    if (random.chance(1, 2))
        knobs.inline_permille = static_cast<std::uint32_t>(random.between(0, 1000));
    if (random.chance(1, 3)) knobs.operation_cost = nanoseconds(random.log_between(100, 20'000));
    knobs.crossing_max = nanoseconds(random.log_between(1'000, 2'000'000));
    return knobs;
}

SimScheduler::SimScheduler(World& world,
                           const Vitals& vitals,
                           std::uint64_t subject,
                           Random random,
                           const SchedulingKnobs& knobs,
                           std::string name)
    : world_(world),
      vitals_(vitals),
      subject_(subject),
      random_(random),
      knobs_(knobs),
      picker_(knobs.picker,
              world.random("picker", random.next()),
              {std::move(name), world.options().schedule, world.options().schedule_recorded}) {
}

void SimScheduler::post(std::unique_ptr<io::Operation> operation) {
    world_.trace().show(TraceKind::posted, subject_, ready_.size(), ++posted_);
    ready_.push_back({std::move(operation), posted_, world_.trace().cause(), picker_.priority()});
    arm();
}

bool SimScheduler::enter_inline() {
    if (!running_ || depth_ >= inline_depth_max || vitals_.dead) return false;
    if (knobs_.inline_permille < 1000 && !random_.chance(knobs_.inline_permille, 1000))
        return false;
    ++depth_;
    return true;
}

bool SimScheduler::can_run() const {
    return !vitals_.dead && !running_ && !is_asleep() && !vitals_.paused(world_.now()) &&
           busy_until_ <= world_.now();
}

Instant SimScheduler::retry_at() const {
    // A pause may end early, so whoever waits looks again now and then.
    constexpr Duration look_again = milliseconds(50);
    const Instant soon = world_.now() + look_again;
    const Instant paused = is_asleep() ? soon : std::min(vitals_.paused_until, soon);
    return std::max(busy_until_, paused);
}

void SimScheduler::arm() {
    if (running_ || stopping_ || vitals_.dead || turn_.scheduled() || ready_.empty()) return;
    world_.schedule(turn_, retry_at());
}

void SimScheduler::turn() {
    if (!can_run()) return arm();
    const Running scope(*this);
    const std::size_t batch = std::min(ready_.size(), turn_max);
    for (std::size_t i = 0; i < batch && !vitals_.dead; ++i) {
        const Ready ready = next();
        if (!ready.operation) continue;
        world_.count_event();
        busy_until_ = std::max(busy_until_, world_.now()) + cost();
        ready.operation->run();
    }
}

bool SimScheduler::is_asleep() const {
    return vitals_.machine != nullptr && vitals_.machine->asleep;
}

void SimScheduler::spend() {
    const Duration spent = cost();
    if (spent.ns > 0) busy_until_ = std::max(busy_until_, world_.now()) + spent;
}

Duration SimScheduler::cost() const {
    if (vitals_.machine == nullptr) return knobs_.operation_cost;
    return std::max(knobs_.operation_cost, vitals_.machine->operation_cost);
}

SimScheduler::Ready SimScheduler::next() {
    const std::size_t choices = ready_.size();
    const Picker::Pick pick =
        picker_.pick(choices, [this](std::size_t i) { return ready_[i].priority; });
    const auto at = [this](std::size_t i) {
        return ready_.begin() + static_cast<std::ptrdiff_t>(i);
    };
    std::size_t taken = pick.index;
    if (pick.to > 0) {
        std::rotate(at(pick.to), at(pick.index), at(pick.index + 1));
        taken = 0;
    }
    Ready ready = std::move(ready_[taken]);
    ready_.erase(at(taken));
    world_.trace().show(TraceKind::picked, subject_, ready.number, 0);
    world_.trace().begin(ready.cause, TraceKind::schedule, subject_, taken, choices);
    if (pick.hold.ns == 0) return ready;
    hold_back(std::move(ready), pick.hold);
    return {};
}

void SimScheduler::hold_back(Ready ready, Duration delay) {
    const Instant until = world_.now() + delay;
    world_.trace().record(TraceKind::draw, subject_, static_cast<std::uint64_t>(delay.ns));
    ready.cause = world_.trace().cause();
    delayed_.emplace(std::pair(until, delays_++), std::move(ready));
    world_.schedule(delay_over_, delayed_.begin()->first.first);
}

void SimScheduler::release_delayed() {
    while (!delayed_.empty() && delayed_.begin()->first.first <= world_.now())
        ready_.push_back(std::move(delayed_.extract(delayed_.begin()).mapped()));
    if (!delayed_.empty()) world_.schedule(delay_over_, delayed_.begin()->first.first);
    arm();
}

bool SimScheduler::destroy_all() {
    CHECK(!running_);
    turn_.cancel();
    delay_over_.cancel();
    bool any = false;
    destroy_suspended();
    while (!ready_.empty() || !delayed_.empty()) {
        any = true;
        std::unique_ptr<io::Operation> doomed;
        if (!ready_.empty()) {
            doomed = std::move(ready_.front().operation);
            ready_.pop_front();
        } else {
            doomed = std::move(delayed_.extract(delayed_.begin()).mapped().operation);
        }
        doomed.reset();
        destroy_suspended();
    }
    return any;
}

}  // namespace playback::sim
