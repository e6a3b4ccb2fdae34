#include "sim/node.h"

#include <gtest/gtest.h>

#include "sim/fabric.h"
#include "tests/sim/echo.h"

namespace playback::sim {
namespace {

using test::add_client;
using test::add_echo_server;
using test::ClientOptions;
using test::echo_of;
using test::endpoint_of;
using test::Seen;

ClientOptions endless(const SimNode& server) {
    return {.server = endpoint_of(server), .rounds = 1'000'000, .patience = seconds(2)};
}

Instant at(Duration d) {
    return Instant{} + d;
}

TEST(SimNode, KillDestroysCoroutinesAndPeersSeeAReset) {
    World world(WorldOptions{});
    SimNode& server = add_echo_server(world);
    std::vector<Seen> seen(3);
    for (std::size_t i = 0; i < seen.size(); ++i)
        add_client(world, "client" + std::to_string(i), endless(server), seen[i]);
    world.at(at(seconds(3)), [&server] { server.kill(); });
    const Verdict verdict = world.run_until(at(seconds(10)));
    EXPECT_TRUE(verdict.passed());
    EXPECT_FALSE(server.alive());
    for (const Seen& one : seen) {
        EXPECT_GT(one.rounds, 10);
        EXPECT_EQ(one.errors, std::vector<Errc>{Errc::reset});
        EXPECT_LT(one.at.back(), at(milliseconds(3'100)));
    }
}

TEST(SimNode, HalfOpenKillLeavesPeersToTheirDeadlines) {
    World world(WorldOptions{});
    SimNode& server = add_echo_server(world);
    Seen seen;
    add_client(world, "client", endless(server), seen);
    world.at(at(seconds(3)), [&server] { server.kill(true); });
    (void)world.run_until(at(seconds(10)));
    EXPECT_EQ(seen.errors, std::vector<Errc>{Errc::timed_out});
}

TEST(SimNode, PowerLossIsSilenceThenAResetOnceTheMachineIsBack) {
    World world(WorldOptions{});
    SimNode& server = add_echo_server(world);
    Seen seen;
    ClientOptions options = endless(server);
    options.patience = seconds(20);
    add_client(world, "client", options, seen);
    world.at(at(seconds(3)), [&server] { server.power_loss(); });
    (void)world.run_until(at(seconds(6)));
    EXPECT_TRUE(seen.errors.empty());
    server.restart();
    (void)world.run_until(at(seconds(9)));
    EXPECT_EQ(seen.errors, std::vector<Errc>{Errc::reset});
}

TEST(SimNode, RestartsAndServesAgain) {
    World world(WorldOptions{});
    SimNode& server = add_echo_server(world);
    Seen seen;
    ClientOptions options = endless(server);
    options.again = true;
    add_client(world, "client", options, seen);
    world.at(at(seconds(3)), [&server] {
        server.kill();
        server.restart(seconds(2));
    });
    (void)world.run_until(at(seconds(10)));
    EXPECT_EQ(server.incarnations(), 2U);
    EXPECT_EQ(seen.connected, 2);
    EXPECT_EQ(seen.errors.front(), Errc::reset);
    EXPECT_EQ(seen.errors.back(), Errc::refused);
    EXPECT_GT(seen.at.back(), at(milliseconds(9'900)));
}

// Dies of itself after a while, in the middle of a coroutine.
class Mortal final : public Program {
public:
    Mortal(const io::Io& io, int& later) : io_(io), group_(io.executor) {
        group_.spawn(live(later));
    }

private:
    io::Task<void> live(int& later) {
        const Instant end = io_.clock.now() + seconds(1);
        co_await io::sleep_until(io_.clock, end);
        io_.process.die("fsync failed");
        const Instant next = io_.clock.now();
        co_await io::sleep_until(io_.clock, next);
        ++later;
    }
    io::Io io_;
    io::TaskGroup group_;
};

TEST(SimNode, DyingEndsTheProcessAfterTheStepAndMayRestartIt) {
    World world(WorldOptions{});
    SimNode& node = world.add_node({.name = "n", .restart_after = seconds(3)});
    int later = 0;
    int exits = 0;
    node.start([&later](SimNode& self) { return std::make_unique<Mortal>(self.io(), later); });
    node.set_on_exit([&exits](SimNode&, std::string_view) { ++exits; });
    (void)world.run_until(at(seconds(7)));
    EXPECT_EQ(later, 0);
    EXPECT_EQ(exits, 2);
    EXPECT_EQ(node.deaths(), (std::vector<std::string>{"fsync failed", "fsync failed"}));
    EXPECT_EQ(node.incarnations(), 2U);
}

TEST(SimNode, HooksTellADiskWhatHappened) {
    World world(WorldOptions{});
    SimNode& node = add_echo_server(world);
    std::string story;
    node.add_hooks({.killed = [&story] { story += "killed "; },
                    .power_lost = [&story] { story += "power "; },
                    .starting = [&story] { story += "start "; }});
    (void)world.run_until(at(seconds(1)));
    node.kill();
    node.restart();
    (void)world.run_until(at(seconds(2)));
    node.power_loss();
    EXPECT_EQ(story, "start killed start power ");
}

TEST(SimNode, NodesComeAndGoAtRunTimeAndShareAMachine) {
    World world(WorldOptions{});
    SimNode& host = add_echo_server(world);
    Seen seen;
    world.at(at(seconds(1)), [&] {
        SimNode& container = world.add_node({.name = "container", .machine = "server"});
        container.start([&seen](SimNode& self) {
            const ClientOptions loopback{.server = {"127.0.0.1", 8080, ""}, .rounds = 1000};
            return std::make_unique<test::EchoClient>(self, self.io(), loopback, seen);
        });
    });
    world.at(at(milliseconds(1'100)), [&] { host.kill(); });
    world.at(at(milliseconds(1'200)), [&] { world.remove_node(*world.find_node("container")); });
    (void)world.run_until(at(seconds(2)));
    EXPECT_GT(seen.rounds, 10);
    EXPECT_EQ(seen.errors, std::vector<Errc>{Errc::reset});
    EXPECT_EQ(world.find_node("container"), nullptr);
}

TEST(SimNode, AWorldMayEndWhileEverythingIsUnderWay) {
    for (const std::int64_t ms : {1, 5, 1'001, 1'003, 1'050}) {
        World world(WorldOptions{.seed = 3});
        const SimNode& server = add_echo_server(world);
        Seen seen;
        ClientOptions options = endless(server);
        options.size = 300'000;
        add_client(world, "client", options, seen);
        (void)world.run_until(at(milliseconds(ms)));
    }
}

// Counts around a ring of three cores.
class Ring final : public Program {
public:
    Ring(SimNode& node, std::vector<std::size_t>& visits) : visits_(visits) {
        for (std::size_t i = 0; i < 3; ++i) cores_.push_back(&node.io(i).cores);
        for (int i = 0; i < 5; ++i) pass(0, i);
    }

private:
    void pass(std::size_t from, int number) {
        const std::size_t to = (from + 1) % 3;
        cores_[from]->send(to, [this, to, number] {
            visits_.push_back(to * 10 + static_cast<std::size_t>(number));
            if (visits_.size() < 300) pass(to, number);
        });
    }
    std::vector<std::size_t>& visits_;
    std::vector<io::Cores*> cores_;
};

TEST(SimNode, CoresPassWorkInOrderPerPair) {
    Random random(5);
    WorldOptions options;
    options.scheduling.picker.reorder_permille = 500;
    options.scheduling.picker.delay_permille = 100;
    World world(options);
    SimNode& node = world.add_node({.name = "n", .cores = 3});
    std::vector<std::size_t> visits;
    node.start([&visits](SimNode& self) { return std::make_unique<Ring>(self, visits); });
    (void)world.run_until(at(seconds(1)));
    ASSERT_GE(visits.size(), 300U);
    for (std::size_t core = 0; core < 3; ++core) {
        std::size_t expected = 0;
        for (const std::size_t visit : visits)
            if (visit / 10 == core) EXPECT_EQ(visit % 10, expected++ % 5);
    }
}

}  // namespace
}  // namespace playback::sim
