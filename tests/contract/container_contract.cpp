#include "tests/contract/container_contract.h"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

// Succeeds, or says why not.
#define EXPECT_FINE(result) EXPECT_TRUE((result).has_value()) << (result).error().detail
#define EXPECT_FAILS(result, errc)                                        \
    EXPECT_TRUE(!(result).has_value() && (result).error().code == (errc)) \
        << ((result).has_value()                                          \
                ? std::string("succeeded")                                \
                : std::string(name_of((result).error().code)) + ": " + (result).error().detail)

namespace playback::contract {
namespace {

using Statuses = std::vector<io::ContainerStatus>;

bool all_running(const Statuses& list, std::size_t count) {
    return list.size() == count && std::ranges::all_of(list, [](const auto& status) {
               return status.state == io::ContainerState::running;
           });
}

bool nothing(const Statuses& list) {
    return list.empty();
}

}  // namespace

io::Task<void> ContainerHands::remove_all() {
    Result<io::ContainerList> found = co_await list();
    EXPECT_FINE(found);
    if (!found) co_return;
    for (const io::ContainerStatus& status : found->containers) {
        Result<void> removed = co_await remove(status.name);
        EXPECT_FINE(removed);
    }
}

io::Task<Statuses> ContainerHands::await(std::function<bool(const Statuses&)> done) {
    const Instant end = soon();
    Statuses last;
    while (arm.clock().now() < end) {
        Result<io::ContainerList> found = co_await list();
        // A daemon that is coming back may refuse for a while.
        std::uint64_t seen = 0;
        if (found) {
            seen = found->version;
            last = std::move(found->containers);
            if (done(last)) co_return last;
        } else {
            co_await io::sleep_until(arm.clock(), soon(milliseconds(50)));
        }
        co_await arm.host().wait_for_change(seen, std::min(end, soon(seconds(10))));
    }
    ADD_FAILURE() << test_ << ": it never came";
    co_return last;
}

io::Task<io::ContainerStatus> ContainerHands::await_exit(std::string name) {
    const auto exited = [&name](const io::ContainerStatus& status) {
        return status.name == name && status.state == io::ContainerState::exited;
    };
    auto done = [&exited](const Statuses& list) { return std::ranges::any_of(list, exited); };
    Statuses list = co_await await(done);
    const auto found = std::ranges::find_if(list, exited);
    io::ContainerStatus status;
    if (found != list.end()) status = *found;
    co_return status;
}

io::Task<std::string> ContainerHands::await_log(std::string name, std::string text) {
    constexpr std::size_t plenty = 100'000;
    const Instant end = soon();
    std::string last;
    while (arm.clock().now() < end && last != text) {
        Result<std::string> log = co_await arm.host().logs(name, plenty, end);
        EXPECT_FINE(log);
        if (log) last = std::move(*log);
        if (last != text) co_await io::sleep_until(arm.clock(), soon(milliseconds(20)));
    }
    EXPECT_EQ(last, text);
    co_return last;
}

namespace {

io::Task<void> runs_what_it_is_told(ContainerHands& hands) {
    Result<void> alive = co_await hands.arm.host().ping(hands.soon());
    EXPECT_FINE(alive);
    io::ContainerSpec spec = hands.spec("one", {{"PROBE_SHOW", "GREETING"}, {"GREETING", "a = b"}});
    Result<void> started = co_await hands.start(spec);
    EXPECT_FINE(started);

    Result<io::ContainerList> found = co_await hands.list();
    EXPECT_FINE(found);
    EXPECT_TRUE(found && all_running(found->containers, 1));
    if (found && found->containers.size() == 1) {
        EXPECT_EQ(found->containers[0].name, spec.name);
        EXPECT_EQ(found->containers[0].labels, spec.labels);
    }
    co_await hands.await_log(spec.name, "GREETING=a = b\n");
    co_await hands.remove_all();
    Result<io::ContainerList> none = co_await hands.list();
    EXPECT_TRUE(none && none->containers.empty());
}

io::Task<void> starting_twice_is_once(ContainerHands& hands) {
    const io::ContainerSpec spec = hands.spec("one", {{"PROBE_PRINT", "born"}});
    for (int i = 0; i < 3; ++i) {
        Result<void> started = co_await hands.start(spec);
        EXPECT_FINE(started);
    }
    // Were it another process, it would have printed into an empty log or printed again.
    co_await hands.await_log(spec.name, "born\n");
    Result<io::ContainerList> found = co_await hands.list();
    EXPECT_TRUE(found && all_running(found->containers, 1));
    co_await hands.remove_all();
}

io::Task<void> other_labels_replace(ContainerHands& hands) {
    io::ContainerSpec spec = hands.spec("one", {{"PROBE_PRINT", "old"}});
    Result<void> started = co_await hands.start(spec);
    EXPECT_FINE(started);
    spec.labels.emplace_back("playback.zone", "b");
    spec.environment = {{"PROBE_PRINT", "new"}};
    started = co_await hands.start(spec);
    EXPECT_FINE(started);
    co_await hands.await_log(spec.name, "new\n");
    Result<io::ContainerList> found = co_await hands.list();
    EXPECT_TRUE(found && all_running(found->containers, 1));
    if (found && found->containers.size() == 1) {
        EXPECT_EQ(found->containers[0].labels, spec.labels);
    }
    co_await hands.remove_all();
}

io::Task<void> what_has_exited_is_replaced(ContainerHands& hands) {
    io::ContainerSpec spec = hands.spec("one", {{"PROBE_EXIT", "0"}});
    Result<void> started = co_await hands.start(spec);
    EXPECT_FINE(started);
    co_await hands.await_exit(spec.name);
    spec.environment.clear();
    started = co_await hands.start(spec);
    EXPECT_FINE(started);
    Result<io::ContainerList> found = co_await hands.list();
    EXPECT_TRUE(found && all_running(found->containers, 1));
    co_await hands.remove_all();
}

io::Task<void> an_exit_is_noticed(ContainerHands& hands) {
    const io::ContainerSpec spec = hands.spec("one", {{"PROBE_EXIT", "3"}});
    Result<void> started = co_await hands.start(spec);
    EXPECT_FINE(started);
    const Instant before = hands.arm.clock().now();
    io::ContainerStatus status = co_await hands.await_exit(spec.name);
    EXPECT_EQ(status.exit_code, 3);
    EXPECT_EQ(status.reason, "exit 3");
    EXPECT_EQ(status.labels, spec.labels);
    // By a wake-up: the waits in between last ten seconds each.
    EXPECT_LT(hands.arm.clock().now() - before, seconds(9));
    co_await hands.remove_all();
}

io::Task<void> lists_only_what_carries_the_label(ContainerHands& hands) {
    const io::ContainerSpec ours = hands.spec("ours", {});
    io::ContainerSpec foreign = hands.spec("foreign", {});
    foreign.labels = {{"playback.test", "somebody else"}};
    Result<void> started = co_await hands.start(ours);
    EXPECT_FINE(started);
    started = co_await hands.start(foreign);
    EXPECT_FINE(started);
    Result<io::ContainerList> found = co_await hands.list();
    EXPECT_TRUE(found && all_running(found->containers, 1));
    co_await hands.remove_all();

    io::ContainerHost& host = hands.arm.host();
    Result<io::ContainerList> others =
        co_await host.list("playback.test", "somebody else", hands.soon());
    EXPECT_TRUE(others && all_running(others->containers, 1));
    Result<void> removed = co_await hands.remove(foreign.name);
    EXPECT_FINE(removed);
}

io::Task<void> removing_is_idempotent(ContainerHands& hands) {
    const io::ContainerSpec spec = hands.spec("one", {});
    Result<void> removed = co_await hands.remove(spec.name, seconds(1));
    EXPECT_FINE(removed);
    Result<void> started = co_await hands.start(spec);
    EXPECT_FINE(started);
    for (int i = 0; i < 2; ++i) {
        removed = co_await hands.remove(spec.name);
        EXPECT_FINE(removed);
    }
    Result<io::ContainerList> none = co_await hands.list();
    EXPECT_TRUE(none && none->containers.empty());
}

io::Task<void> grace_is_given_then_taken(ContainerHands& hands) {
    const io::Clock& clock = hands.arm.clock();
    const io::ContainerSpec polite = hands.spec("polite", {{"PROBE_PRINT", "up"}});
    Result<void> started = co_await hands.start(polite);
    EXPECT_FINE(started);
    co_await hands.await_log(polite.name, "up\n");
    const Instant asked = clock.now();
    Result<void> removed = co_await hands.remove(polite.name, seconds(20));
    EXPECT_FINE(removed);
    EXPECT_LT(clock.now() - asked, seconds(10));

    io::ContainerSpec stubborn = hands.spec("stubborn", {{"PROBE_PRINT", "up"}});
    stubborn.environment.emplace_back("PROBE_STUBBORN", "1");
    started = co_await hands.start(stubborn);
    EXPECT_FINE(started);
    co_await hands.await_log(stubborn.name, "up\n");
    const Instant told = clock.now();
    removed = co_await hands.remove(stubborn.name, seconds(1));
    EXPECT_FINE(removed);
    EXPECT_GE(clock.now() - told, milliseconds(900));
    Result<io::ContainerList> none = co_await hands.list();
    EXPECT_TRUE(none && none->containers.empty());
}

io::Task<void> missing_images_are_not_found(ContainerHands& hands) {
    io::ContainerSpec spec = hands.spec("one", {});
    spec.image = hands.arm.missing_image();
    Result<void> pulled = co_await hands.arm.host().pull(spec.image, "", hands.soon());
    EXPECT_FAILS(pulled, Errc::not_found);
    Result<void> started = co_await hands.start(spec);
    EXPECT_FAILS(started, Errc::not_found);
    Result<io::ContainerList> none = co_await hands.list();
    EXPECT_TRUE(none && none->containers.empty());
}

io::Task<void> pulling_is_idempotent(ContainerHands& hands) {
    io::ContainerSpec spec = hands.spec("one", {{"PROBE_PRINT", "from afar"}});
    if (!hands.arm.distant_image().empty()) {
        spec.image = hands.arm.distant_image();
        Result<void> early = co_await hands.start(spec);
        EXPECT_FAILS(early, Errc::not_found);
    }
    for (int i = 0; i < 2; ++i) {
        Result<void> pulled = co_await hands.arm.host().pull(spec.image, "", hands.soon());
        EXPECT_FINE(pulled);
    }
    Result<void> started = co_await hands.start(spec);
    EXPECT_FINE(started);
    co_await hands.await_log(spec.name, "from afar\n");
    co_await hands.remove_all();
}

io::Task<void> impossible_specs_are_refused(ContainerHands& hands) {
    io::ContainerSpec spec = hands.spec("one", {});
    spec.name = "../up";
    Result<void> started = co_await hands.start(spec);
    EXPECT_FAILS(started, Errc::invalid_argument);
    spec = hands.spec("one", {{"A=B", "c"}});
    started = co_await hands.start(spec);
    EXPECT_FAILS(started, Errc::invalid_argument);
    spec = hands.spec("one", {});
    spec.memory_limit = 0;
    started = co_await hands.start(spec);
    EXPECT_FAILS(started, Errc::invalid_argument);
}

io::Task<void> logs_keep_their_end(ContainerHands& hands) {
    const io::ContainerSpec spec = hands.spec("one", {{"PROBE_PRINT", "first\nsecond\nthird"}});
    Result<void> started = co_await hands.start(spec);
    EXPECT_FINE(started);
    co_await hands.await_log(spec.name, "first\nsecond\nthird\n");
    io::ContainerHost& host = hands.arm.host();
    Result<std::string> end = co_await host.logs(spec.name, 8, hands.soon());
    EXPECT_FINE(end);
    EXPECT_EQ(end.value_or(""), "d\nthird\n");
    co_await hands.remove_all();
    Result<std::string> none = co_await host.logs(spec.name, 8, hands.soon());
    EXPECT_FAILS(none, Errc::not_found);
}

io::Task<void> too_much_memory_is_named(ContainerHands& hands) {
    io::ContainerSpec spec = hands.spec("one", {{"PROBE_ALLOCATE", "400"}});
    spec.memory_limit = 64;
    Result<void> started = co_await hands.start(spec);
    EXPECT_FINE(started);
    io::ContainerStatus status = co_await hands.await_exit(spec.name);
    EXPECT_EQ(status.reason, "out of memory");
    EXPECT_EQ(status.exit_code, 137);
    co_await hands.remove_all();
}

io::Task<void> waiting_ends_at_its_deadline(ContainerHands& hands) {
    const io::Clock& clock = hands.arm.clock();
    const Instant begin = clock.now();
    const Instant deadline = begin + milliseconds(1500);
    // It may return for nothing, so it is asked until its time is over.
    while (clock.now() < deadline) {
        Result<io::ContainerList> found = co_await hands.list();
        const std::uint64_t seen = found ? found->version : 0;
        co_await hands.arm.host().wait_for_change(seen, deadline);
    }
    EXPECT_LT(clock.now() - begin, seconds(3));
}

class EndsWaits final : public io::Timer {
public:
    explicit EndsWaits(ContainerArm& arm) : Timer(arm.clock()), host_(arm.host()) {}
    bool done = false;

private:
    void fire() override {
        done = true;
        host_.end_waits();
    }
    io::ContainerHost& host_;
};

io::Task<void> waiting_ends_when_told(ContainerHands& hands) {
    const io::Clock& clock = hands.arm.clock();
    EndsWaits later(hands.arm);
    later.arm(hands.soon(milliseconds(500)));
    const Instant deadline = hands.soon(minutes(1));
    while (!later.done) {
        Result<io::ContainerList> found = co_await hands.list();
        const std::uint64_t seen = found ? found->version : 0;
        if (later.done) break;
        co_await hands.arm.host().wait_for_change(seen, deadline);
    }
    EXPECT_LT(clock.now(), deadline - seconds(30));
}

io::Task<void> a_dead_daemon_is_unavailable(ContainerHands& hands) {
    const io::ContainerSpec spec = hands.spec("one", {});
    hands.arm.end_daemon();
    Result<void> alive = co_await hands.arm.host().ping(hands.soon());
    EXPECT_FAILS(alive, Errc::unavailable);
    Result<io::ContainerList> found = co_await hands.list();
    EXPECT_FAILS(found, Errc::unavailable);
    Result<void> started = co_await hands.start(spec);
    EXPECT_FAILS(started, Errc::unavailable);
    Result<void> removed = co_await hands.remove(spec.name);
    EXPECT_FAILS(removed, Errc::unavailable);
    hands.arm.begin_daemon(OnRestart::containers_end);
    co_await hands.await(nothing);
}

io::Task<void> containers_end_with_a_restart(ContainerHands& hands) {
    const io::ContainerSpec spec = hands.spec("one", {});
    Result<void> started = co_await hands.start(spec);
    EXPECT_FINE(started);
    hands.arm.end_daemon();
    hands.arm.begin_daemon(OnRestart::containers_end);
    co_await hands.await_exit(spec.name);
    started = co_await hands.start(spec);
    EXPECT_FINE(started);
    auto running = [](const Statuses& list) { return all_running(list, 1); };
    co_await hands.await(running);
    co_await hands.remove_all();
}

io::Task<void> containers_live_through_a_restart(ContainerHands& hands) {
    hands.arm.end_daemon();
    hands.arm.begin_daemon(OnRestart::containers_live);
    co_await hands.await(nothing);
    const io::ContainerSpec spec = hands.spec("one", {{"PROBE_PRINT", "born"}});
    Result<void> started = co_await hands.start(spec);
    EXPECT_FINE(started);
    co_await hands.await_log(spec.name, "born\n");
    hands.arm.end_daemon();
    hands.arm.begin_daemon(OnRestart::containers_live);
    auto running = [](const Statuses& list) { return all_running(list, 1); };
    co_await hands.await(running);
    started = co_await hands.start(spec);
    EXPECT_FINE(started);
    co_await hands.await_log(spec.name, "born\n");  // the same process: it was not born again
    co_await hands.remove_all();
}

io::Task<void> a_frozen_daemon_costs_no_more_than_the_deadline(ContainerHands& hands) {
    const io::Clock& clock = hands.arm.clock();
    io::ContainerHost& host = hands.arm.host();
    hands.arm.freeze_daemon(true);
    const Instant begin = clock.now();
    Result<io::ContainerList> found =
        co_await host.list("playback.test", "none", begin + milliseconds(700));
    EXPECT_FAILS(found, Errc::timed_out);
    Result<void> alive = co_await host.ping(clock.now() + milliseconds(700));
    EXPECT_FAILS(alive, Errc::timed_out);
    EXPECT_LT(clock.now() - begin, milliseconds(2500));
    hands.arm.freeze_daemon(false);
    found = co_await host.list("playback.test", "none", hands.soon());
    EXPECT_FINE(found);
}

}  // namespace

std::span<const ContainerCheck> container_checks() {
    static constexpr std::array checks = {
        ContainerCheck{"RunsWhatItIsTold", runs_what_it_is_told},
        ContainerCheck{"StartingTwiceIsOnce", starting_twice_is_once},
        ContainerCheck{"OtherLabelsReplace", other_labels_replace},
        ContainerCheck{"WhatHasExitedIsReplaced", what_has_exited_is_replaced},
        ContainerCheck{"AnExitIsNoticed", an_exit_is_noticed},
        ContainerCheck{"ListsOnlyWhatCarriesTheLabel", lists_only_what_carries_the_label},
        ContainerCheck{"RemovingIsIdempotent", removing_is_idempotent},
        ContainerCheck{"GraceIsGivenThenTaken", grace_is_given_then_taken},
        ContainerCheck{"MissingImagesAreNotFound", missing_images_are_not_found},
        ContainerCheck{"PullingIsIdempotent", pulling_is_idempotent},
        ContainerCheck{"ImpossibleSpecsAreRefused", impossible_specs_are_refused},
        ContainerCheck{"LogsKeepTheirEnd", logs_keep_their_end},
        ContainerCheck{"TooMuchMemoryIsNamed", too_much_memory_is_named},
        ContainerCheck{"WaitingEndsAtItsDeadline", waiting_ends_at_its_deadline},
        ContainerCheck{"WaitingEndsWhenTold", waiting_ends_when_told},
    };
    return checks;
}

std::span<const ContainerCheck> daemon_checks() {
    static constexpr std::array checks = {
        ContainerCheck{"ADeadDaemonIsUnavailable", a_dead_daemon_is_unavailable},
        ContainerCheck{"ContainersEndWithARestart", containers_end_with_a_restart},
        ContainerCheck{"ContainersLiveThroughARestart", containers_live_through_a_restart},
        ContainerCheck{"AFrozenDaemonCostsNoMoreThanTheDeadline",
                       a_frozen_daemon_costs_no_more_than_the_deadline},
    };
    return checks;
}

}  // namespace playback::contract
