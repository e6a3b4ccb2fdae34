#include "tests/contract/clock_contract.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/random.h"
#include "engine/io/wait.h"

namespace playback::contract {
namespace {

class Alarm final : public io::Timer {
public:
    Alarm(io::Clock& clock, std::function<void(Alarm&)> on_fire)
        : Timer(clock), on_fire_(std::move(on_fire)) {}

private:
    void fire() override { on_fire_(*this); }
    std::function<void(Alarm&)> on_fire_;
};

// Far beyond what the contract allows, so that a busy machine does not fail the test; a timer of a
// wrong wheel level would be later still.
constexpr Duration slack = seconds(5);

io::Task<void> pause(ClockWorld& world, Duration length) {
    co_await io::sleep_until(world.clock, world.clock.now() + length);
}

io::Task<void> time_does_not_go_back(ClockWorld& world) {
    Instant last = world.clock.now();
    for (int i = 0; i < 50; ++i) {
        co_await pause(world, milliseconds(i % 3));
        const Instant now = world.clock.now();
        EXPECT_GE(now, last);
        last = now;
    }
    EXPECT_GT(world.clock.wall(), (WallTime{1'500'000'000'000}));
}

io::Task<void> fires_never_early(ClockWorld& world) {
    Random random(5);
    for (int i = 0; i < 30; ++i) {
        const Instant at = world.clock.now() + random.between(nanoseconds(1), milliseconds(40));
        co_await io::sleep_until(world.clock, at);
        EXPECT_GE(world.clock.now(), at);
        EXPECT_LE(world.clock.now(), at + slack);
    }
}

io::Task<void> many_timers_fire_once_each(ClockWorld& world) {
    constexpr std::size_t count = 2000;
    Random random(6);
    std::vector<int> fired(count, 0);
    std::vector<std::unique_ptr<Alarm>> alarms;
    const Instant start = world.clock.now();
    for (std::size_t i = 0; i < count; ++i) {
        const Instant at = start + random.between(milliseconds(-20), milliseconds(700));
        auto count_up = [&fired, &world, i, at](Alarm& alarm) {
            ++fired[i];
            EXPECT_FALSE(alarm.armed());
            EXPECT_GE(world.clock.now(), at);
        };
        alarms.push_back(std::make_unique<Alarm>(world.clock, count_up));
        alarms.back()->arm(at);
        EXPECT_EQ(alarms.back()->at(), at);
    }
    co_await pause(world, milliseconds(800));
    for (std::size_t i = 0; i < count; ++i) EXPECT_EQ(fired[i], 1) << i;
}

io::Task<void> fires_in_order(ClockWorld& world) {
    std::string order;
    std::vector<std::unique_ptr<Alarm>> alarms;
    const Instant start = world.clock.now();
    for (const char name : std::string("dbcae")) {
        auto note = [&order, name](Alarm&) { order += name; };
        alarms.push_back(std::make_unique<Alarm>(world.clock, note));
        alarms.back()->arm(start + milliseconds(30) * (name - 'a'));
    }
    co_await pause(world, milliseconds(250));
    EXPECT_EQ(order, "abcde");
}

io::Task<void> disarmed_timers_do_not_fire(ClockWorld& world) {
    int fired = 0;
    const auto count_up = [&fired](Alarm&) { ++fired; };
    Alarm disarmed(world.clock, count_up);
    Alarm to_never(world.clock, count_up);
    Alarm kept(world.clock, count_up);
    auto gone = std::make_unique<Alarm>(world.clock, count_up);
    const Instant at = world.clock.now() + milliseconds(30);
    for (Alarm* const alarm : {&disarmed, &to_never, &kept, gone.get()}) alarm->arm(at);
    disarmed.disarm();
    disarmed.disarm();
    to_never.arm(never);
    gone.reset();
    EXPECT_FALSE(disarmed.armed());
    EXPECT_FALSE(to_never.armed());
    co_await pause(world, milliseconds(80));
    EXPECT_EQ(fired, 1);
}

io::Task<void> arming_again_replaces(ClockWorld& world) {
    std::vector<Instant> fired;
    Alarm alarm(world.clock, [&](Alarm&) { fired.push_back(world.clock.now()); });
    const Instant start = world.clock.now();
    alarm.arm(start + milliseconds(20));
    alarm.arm(start + milliseconds(90));
    co_await pause(world, milliseconds(50));
    EXPECT_TRUE(fired.empty());
    alarm.arm(start + milliseconds(60));
    co_await pause(world, milliseconds(200));
    EXPECT_EQ(fired.size(), 1U);
    if (!fired.empty()) EXPECT_GE(fired[0], start + milliseconds(60));
}

io::Task<void> may_be_armed_while_firing(ClockWorld& world) {
    int ticks = 0;
    Alarm ticker(world.clock, [&](Alarm& alarm) {
        if (++ticks < 5) alarm.arm(world.clock.now() + milliseconds(5));
    });
    int past = 0;
    Alarm again_at_once(world.clock, [&](Alarm& alarm) {
        if (++past < 100) alarm.arm(world.clock.now() - seconds(1));  // an instant in the past
    });
    ticker.arm(world.clock.now() + milliseconds(5));
    again_at_once.arm(world.clock.now());
    co_await pause(world, milliseconds(200));
    EXPECT_EQ(ticks, 5);
    EXPECT_EQ(past, 100);
}

io::Task<void> a_firing_timer_may_disarm_another(ClockWorld& world) {
    int fired = 0;
    std::unique_ptr<Alarm> first;
    std::unique_ptr<Alarm> second;
    // Of one instant, in either order: whoever fires destroys the other.
    first = std::make_unique<Alarm>(world.clock, [&](Alarm&) {
        ++fired;
        second.reset();
    });
    second = std::make_unique<Alarm>(world.clock, [&](Alarm&) {
        ++fired;
        first.reset();
    });
    const Instant at = world.clock.now() + milliseconds(10);
    first->arm(at);
    second->arm(at);
    co_await pause(world, milliseconds(60));
    EXPECT_EQ(fired, 1);
}

io::Task<void> a_signal_wakes_or_times_out(ClockWorld& world) {
    io::Signal signal(world.clock);
    const Instant deadline = world.clock.now() + milliseconds(20);
    const bool in_vain = co_await signal.wait(deadline);
    EXPECT_FALSE(in_vain);
    EXPECT_GE(world.clock.now(), deadline);

    io::TaskGroup group(world.executor);
    auto notifier = [&]() -> io::Task<void> {
        co_await pause(world, milliseconds(10));
        signal.notify_all();
    };
    group.spawn(notifier());
    const bool notified = co_await signal.wait(world.clock.now() + seconds(20));
    EXPECT_TRUE(notified);
    co_await group.join();
}

constexpr ClockCheck checks[] = {
    {"time_does_not_go_back", time_does_not_go_back},
    {"fires_never_early", fires_never_early},
    {"many_timers_fire_once_each", many_timers_fire_once_each},
    {"fires_in_order", fires_in_order},
    {"disarmed_timers_do_not_fire", disarmed_timers_do_not_fire},
    {"arming_again_replaces", arming_again_replaces},
    {"may_be_armed_while_firing", may_be_armed_while_firing},
    {"a_firing_timer_may_disarm_another", a_firing_timer_may_disarm_another},
    {"a_signal_wakes_or_times_out", a_signal_wakes_or_times_out},
};

}  // namespace

std::span<const ClockCheck> clock_checks() {
    return checks;
}

}  // namespace playback::contract
