#include "sim/fault_driver.h"

#include <algorithm>

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

Instant at(std::int64_t ms) {
    return Instant{} + milliseconds(ms);
}

// A client talks to a server for 14 s; a fault may hold from second 5 to second 8.
struct Probe {
    explicit Probe(std::vector<PlanFault> faults, ClientOptions client = {})
        : server(add_echo_server(world)) {
        client.server = endpoint_of(server);
        if (client.rounds == 10) client.rounds = 1'000'000;
        client.pause = std::max(client.pause, milliseconds(5));
        client.again = true;
        add_client(world, "client", client, seen);
        driver.schedule(faults);
        world.at(at(4'999), [this] { wall_before = server.machine().time.wall(world.now()); });
        world.at(at(6'000), [this] {
            wall_during = server.machine().time.wall(world.now());
            during_connections = world.fabric().connections();
        });
        verdict = world.run_until(at(14'000));
    }

    // Whole answers between two times.
    [[nodiscard]] std::int64_t rounds(std::int64_t from_ms, std::int64_t to_ms) const {
        return std::ranges::count_if(seen.at,
                                     [&](Instant t) { return at(from_ms) <= t && t < at(to_ms); });
    }
    [[nodiscard]] bool saw(Errc code) const {
        return std::ranges::find(seen.errors, code) != seen.errors.end();
    }

    Seen seen;
    WallTime wall_before;
    WallTime wall_during;
    std::size_t during_connections = 0;
    World world{WorldOptions{.seed = 11}};
    FaultDriver driver{world};
    SimNode& server;
    Verdict verdict;
};

PlanFault fault(std::string kind, std::string target, PlanArgs args = {}) {
    return {1, at(5'000), seconds(3), std::move(kind), std::move(target), std::move(args)};
}

ClientOptions patient(Duration patience) {
    return {.patience = patience};
}

// Reconnects for every message.
ClientOptions restless() {
    return {.rounds = 1, .patience = milliseconds(500)};
}

TEST(Faults, WithoutOneAllIsWell) {
    const Probe probe({});
    EXPECT_TRUE(probe.verdict.passed());
    EXPECT_TRUE(probe.seen.errors.empty());
    EXPECT_GT(probe.rounds(5'000, 8'000), 200);
}

TEST(Faults, LinkLatencySlowsAndLifts) {
    const PlanArgs args{{"extra_ns", std::int64_t{200'000'000}}};
    const Probe probe({fault("link_latency", "client|server", args)});
    EXPECT_GT(probe.rounds(5'000, 8'000), 3);
    EXPECT_LT(probe.rounds(5'000, 8'000), 12);
    EXPECT_GT(probe.rounds(9'000, 10'000), 50);
}

TEST(Faults, PartitionHoldsBytesBackUntilItHeals) {
    const Probe probe({fault("link_partition", "server|*")}, patient(seconds(10)));
    EXPECT_TRUE(probe.seen.errors.empty());
    EXPECT_EQ(probe.rounds(5'050, 8'000), 0);
    EXPECT_GT(probe.rounds(9'000, 10'000), 50);
}

TEST(Faults, PartitionMakesConnectsTimeOut) {
    const Probe probe({fault("link_partition", "client|server")}, restless());
    EXPECT_TRUE(probe.saw(Errc::timed_out));
    EXPECT_EQ(probe.rounds(5'050, 8'000), 0);
    EXPECT_GT(probe.rounds(12'000, 13'000), 5);
}

TEST(Faults, OneWayPartitionLetsBytesThroughOneWay) {
    const Probe there({fault("link_partition_one_way", "client|server")}, patient(seconds(10)));
    const Probe back({fault("link_partition_one_way", "server|client")}, patient(seconds(10)));
    EXPECT_EQ(there.rounds(5'050, 8'000), 0);
    EXPECT_EQ(back.rounds(5'050, 8'000), 0);
    EXPECT_GT(back.rounds(9'000, 10'000), 50);
    // Both lose the time, but only the way back lets the last request of it arrive.
    EXPECT_NE(there.verdict.trace_hash, back.verdict.trace_hash);
}

TEST(Faults, ResetBreaksOpenConnections) {
    const Probe probe({fault("link_reset", "client|server")});
    EXPECT_EQ(probe.seen.errors, std::vector<Errc>{Errc::reset});
    EXPECT_EQ(probe.seen.connected, 2);
}

TEST(Faults, StallHoldsOpenConnectionsButNewOnesOpen) {
    const Probe probe({fault("link_stall", "client|server")}, restless());
    const Probe partition({fault("link_partition", "client|server")}, restless());
    EXPECT_EQ(probe.rounds(5'050, 8'000), 0);
    EXPECT_GT(probe.seen.connected, probe.seen.rounds + 1);
    EXPECT_LE(partition.seen.connected, partition.seen.rounds + 1);
}

TEST(Faults, HalfOpenConnectionsNeverSpeakAgain) {
    const Probe probe({fault("link_half_open", "client|server")}, patient(seconds(2)));
    EXPECT_EQ(probe.seen.errors, std::vector<Errc>{Errc::timed_out});
    EXPECT_EQ(probe.rounds(5'050, 6'900), 0);
    EXPECT_GT(probe.rounds(8'000, 9'000), 50);
}

TEST(Faults, ConnectsAreRefused) {
    const Probe probe({fault("connect_refused", "server")}, restless());
    EXPECT_TRUE(probe.saw(Errc::refused));
    EXPECT_EQ(probe.rounds(5'050, 8'000), 0);
    EXPECT_GT(probe.rounds(12'000, 13'000), 5);
}

TEST(Faults, ConnectsHang) {
    const Probe probe({fault("connect_hang", "server")}, restless());
    EXPECT_TRUE(probe.saw(Errc::timed_out));
    EXPECT_FALSE(probe.saw(Errc::refused));
    EXPECT_EQ(probe.rounds(5'050, 8'000), 0);
}

TEST(Faults, BandwidthIsSlow) {
    const PlanArgs args{{"bytes_per_second", std::int64_t{1'000}}};
    const Probe probe({fault("slow_bandwidth", "client|server", args)});
    EXPECT_GT(probe.rounds(5'000, 8'000), 5);  // 100 bytes there and back: 0.2 s
    EXPECT_LT(probe.rounds(5'000, 8'000), 20);
}

TEST(Faults, BytesComeInPieces) {
    const auto deliveries = [](std::vector<PlanFault> faults) {
        const Probe probe(std::move(faults), {.pause = milliseconds(200)});
        return probe.verdict.events / static_cast<std::uint64_t>(probe.seen.rounds);
    };
    PlanFault pieces = fault("segment_bytes", "client|server", {{"most", std::int64_t{3}}});
    pieces.duration = seconds(9);
    EXPECT_GT(deliveries({pieces}), 5 * deliveries({}));
}

TEST(Faults, AcceptsFailAndTheServerGoesOn) {
    const Probe probe({fault("accept_fails", "server", {{"count", std::int64_t{3}}})}, restless());
    // The echo server gives up on the first failed accept: that it does is the effect.
    EXPECT_TRUE(probe.saw(Errc::refused));
}

TEST(Faults, WallTimeStepsAndComesBack) {
    const PlanArgs args{{"by_ns", std::int64_t{3'600'000'000'000}}};
    const Probe probe({fault("clock_offset_step", "server", args)});
    EXPECT_EQ(probe.wall_during.ms - probe.wall_before.ms, 3'600'000 + 1'001);
    EXPECT_EQ(probe.server.machine().time.wall(at(14'000)).ms,
              probe.world.options().wall_start.ms + 14'000);
    EXPECT_EQ(probe.rounds(5'000, 8'000), Probe({}).rounds(5'000, 8'000));
}

TEST(Faults, ClocksDrift) {
    const PlanArgs args{{"ppb", std::int64_t{50'000'000}}};
    const Probe probe({fault("clock_drift", "server", args)});
    EXPECT_EQ(probe.wall_during.ms - probe.wall_before.ms, 1'001 + 50);
    EXPECT_EQ(probe.server.machine().time.drift(), 0);
}

TEST(Faults, TimersFireLate) {
    const PlanArgs args{{"most_ns", std::int64_t{500'000'000}}};
    const Probe probe({fault("timer_late", "client", args)});
    EXPECT_LT(probe.rounds(5'000, 8'000), 60);
    EXPECT_GT(probe.rounds(9'000, 10'000), 50);
}

TEST(Faults, NodeIsKilledAndStartsAgain) {
    const Probe probe({fault("node_kill", "server")});
    EXPECT_EQ(probe.seen.errors.front(), Errc::reset);
    EXPECT_EQ(probe.rounds(5'050, 8'000), 0);
    EXPECT_EQ(probe.server.incarnations(), 2U);
    EXPECT_GT(probe.rounds(9'000, 10'000), 50);
}

TEST(Faults, MachineLosesPowerAndComesBack) {
    const Probe probe({fault("node_power_loss", "server")}, patient(seconds(1)));
    EXPECT_EQ(probe.seen.errors.front(), Errc::timed_out);
    EXPECT_EQ(probe.server.incarnations(), 2U);
    EXPECT_GT(probe.rounds(12'000, 13'000), 50);
}

TEST(Faults, NodePauses) {
    const Probe probe({fault("node_pause", "server")}, patient(seconds(10)));
    EXPECT_TRUE(probe.seen.errors.empty());
    EXPECT_EQ(probe.rounds(5'050, 8'000), 0);
    EXPECT_GT(probe.rounds(8'000, 9'000), 50);
}

TEST(Faults, RestartWakesWhatIsDownAndSkipsWhatIsUp) {
    PlanFault kill = fault("node_kill", "server");
    kill.duration = seconds(100);
    PlanFault restart = fault("node_restart", "server");
    restart.at = at(6'000);
    const Probe probe({kill, restart});
    EXPECT_EQ(probe.server.incarnations(), 2U);
    EXPECT_GT(probe.rounds(9'000, 10'000), 50);
    EXPECT_EQ(Probe({restart}).driver.skipped().at("node_restart"), 1U);
}

TEST(Faults, DevicesAreDispatchedByKindOrGroup) {
    World world(WorldOptions{});
    FaultDriver driver(world);
    std::string story;
    driver.set_handler("disk", [&story](const PlanFault& f, bool begins) {
        story += (begins ? "+" : "-") + f.kind + " ";
        return f.target == "server";
    });
    driver.set_handler("container_crash", [&story](const PlanFault&, bool) {
        story += "crash ";
        return true;
    });
    driver.schedule({fault("disk_full", "server"),
                     fault("disk_stall", "gone"),
                     fault("container_crash", "x"),
                     fault("container_hang", "x")});
    (void)world.run_until(at(9'000));
    EXPECT_EQ(story, "+disk_full +disk_stall crash -disk_full ");
    EXPECT_EQ(driver.count("disk_full"), 1U);
    EXPECT_EQ(driver.skipped(), (FaultDriver::Counts{{"container_hang", 1}, {"disk_stall", 1}}));
}

TEST(Faults, WhatHasLostItsTargetIsSkippedAndCounted) {
    std::vector<PlanFault> faults;
    for (const FaultKind& kind : fault_catalogue())
        faults.push_back(fault(std::string(kind.name), "nobody|nowhere"));
    faults.push_back(fault("no_such_kind", "server"));
    const Probe probe(faults);
    EXPECT_TRUE(probe.driver.injected().empty());
    EXPECT_EQ(probe.driver.skipped().size(), fault_catalogue().size() + 1);
    EXPECT_TRUE(probe.seen.errors.empty());
}

TEST(Faults, OverlappingOnesDoNotLiftEachOther) {
    PlanFault shorter = fault("link_partition", "client|server");
    shorter.duration = seconds(1);
    PlanFault slow = fault("link_latency", "client|server", {{"extra_ns", std::int64_t{1'000}}});
    slow.duration = seconds(1);
    PlanFault slower = fault("link_latency", "*|*", {{"extra_ns", std::int64_t{100'000'000}}});
    const Probe probe({shorter, fault("link_partition", "server|*"), slow, slower},
                      patient(seconds(10)));
    EXPECT_EQ(probe.rounds(5'050, 8'000), 0);
    EXPECT_GT(probe.rounds(9'000, 10'000), 50);
}

TEST(Faults, EndAllMakesTheWorldKind) {
    World world(WorldOptions{});
    SimNode& server = add_echo_server(world);
    Seen seen;
    add_client(
        world, "client", {.server = endpoint_of(server), .rounds = 1'000'000, .again = true}, seen);
    FaultDriver driver(world);
    std::vector<PlanFault> faults;
    for (const char* const kind : {"link_partition", "link_stall", "node_pause", "connect_hang"}) {
        faults.push_back(fault(kind, kind[0] == 'l' ? "*|*" : "server"));
        faults.back().duration = seconds(1'000);
    }
    driver.schedule(faults);
    driver.schedule({9, at(7'000), seconds(1), "node_kill", "server", {}});
    world.at(at(6'000), [&driver] { driver.end_all(); });
    (void)world.run_until(at(10'000));
    EXPECT_GT(seen.at.back(), at(9'900));
    EXPECT_EQ(server.incarnations(), 1U);
}

}  // namespace
}  // namespace playback::sim
