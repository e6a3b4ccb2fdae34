// The container contract on the simulated daemon.
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "engine/io/wait.h"
#include "sim/container_host.h"
#include "tests/contract/container_contract.h"
#include "tests/contract/simulated_support.h"

namespace playback::contract {
namespace {

// tests/support/container_probe, as a coroutine.
class Probe final : public sim::Program {
public:
    Probe(sim::SimNode& node, sim::ContainerLife& life)
        : io_(node.io()), life_(life), group_(io_.executor) {
        if (life.variable("PROBE_STUBBORN").empty()) life.on_terminate([this] { life_.exit(0); });
        group_.spawn(run());
    }

private:
    io::Task<void> run() {
        if (const std::string text = life_.variable("PROBE_PRINT"); !text.empty())
            life_.print(text);
        if (const std::string name = life_.variable("PROBE_SHOW"); !name.empty())
            life_.print(name + "=" + life_.variable(name));
        if (const std::string most = life_.variable("PROBE_ALLOCATE"); !most.empty())
            co_await allocate(static_cast<std::uint32_t>(std::stoul(most)));
        if (const std::string code = life_.variable("PROBE_EXIT"); !code.empty())
            life_.exit(std::stoi(code));
    }
    io::Task<void> allocate(std::uint32_t most) {
        for (std::uint32_t used = 0; used < most; ++used) {
            life_.use_memory(used + 1);
            co_await io::sleep_until(io_.clock, io_.clock.now() + milliseconds(2));
        }
    }

    io::Io io_;
    sim::ContainerLife& life_;
    io::TaskGroup group_;
};

class SimArm final : public ContainerArm {
public:
    SimArm(sim::SimNode& caller, sim::ContainerDaemon& daemon, io::ContainerHost& host)
        : caller_(caller), daemon_(daemon), host_(host) {}

    io::ContainerHost& host() override { return host_; }
    io::Clock& clock() override { return caller_.core().clock; }
    [[nodiscard]] std::string distant_image() const override { return "distant:1"; }

    void end_daemon() override { daemon_.node().kill(); }
    void begin_daemon(OnRestart what) override {
        daemon_.set_live_restore(what == OnRestart::containers_live);
        daemon_.node().restart(milliseconds(700));
    }
    void freeze_daemon(bool frozen) override {
        if (frozen)
            daemon_.node().pause(minutes(60));
        else
            daemon_.node().resume();
    }

private:
    sim::SimNode& caller_;
    sim::ContainerDaemon& daemon_;
    io::ContainerHost& host_;
};

std::uint64_t play(const ContainerCheck& check, const sim::WorldOptions& options) {
    bool over = false;
    sim::World world(options);
    sim::ContainerDaemon daemon(world, {.name = "docker"});
    const auto probe = [](sim::SimNode& node, sim::ContainerLife& life) {
        return std::make_unique<Probe>(node, life);
    };
    daemon.add_image("probe:1", probe, true);
    daemon.add_image("distant:1", probe);
    sim::SimNode& caller = world.add_node({.name = "caller"});
    sim::SimContainerHosts hosts(caller);
    hosts.add("docker", daemon);
    auto script = [&](sim::SimNode& self) -> io::Task<void> {
        SimArm arm(self, daemon, **hosts.at("docker"));
        ContainerHands hands(arm, check.name);
        co_await check.run(hands);
    };
    caller.start([&](sim::SimNode& self) { return std::make_unique<OneTask>(self, script, over); });
    const auto ended = [&over] { return over; };
    const sim::Verdict verdict = world.run_until(ended, milliseconds(100), Instant{} + minutes(60));
    EXPECT_TRUE(over) << "the check did not end in an hour of virtual time";
    EXPECT_TRUE(verdict.passed()) << verdict.fingerprint();
    return verdict.trace_hash;
}

class SimContainers : public ::testing::TestWithParam<ContainerCheck> {};

TEST_P(SimContainers, KeepTheContract) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        sim::WorldOptions options{.seed = seed};
        Random random(seed);
        options.scheduling = sim::SchedulingKnobs::draw(random);
        EXPECT_EQ(play(GetParam(), options), play(GetParam(), options));
    }
}

std::string name_of_check(const ::testing::TestParamInfo<ContainerCheck>& info) {
    return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Sim,
                         SimContainers,
                         ::testing::ValuesIn(container_checks().begin(), container_checks().end()),
                         name_of_check);
INSTANTIATE_TEST_SUITE_P(SimDaemon,
                         SimContainers,
                         ::testing::ValuesIn(daemon_checks().begin(), daemon_checks().end()),
                         name_of_check);

}  // namespace
}  // namespace playback::contract
