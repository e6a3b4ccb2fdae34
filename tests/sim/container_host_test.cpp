// The simulated container daemon: every fault of its group has an effect, and its containers
// outlive whoever asked for them.
#include "sim/container_host.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/io/wait.h"
#include "sim/fault_driver.h"
#include "sim/world.h"

namespace playback::sim {
namespace {

constexpr Instant at(Duration since_start) {
    return Instant{} + since_start;
}

// What runs in the containers: prints a line every 100 ms.
class Ticker final : public Program {
public:
    Ticker(SimNode& node, ContainerLife& life, int& ticks)
        : io_(node.io()), life_(life), ticks_(ticks), group_(io_.executor) {
        group_.spawn(run());
    }

private:
    io::Task<void> run() {
        for (;;) {
            ++ticks_;
            life_.print("tick");
            co_await io::sleep_until(io_.clock, io_.clock.now() + milliseconds(100));
        }
    }
    io::Io io_;
    ContainerLife& life_;
    int& ticks_;
    io::TaskGroup group_;
};

class Caller final : public Program {
public:
    using Script = std::function<io::Task<void>(io::Clock&, io::ContainerHost&)>;

    Caller(SimNode& node, io::ContainerHost& host, Script script)
        : script_(std::move(script)), group_(node.io().executor) {
        group_.spawn(script_(node.core().clock, host));
    }

private:
    Script script_;
    io::TaskGroup group_;
};

// A daemon on a machine of its own, and a caller on another.
struct Stage {
    explicit Stage(std::uint64_t seed = 1) : world(WorldOptions{.seed = seed}) {
        const auto ticker = [this](SimNode& node, ContainerLife& life) {
            return std::make_unique<Ticker>(node, life, ticks);
        };
        daemon.add_image("ticker", ticker, true);
        daemon.add_image("distant", ticker);
        faults.set_handler("container", [this](const PlanFault& fault, bool begins) {
            return daemon.fault(fault, begins);
        });
    }

    void call(Caller::Script script) {
        caller.start(
            [this, script](SimNode& node) { return std::make_unique<Caller>(node, host, script); });
    }
    void fault(std::string kind, Duration from, Duration lasting = {}, PlanArgs args = {}) {
        PlanFault fault;
        fault.id = ++last_fault;
        fault.at = at(from);
        fault.duration = lasting;
        fault.kind = std::move(kind);
        fault.target = "docker";
        fault.args = std::move(args);
        faults.schedule(fault);
    }
    void run_until(Duration end) { EXPECT_TRUE(world.run_until(at(end)).passed()); }
    [[nodiscard]] std::string state() const {
        std::string text;
        for (const io::ContainerStatus& status : daemon.containers()) {
            text += status.name + ":";
            const bool exited = status.state == io::ContainerState::exited;
            text += exited ? status.reason
                           : (status.state == io::ContainerState::running ? "up" : "created");
            text += " ";
        }
        return text;
    }

