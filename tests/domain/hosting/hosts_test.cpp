#include "engine/domain/hosting/hosts.h"

#include <gtest/gtest.h>

namespace playback::hosting {
namespace {

Host host(std::uint32_t cpu, std::uint32_t memory, std::uint32_t containers) {
    Host result;
    result.row.config = {"address", cpu, memory, containers};
    return result;
}
ContainerWish wish(std::uint32_t cpu, std::uint32_t memory) {
    ContainerWish result;
    result.cpu_limit = cpu;
    result.memory_limit = memory;
    return result;
}

TEST(Hosts, AHostHasThreeLimits) {
    EXPECT_TRUE(host(1, 512, 1).fits(wish(100, 512)));
    EXPECT_FALSE(host(1, 512, 0).fits(wish(100, 512)));
    EXPECT_FALSE(host(1, 512, 1).fits(wish(101, 512)));
    EXPECT_FALSE(host(1, 512, 1).fits(wish(100, 513)));
    Host closed = host(1, 512, 1);
    closed.row.status = HostStatus::closed;
    EXPECT_FALSE(closed.fits(wish(1, 1)));
}

TEST(Hosts, WhatIsTakenIsReleased) {
    Host one = host(2, 1000, 2);
    one.take(wish(150, 600));
    EXPECT_FALSE(one.fits(wish(51, 1)));
    EXPECT_FALSE(one.fits(wish(1, 401)));
    EXPECT_TRUE(one.fits(wish(50, 400)));
    one.release(wish(150, 600));
    EXPECT_TRUE(one.fits(wish(200, 1000)));
}

TEST(Hosts, TheLeastLoadedIsChosen) {
    Hosts hosts;
    hosts[HostId{1}] = host(100, 100'000, 4);
    hosts[HostId{2}] = host(100, 100'000, 8);
    EXPECT_EQ(choose_host(hosts, wish(1, 1), {}), HostId{2});  // 1/8 and not 1/4
    for (int i = 0; i < 2; ++i) hosts[HostId{2}].take(wish(1, 1));
    EXPECT_EQ(choose_host(hosts, wish(1, 1), {}), HostId{1});  // 1/4 and not 3/8
    hosts[HostId{1}].take(wish(1, 1));
    EXPECT_EQ(choose_host(hosts, wish(1, 1), {}), HostId{2});  // 3/8 and not 2/4
    EXPECT_EQ(choose_host(hosts, wish(1, 1), HostId{2}), HostId{1});
    EXPECT_EQ(choose_host(hosts, wish(1, 200'000), {}), std::nullopt);
}

TEST(Hosts, TheLastResortIsBetterThanNone) {
    Hosts hosts;
    hosts[HostId{1}] = host(1, 512, 1);
    EXPECT_EQ(choose_host(hosts, wish(1, 1), HostId{1}), HostId{1});
    EXPECT_EQ(choose_host({}, wish(1, 1), HostId{1}), std::nullopt);
}

TEST(Hosts, ReasonsAreReadable) {
    EXPECT_EQ(no_room_reason({}, wish(1, 1)), "there is no container host");
    Hosts hosts;
    hosts[HostId{1}] = host(1, 512, 1);
    EXPECT_EQ(no_room_reason(hosts, wish(700, 9000)),
              "needs 7 cores and 9000 MB; address has 1 core in all");
    EXPECT_EQ(no_room_reason(hosts, wish(25, 9000)),
              "needs 0.25 cores and 9000 MB; address has 512 MB in all");
    hosts[HostId{1}].take(wish(50, 500));
    EXPECT_EQ(no_room_reason(hosts, wish(10, 10)),
              "needs 0.1 cores and 10 MB; address has all of its 1 containers");
    hosts[HostId{1}].row.config.max_containers = 2;
    EXPECT_EQ(no_room_reason(hosts, wish(100, 10)),
              "needs 1 core and 10 MB; address has 0.5 cores free");
    EXPECT_EQ(no_room_reason(hosts, wish(50, 100)),
              "needs 0.5 cores and 100 MB; address has 12 MB free");
    hosts[HostId{1}].row.status = HostStatus::leaving;
    EXPECT_EQ(no_room_reason(hosts, wish(100, 10)),
              "needs 1 core and 10 MB; address is being removed");
    for (std::uint64_t id = 2; id <= 20; ++id) hosts[HostId{id}] = host(0, 0, 0);
    const std::string many = no_room_reason(hosts, wish(100, 10));
    EXPECT_TRUE(many.ends_with("; and 12 more")) << many;
}

TEST(Hosts, OnlyAnOpenOneIsChosen) {
    for (const HostStatus status :
         {HostStatus::closed, HostStatus::draining, HostStatus::leaving}) {
        Hosts hosts;
        hosts[HostId{1}] = host(1, 512, 1);
        hosts[HostId{1}].row.status = status;
        EXPECT_EQ(choose_host(hosts, wish(1, 1), {}), std::nullopt);
        EXPECT_EQ(choose_host(hosts, wish(1, 1), HostId{1}), std::nullopt);
    }
}

}  // namespace
}  // namespace playback::hosting
