#include "engine/services/container_supervisor.h"

#include <gtest/gtest.h>

#include "engine/services/reconcile.h"
#include "tests/services/supervised.h"

namespace playback::services::testing {
namespace {

std::string label_of(const io::ContainerStatus& container, std::string_view name) {
    for (const auto& [key, value] : container.labels)
        if (key == name) return value;
    return {};
}

TEST(ContainerSupervisor, RunsWhatIsWantedAndRemovesWhatIsNot) {
    Supervised one;
    const RuntimeId runtime = one.open("present");
    ASSERT_TRUE(one.run(seconds(20)));
    ASSERT_EQ(one.running(), (std::set<std::string>{Supervised::name_of(runtime)}));
    EXPECT_EQ(one.container(runtime).stage, hosting::ContainerStage::running);
    const std::vector<io::ContainerStatus> containers = one.docker.containers();
    ASSERT_EQ(containers.size(), 1u);
    EXPECT_EQ(label_of(containers[0], labels::installation), "here");
    EXPECT_EQ(label_of(containers[0], labels::runtime), std::to_string(runtime.value));
    EXPECT_EQ(label_of(containers[0], labels::tenant), "acme");
    EXPECT_EQ(label_of(containers[0], labels::qualifier), "LOBBY");

    one.remove(runtime);
    ASSERT_TRUE(one.run(seconds(20)));
    EXPECT_TRUE(one.docker.containers().empty());
    EXPECT_EQ(one.ask(address_of(default_pool), hosting::GetContainer{runtime}).error().code,
              Errc::not_found);
}

// Nothing polls: from the wish to the container it takes what the daemon takes.
TEST(ContainerSupervisor, ActsAtOnce) {
    Supervised one;
    one.run(seconds(30));
    const RuntimeId runtime = one.open("present");
    one.run(seconds(9));  // pull (up to 8 s when absent; this one answers at once) and start
    EXPECT_EQ(one.container(runtime).stage, hosting::ContainerStage::running);
}

TEST(ContainerSupervisor, StopsAtOnceWhenThereIsNothingToDo) {
    Supervised one;
    (void)one.open("present");
    one.run(seconds(30));
    auto& server = static_cast<Server&>(*one.node.program());
    const Instant begin = server.io().clock.now();
    Instant ended = never;
    server.spawn(server.stop_minding(ended));
    one.run(seconds(5));
    EXPECT_LT(ended - begin, milliseconds(100));
}

TEST(ContainerSupervisor, TheRuntimeKnowsThePasswordOfItsContainer) {
    Supervised one;
    std::map<std::string, std::string> environment;
    one.docker.add_image(
        "curious",
        [&](sim::SimNode&, sim::ContainerLife& life) {
            for (const auto& [name, value] : life.spec().environment) environment[name] = value;
            return std::make_unique<Idle>();
        },
        true);
    const RuntimeId runtime = one.open("curious");
    ASSERT_TRUE(one.run(seconds(20)));
    EXPECT_EQ(environment["OMGSERVERS_RUNTIME_ID"], std::to_string(runtime.value));
    EXPECT_EQ(environment["OMGSERVERS_QUALIFIER"], "LOBBY");
    EXPECT_EQ(environment["OMGSERVERS_RUNTIME_QUALIFIER"], "LOBBY");
    EXPECT_EQ(environment["OMGSERVERS_SERVICE_URL"], "http://node:8080");
    EXPECT_EQ(environment["OMGSERVERS_PASSWORD"].size(), 32u);
    const auto stored = one.ask(address_of(runtime), mailbox::GetCredentials{});
    ASSERT_TRUE(stored);
    std::optional<bool> fits;
    one.world.after(Duration{}, [&] {
        auto& server = static_cast<Server&>(*one.node.program());
        const auto verify = [](io::PasswordHasher& hasher,
                               std::string password,
                               std::string hash,
                               std::optional<bool>& result) -> io::Task<void> {
            const Result<bool> verified =
                co_await hasher.verify(std::move(password), std::move(hash));
            result = verified.value_or(false);
        };
        server.spawn(verify(server.io().passwords,
                            environment["OMGSERVERS_PASSWORD"],
                            stored->password_hash,
                            fits));
    });
    one.run(seconds(1));
    EXPECT_EQ(fits, true);
}

TEST(ContainerSupervisor, ForeignContainersAreNotTouched) {
    Supervised one;
    const auto start_foreign = [](io::Clock& clock, io::ContainerHost& host) -> io::Task<void> {
        io::ContainerSpec plain;
        plain.name = "plain";
        plain.image = "present";
        (void)co_await host.start(std::move(plain), clock.now() + seconds(5));
        io::ContainerSpec neighbour;
        neighbour.name = "lobby_12345";
        neighbour.image = "present";
        neighbour.labels = {{std::string(labels::installation), "there"},
                            {std::string(labels::runtime), "12345"}};
        (void)co_await host.start(std::move(neighbour), clock.now() + seconds(5));
        io::ContainerSpec leaked;
        leaked.name = "lobby_678";
        leaked.image = "present";
        leaked.labels = {{std::string(labels::installation), "here"},
                         {std::string(labels::runtime), "678"}};
        (void)co_await host.start(std::move(leaked), clock.now() + seconds(5));
    };
    sim::SimContainerHost host(one.node, one.docker);
    one.world.after(Duration{}, [&] {
        auto& server = static_cast<Server&>(*one.node.program());
        server.spawn(start_foreign(server.io().clock, host));
    });
    one.run(seconds(30));
    EXPECT_EQ(one.running(), (std::set<std::string>{"lobby_12345", "plain"}));
}

TEST(ContainerSupervisor, AnExitLosesTheRuntime) {
    Supervised one;
    const RuntimeId runtime = one.open("present");
    one.run(seconds(20));
    ASSERT_EQ(one.wanted().size(), 1u);
    one.fault("container_crash", milliseconds(10), {}, "docker");
    one.run(seconds(10));
    EXPECT_TRUE(one.wanted().empty());
    EXPECT_TRUE(one.docker.containers().empty());
    EXPECT_EQ(one.ask(address_of(runtime), mailbox::GetRuntime{}).error().code, Errc::not_found);
}

TEST(ContainerSupervisor, WhatCannotStartSaysWhyAndStartsLater) {
    Supervised one;
    const RuntimeId runtime = one.open("unheard_of");
    one.run(seconds(30));
    EXPECT_GT(one.container(runtime).attempt, 2u);
    EXPECT_NE(one.container(runtime).reason, "");
    EXPECT_EQ(one.wanted().size(), 1u);
    one.add_image("unheard_of", true);
    one.run(seconds(30));
    EXPECT_EQ(one.container(runtime).stage, hosting::ContainerStage::running);
    EXPECT_EQ(one.container(runtime).reason, "");
}

TEST(ContainerSupervisor, ASlowPullDelaysNobodyElse) {
    Supervised one;
    one.fault("container_pull_slow", {}, minutes(10), "docker");
    one.run(milliseconds(100));
    const RuntimeId slow = one.open("distant");
    one.run(seconds(1));
    const RuntimeId quick = one.open("present");
    one.run(seconds(4));
    EXPECT_EQ(one.container(quick).stage, hosting::ContainerStage::running);
    EXPECT_NE(one.container(slow).stage, hosting::ContainerStage::running);
    one.faults.end_all();
    one.run(minutes(2));
    EXPECT_EQ(one.container(slow).stage, hosting::ContainerStage::running);
}

// Whatever dies in between, when all is well again there run exactly the containers of the
// runtimes that live, and the pool says so.
void play_hostile_minutes(std::uint64_t seed) {
    Supervised one(seed);
    Random random(seed);
    std::vector<RuntimeId> opened;
    const std::vector<std::string> kinds = {"container_pull_slow",
                                            "container_pull_fails",
                                            "container_start_fails",
                                            "container_crash",
                                            "container_daemon_unreachable",
                                            "container_daemon_restart"};
    for (int step = 0; step < 25; ++step) {
        switch (random.below(5)) {
            case 0:
            case 1:
                opened.push_back(one.open(random.chance(1, 2) ? "present" : "distant"));
                break;
            case 2:
                if (!opened.empty()) one.remove(opened[random.below(opened.size())]);
                break;
            case 3: {
                const std::string& kind = kinds[random.below(kinds.size())];
                one.fault(kind, {}, random.between(milliseconds(10), seconds(8)), "docker");
                break;
            }
            default:
                one.node.kill();
                one.node.restart(random.between(milliseconds(1), seconds(3)));
                break;
        }
        ASSERT_TRUE(one.run(random.between(Duration{}, seconds(2))));
    }
    one.faults.end_all();
    ASSERT_TRUE(one.run(seconds(100)));
    std::set<std::string> wanted;
    for (const RuntimeId runtime : one.wanted()) {
        wanted.insert(Supervised::name_of(runtime));
        EXPECT_EQ(one.container(runtime).stage, hosting::ContainerStage::running);
    }
    EXPECT_EQ(one.running(), wanted);
    EXPECT_EQ(one.docker.containers().size(), wanted.size());
    const auto pool = one.ask(address_of(default_pool), hosting::GetPool{});
    ASSERT_TRUE(pool);
    EXPECT_EQ(pool->hosts[0].containers, wanted.size());
    EXPECT_EQ(pool->waiting, 0u);
}

TEST(ContainerSupervisor, HostileMinutesLeaveWhatIsWanted) {
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        play_hostile_minutes(seed);
        if (::testing::Test::HasFailure()) return;
    }
}

// Hosts come and go while it works.
TEST(ContainerSupervisor, MindsHostsThatCome) {
    Supervised one;
    const HostId first = one.ask(address_of(default_pool), hosting::GetPool{})->hosts.front().host;
    ASSERT_TRUE(one.ask(address_of(default_pool), hosting::DrainHost{first}));
    const RuntimeId runtime = one.open("present");
    one.run(seconds(5));
    EXPECT_EQ(one.container(runtime).reason, "needs 1 core and 512 MB; unix:///docker is draining");
    hosting::AddHost add;
    add.config = {"unix:///second", 8, 8192, 8};
    ASSERT_TRUE(one.ask(address_of(default_pool), add));
    one.run(seconds(20));
    EXPECT_EQ(one.container(runtime).stage, hosting::ContainerStage::running);
    EXPECT_EQ(Supervised::running_on(one.second),
              (std::set<std::string>{Supervised::name_of(runtime)}));
    EXPECT_TRUE(one.running().empty());
}

TEST(ContainerSupervisor, EndsWhatAHostHasThatIsRemoved) {
    Supervised one;
    hosting::AddHost add;
    add.config = {"unix:///second", 8, 8192, 8};
    const auto second = one.ask(address_of(default_pool), add);
    ASSERT_TRUE(second);
    const HostId first = one.ask(address_of(default_pool), hosting::GetPool{})->hosts.front().host;
    ASSERT_TRUE(one.ask(address_of(default_pool), hosting::DrainHost{first}));
    const RuntimeId runtime = one.open("present");
    one.run(seconds(20));
    ASSERT_EQ(Supervised::running_on(one.second).size(), 1U);
    const hosting::RemoveHost remove{second->host, true};
    EXPECT_EQ(one.ask(address_of(default_pool), remove)->lost, 1U);
    one.run(seconds(30));
    EXPECT_TRUE(one.second.containers().empty());
    EXPECT_EQ(one.wanted(), std::vector<RuntimeId>{}) << "the runtime is over";
    EXPECT_EQ(one.ask(address_of(default_pool), hosting::GetPool{})->hosts.size(), 1U);

    // Added again it is another host, and works.
    ASSERT_TRUE(one.ask(address_of(default_pool), add));
    const RuntimeId next = one.open("present");
    one.run(seconds(20));
    EXPECT_EQ(Supervised::running_on(one.second),
              (std::set<std::string>{Supervised::name_of(next)}));
    EXPECT_NE(next, runtime);
}

}  // namespace
}  // namespace playback::services::testing