    int ticks = 0;  // of all containers
    World world;
    ContainerDaemon daemon{world, {.name = "docker"}};
    SimNode& caller = world.add_node({.name = "caller"});
    SimContainerHost host{caller, daemon};
    FaultDriver faults{world};
    std::uint64_t last_fault = 0;
};

io::ContainerSpec spec_of(std::string name, std::string image = "ticker") {
    io::ContainerSpec spec;
    spec.name = std::move(name);
    spec.image = std::move(image);
    spec.labels = {{"owner", "test"}};
    return spec;
}

// Starts one container and does nothing more.
io::Task<void> start_one(io::Clock& clock, io::ContainerHost& host) {
    Result<void> started = co_await host.start(spec_of("one"), clock.now() + seconds(10));
    EXPECT_TRUE(started.has_value());
}

TEST(ContainerDaemon, ContainersOutliveTheirCaller) {
    Stage stage;
    stage.call(start_one);
    stage.run_until(seconds(5));
    stage.caller.kill();
    stage.run_until(seconds(10));
    EXPECT_EQ(stage.state(), "one:up ");
    EXPECT_NE(stage.daemon.process("one"), nullptr);
    // The next incarnation finds it and starts nothing.
    stage.caller.restart();
    stage.run_until(seconds(15));
    EXPECT_EQ(stage.state(), "one:up ");
    EXPECT_EQ(stage.daemon.process("one")->incarnations(), 1U);
}

TEST(ContainerDaemon, WhatACallerNoLongerWaitsForHappensAllTheSame) {
    Stage stage;
    Errc outcome{};
    stage.call([&outcome](io::Clock& clock, io::ContainerHost& host) -> io::Task<void> {
        Result<void> started = co_await host.start(spec_of("one"), clock.now() + milliseconds(4));
        EXPECT_FALSE(started.has_value());
        if (!started) outcome = started.error().code;
    });
    stage.run_until(seconds(5));
    EXPECT_EQ(outcome, Errc::timed_out);
    EXPECT_EQ(stage.state(), "one:up ");
}

TEST(ContainerDaemon, PowerLossEndsDaemonAndContainers) {
    Stage stage;
    stage.call(start_one);
    stage.fault("container_hang", seconds(3), seconds(60));
    PlanFault power;
    power.id = 99;
    power.at = at(seconds(5));
    power.duration = seconds(5);
    power.kind = "node_power_loss";
    power.target = "docker";
    stage.faults.schedule(power);
    stage.run_until(seconds(7));
    EXPECT_EQ(stage.daemon.process("one"), nullptr);
    EXPECT_FALSE(stage.daemon.node().alive());
    stage.run_until(seconds(20));
    EXPECT_TRUE(stage.daemon.node().alive());
    EXPECT_EQ(stage.state(), "one:power lost ");
}

TEST(ContainerDaemon, APartitionHidesIt) {
    Stage stage;
    std::vector<Errc> outcomes;
    stage.call([&outcomes](io::Clock& clock, io::ContainerHost& host) -> io::Task<void> {
        for (int i = 0; i < 3; ++i) {
            Result<void> alive = co_await host.ping(clock.now() + seconds(1));
            outcomes.push_back(alive ? Errc{} : alive.error().code);
            co_await io::sleep_until(clock, clock.now() + seconds(2));
        }
    });
    PlanFault partition;
    partition.at = at(seconds(1));
    partition.duration = seconds(3);
    partition.kind = "link_partition";
    partition.target = "caller|docker";
    stage.faults.schedule(partition);
    stage.run_until(seconds(20));
    EXPECT_EQ(outcomes, (std::vector<Errc>{Errc{}, Errc::timed_out, Errc{}}));
}

// --- every fault of the group has an effect ---

TEST(ContainerFaults, Crash) {
    Stage stage;
    stage.call(start_one);
    stage.fault("container_crash", seconds(5));
    stage.run_until(seconds(6));
    EXPECT_EQ(stage.state(), "one:exit 1 ");
    EXPECT_EQ(stage.faults.count("container_crash"), 1U);
}

TEST(ContainerFaults, OutOfMemory) {
    Stage stage;
    stage.call(start_one);
    stage.fault("container_oom", seconds(5));
    stage.run_until(seconds(6));
    EXPECT_EQ(stage.state(), "one:out of memory ");
}

TEST(ContainerFaults, ACrashWakesWhoWaits) {
    Stage stage;
    Instant woken;
    stage.call([&](io::Clock& clock, io::ContainerHost& host) -> io::Task<void> {
        co_await start_one(clock, host);
        co_await io::sleep_until(clock, clock.now() + seconds(2));
        Result<io::ContainerList> list =
            co_await host.list("owner", "test", clock.now() + seconds(1));
        EXPECT_TRUE(list && list->containers.size() == 1);
        const std::uint64_t seen = list ? list->version : 0;
        co_await host.wait_for_change(seen, clock.now() + minutes(1));
        woken = stage.world.now();
    });
    stage.fault("container_crash", seconds(8));
    stage.run_until(seconds(20));
    EXPECT_GT(woken, at(seconds(8)));
    EXPECT_LT(woken, at(seconds(9)));
}

TEST(ContainerFaults, Hang) {
    Stage stage;
    stage.call(start_one);
    stage.fault("container_hang", seconds(5), seconds(10));
    stage.run_until(milliseconds(5'200));
    const int before = stage.ticks;
    EXPECT_GT(before, 10);
    stage.run_until(milliseconds(14'800));
    EXPECT_EQ(stage.ticks, before);
    EXPECT_EQ(stage.state(), "one:up ");
    stage.run_until(seconds(25));
    EXPECT_GT(stage.ticks, before + 90);
}

TEST(ContainerFaults, HangForGood) {
    Stage stage;
    stage.call(start_one);
    stage.fault("container_hang", seconds(5), seconds(1), {{"for_good", std::int64_t{1}}});
    stage.run_until(milliseconds(5'200));
    const int before = stage.ticks;
    stage.run_until(seconds(100));
    EXPECT_EQ(stage.ticks, before);
    EXPECT_EQ(stage.state(), "one:up ");
}

TEST(ContainerFaults, StartFails) {
    Stage stage;
    std::vector<Errc> outcomes;
    stage.call([&outcomes](io::Clock& clock, io::ContainerHost& host) -> io::Task<void> {
        co_await io::sleep_until(clock, clock.now() + seconds(2));
        for (int i = 0; i < 2; ++i) {
            Result<void> started = co_await host.start(spec_of("one"), clock.now() + seconds(10));
            outcomes.push_back(started ? Errc{} : started.error().code);
            co_await io::sleep_until(clock, clock.now() + seconds(5));
        }
    });
    stage.fault("container_start_fails", seconds(1), seconds(4));
    stage.run_until(seconds(30));
    EXPECT_EQ(outcomes, (std::vector<Errc>{Errc::io_failed, Errc{}}));
    EXPECT_EQ(stage.state(), "one:up ");
}

// How long the first pull takes, and how it ends.
std::pair<Duration, Errc> first_pull(const char* fault) {
    Stage stage;
    std::pair<Duration, Errc> outcome;
    stage.call([&outcome](io::Clock& clock, io::ContainerHost& host) -> io::Task<void> {
        co_await io::sleep_until(clock, clock.now() + seconds(1));
        const Instant begin = clock.now();
        Result<void> pulled = co_await host.pull("distant", "", begin + minutes(10));
        outcome.first = clock.now() - begin;
        if (!pulled) outcome.second = pulled.error().code;
    });
    if (fault != nullptr) stage.fault(fault, milliseconds(10), minutes(10));
    stage.run_until(minutes(9));
    return outcome;
}

TEST(ContainerFaults, PullsAreSlowOrFail) {
    const auto [usual, fine] = first_pull(nullptr);
    const auto [slow, also_fine] = first_pull("container_pull_slow");
    const auto [failed_after, failed] = first_pull("container_pull_fails");
    EXPECT_EQ(fine, Errc{});
    EXPECT_EQ(also_fine, Errc{});
    EXPECT_EQ(failed, Errc::io_failed);
    EXPECT_GT(slow, usual * 10);
    EXPECT_GT(failed_after, Duration{});
}

TEST(ContainerFaults, APullEndsWithWhoeverAskedForIt) {
    Stage stage;
    std::vector<Errc> outcomes;
    stage.call([&outcomes](io::Clock& clock, io::ContainerHost& host) -> io::Task<void> {
        Result<void> pulled = co_await host.pull("distant", "", clock.now() + milliseconds(20));
        outcomes.push_back(pulled ? Errc{} : pulled.error().code);
        co_await io::sleep_until(clock, clock.now() + seconds(30));
        Result<void> started =
            co_await host.start(spec_of("one", "distant"), clock.now() + seconds(10));
        outcomes.push_back(started ? Errc{} : started.error().code);
    });
    stage.run_until(minutes(1));
    EXPECT_EQ(outcomes, (std::vector<Errc>{Errc::timed_out, Errc::not_found}));
}

TEST(ContainerFaults, DaemonRestart) {
    for (const std::int64_t live_restore : {0, 1}) {
        Stage stage;
        std::map<Errc, int> outcomes;
        stage.call([&outcomes](io::Clock& clock, io::ContainerHost& host) -> io::Task<void> {
            co_await start_one(clock, host);
            for (int i = 0; i < 20; ++i) {
                Result<void> alive = co_await host.ping(clock.now() + seconds(1));
                ++outcomes[alive ? Errc{} : alive.error().code];
                co_await io::sleep_until(clock, clock.now() + milliseconds(500));
            }
        });
        stage.fault(
            "container_daemon_restart", seconds(5), seconds(2), {{"live_restore", live_restore}});
        stage.run_until(seconds(6));
        EXPECT_EQ(stage.state(), "one:up ");
        stage.run_until(seconds(20));
        EXPECT_EQ(stage.state(), live_restore == 1 ? "one:up " : "one:exit 137 ");
        EXPECT_GE(outcomes[Errc::unavailable], 3);
        EXPECT_GE(outcomes[Errc{}], 10);
    }
}

TEST(ContainerFaults, DaemonUnreachable) {
    Stage stage;
    std::map<Errc, int> outcomes;
    stage.call([&outcomes](io::Clock& clock, io::ContainerHost& host) -> io::Task<void> {
        for (int i = 0; i < 12; ++i) {
            Result<void> alive = co_await host.ping(clock.now() + milliseconds(300));
            ++outcomes[alive ? Errc{} : alive.error().code];
            co_await io::sleep_until(clock, clock.now() + milliseconds(500));
        }
    });
    stage.fault("container_daemon_unreachable", seconds(2), seconds(2));
    stage.run_until(seconds(20));
    EXPECT_GE(outcomes[Errc::timed_out], 2);
    EXPECT_GE(outcomes[Errc{}], 6);
}

TEST(ContainerFaults, WithoutAContainerTheyAreSkipped) {
    Stage stage;
    for (const char* const kind : {"container_crash", "container_oom", "container_hang"})
        stage.fault(kind, seconds(1), seconds(1));
    stage.run_until(seconds(5));
    EXPECT_TRUE(stage.faults.injected().empty());
    EXPECT_EQ(stage.faults.skipped().size(), 3U);
}

TEST(ContainerFaults, TheCatalogueHasNoKindThatIsNotHandled) {
    for (const FaultKind& kind : fault_catalogue()) {
        if (kind.group != "container") continue;
        Stage stage;
        stage.call(start_one);
        stage.fault(std::string(kind.name), seconds(5), seconds(1));
        stage.run_until(seconds(10));
        EXPECT_EQ(stage.faults.count(kind.name), 1U) << kind.name;
    }
}

// Everything at once, killed callers as well: whatever the order, a World comes to its end, and
// playing it twice is the same.
TEST(ContainerFaults, ManyAtOncePlayTheSameTwice) {
    std::vector<FaultChoice> choices{{"node_kill", {"caller", "docker"}},
                                     {"node_power_loss", {"docker"}},
                                     {"node_pause", {"caller", "docker"}},
                                     {"link_partition", {"caller|docker"}}};
    for (const FaultKind& kind : fault_catalogue())
        if (kind.group == "container") choices.push_back({std::string(kind.name), {"docker"}});
    const auto play = [&choices](std::uint64_t seed) {
        Stage stage(seed);
        Random random(seed);
        stage.faults.schedule(draw_faults(random, choices, {at({}), at(seconds(60))}));
        stage.call([](io::Clock& clock, io::ContainerHost& host) -> io::Task<void> {
            for (int i = 0;; ++i) {
                const std::string name = "c" + std::to_string(i % 5);
                Result<void> pulled = co_await host.pull("distant", "", clock.now() + seconds(9));
                Result<void> started =
                    co_await host.start(spec_of(name, "distant"), clock.now() + seconds(3));
                Result<void> removed = co_await host.remove(
                    "c" + std::to_string((i + 2) % 5), milliseconds(200), clock.now() + seconds(1));
                const bool fine = pulled && started && removed;
                Result<io::ContainerList> list =
                    co_await host.list("owner", "test", clock.now() + seconds(1));
                if (!list || !fine)
                    co_await io::sleep_until(clock, clock.now() + milliseconds(100));
                else
                    co_await host.wait_for_change(list->version, clock.now() + seconds(1));
            }
        });
        const Verdict verdict = stage.world.run_until(at(seconds(70)));
        EXPECT_TRUE(verdict.passed()) << verdict.fingerprint() << " seed " << seed;
        return verdict.trace_hash;
    };
    for (std::uint64_t seed = 1; seed <= 10; ++seed) EXPECT_EQ(play(seed), play(seed)) << seed;
}

}  // namespace
}  // namespace playback::sim
