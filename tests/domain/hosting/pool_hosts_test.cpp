// Hosts that come, drain and go while containers run.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/domain/hosting/pool.h"
#include "engine/domain/mailbox/runtime_inputs.h"
#include "tests/support/rules.h"

namespace playback::hosting {
namespace {

constexpr kernel::Address self = address_of(default_pool);

struct OnePool {
    OnePool() { rules.add<Pool>(settings); }

    template <class C>
    typename C::Reply done(C command) {
        return rules.ask(self, std::move(command)).value();
    }
    template <class C>
    Errc refused(C command) {
        const auto reply = rules.ask(self, std::move(command));
        return reply ? Errc{} : reply.error().code;
    }
    static HostConfig config(const std::string& address, std::uint32_t containers = 4) {
        return {address, 8, 8192, containers};
    }
    HostId add(const std::string& address, std::uint32_t containers = 4) {
        return done(AddHost{config(address, containers)}).host;
    }
    void want(std::uint64_t runtime, std::uint32_t cpu = 100, std::uint32_t memory = 512) {
        ContainerWish wish;
        wish.runtime = RuntimeId{runtime};
        wish.image = "acme/game:1";
        wish.cpu_limit = cpu;
        wish.memory_limit = memory;
        rules.tell(self, WantContainer{wish});
    }
    void unwant(std::uint64_t runtime) { rules.tell(self, UnwantContainer{RuntimeId{runtime}}); }
    HostId run(std::uint64_t runtime) {
        want(runtime);
        const HostId host = done(GetContainer{RuntimeId{runtime}}).host;
        (void)done(ReportStarted{host, RuntimeId{runtime}, 0});
        return host;
    }
    HostId host_of(std::uint64_t runtime) { return done(GetContainer{RuntimeId{runtime}}).host; }
    std::string reason(std::uint64_t runtime) {
        return done(GetContainer{RuntimeId{runtime}}).reason;
    }
    // "unix:///a open 2", for each host.
    std::vector<std::string> hosts() {
        static const std::map<HostStatus, std::string> words = {{HostStatus::open, "open"},
                                                                {HostStatus::closed, "closed"},
                                                                {HostStatus::draining, "draining"},
                                                                {HostStatus::leaving, "leaving"}};
        std::vector<std::string> result;
        for (const HostDetails& host : done(GetPool{}).hosts)
            result.push_back(host.config.address + " " + words.at(host.status) + " " +
                             std::to_string(host.containers));
        return result;
    }

    DomainSettings settings;
    tests::Rules rules;
};

using Hosts = std::vector<std::string>;

TEST(PoolHosts, AreAddedByRequestAndTakeWhatWaits) {
    OnePool pool;
    pool.want(1);
    const std::uint64_t before = pool.rules.changes_of(self);
    const HostDetails added = pool.done(AddHost{OnePool::config("unix:///a")});
    EXPECT_GT(pool.rules.changes_of(self), before);
    EXPECT_EQ(added.origin, HostOrigin::request);
    EXPECT_EQ(pool.host_of(1), added.host);
    EXPECT_EQ(pool.hosts(), Hosts{"unix:///a open 1"});
    EXPECT_EQ(pool.refused(AddHost{OnePool::config("unix:///a")}), Errc::already_exists);
    EXPECT_EQ(pool.refused(AddHost{OnePool::config("")}), Errc::invalid_argument);
    for (std::size_t i = 1; i < hosts_max; ++i) pool.add("unix:///" + std::to_string(i));
    EXPECT_EQ(pool.refused(AddHost{OnePool::config("unix:///more")}), Errc::full);
    EXPECT_EQ(pool.refused(EnsureHosts{{OnePool::config("unix:///more")}}), Errc::full);
}

TEST(PoolHosts, ADrainedOneGetsNothingNewAndSaysWhenItIsEmpty) {
    OnePool pool;
    const HostId a = pool.add("unix:///a");
    EXPECT_EQ(pool.run(1), a);
    EXPECT_EQ(pool.done(DrainHost{a}).containers, 1u);
    EXPECT_EQ(pool.done(DrainHost{a}).status, HostStatus::draining) << "said twice";
    pool.want(2);
    EXPECT_EQ(pool.reason(2), "needs 1 core and 512 MB; unix:///a is draining");
    const HostId b = pool.add("unix:///b");
    EXPECT_EQ(pool.host_of(2), b);
    EXPECT_EQ(pool.host_of(1), a) << "what runs there stays";

    // Its start failed on b: not even as a last resort.
    (void)pool.done(DrainHost{b});
    (void)pool.done(ReportFailed{b, RuntimeId{2}, 0, "disk full"});
    pool.rules.advance(seconds(60));
    EXPECT_EQ(pool.host_of(2), HostId{});

    pool.unwant(1);
    EXPECT_EQ(pool.hosts(), (Hosts{"unix:///a draining 1", "unix:///b draining 0"}));
    (void)pool.done(ReportRemoved{a, RuntimeId{1}});
    EXPECT_EQ(pool.hosts(), (Hosts{"unix:///a draining 0", "unix:///b draining 0"}));
    EXPECT_EQ(pool.done(ResumeHost{a}).status, HostStatus::open);
    EXPECT_EQ(pool.host_of(2), a) << "what waited goes there at once";
}

TEST(PoolHosts, LeaveWhenTheyAreEmpty) {
    OnePool pool;
    const HostId a = pool.add("unix:///a");
    EXPECT_EQ(pool.run(1), a);
    const auto refused = pool.rules.ask(self, RemoveHost{a, false});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_TRUE(refused.error().detail.contains("1 containers")) << refused.error().detail;
    pool.unwant(1);
    (void)pool.done(ReportRemoved{a, RuntimeId{1}});
    EXPECT_EQ(pool.done(RemoveHost{a, false}).lost, 0u);
    EXPECT_EQ(pool.refused(RemoveHost{a, false}), Errc::not_found);
    EXPECT_EQ(pool.refused(DrainHost{a}), Errc::not_found);
    EXPECT_EQ(pool.refused(ResumeHost{a}), Errc::not_found);
    EXPECT_EQ(pool.refused(ListHost{a}), Errc::not_found);
    EXPECT_TRUE(pool.rules.rows_of(self).empty());
}

TEST(PoolHosts, ByForceTheirRuntimesAreLostAndTheyLeaveWithTheLast) {
    OnePool pool;
    const HostId a = pool.add("unix:///a");
    const HostId b = pool.add("unix:///b", 1);
    EXPECT_EQ(pool.run(1), a);
    EXPECT_EQ(pool.run(2), a);
    (void)pool.rules.take<mailbox::ContainerStarted>();
    pool.unwant(2);
    pool.want(3);  // is only placed
    EXPECT_EQ(pool.host_of(3), a);
    EXPECT_EQ(pool.done(RemoveHost{a, true}).lost, 2u) << "2 was going anyway";
    EXPECT_EQ(pool.done(RemoveHost{a, true}).lost, 0u) << "said twice";
    const auto lost = pool.rules.take_addressed<mailbox::ContainerLost>();
    ASSERT_EQ(lost.size(), 2u);
    EXPECT_EQ(lost[0].first, address_of(RuntimeId{1}));
    EXPECT_EQ(lost[0].second.reason, "its host was removed");
    EXPECT_EQ(pool.hosts(), (Hosts{"unix:///a leaving 3", "unix:///b open 0"}));
    EXPECT_EQ(pool.refused(DrainHost{a}), Errc::conflict);
    EXPECT_EQ(pool.refused(ResumeHost{a}), Errc::conflict);
    EXPECT_FALSE(pool.done(ReportStarted{a, RuntimeId{3}, 0}).wanted) << "too late";
    pool.want(4);
    EXPECT_EQ(pool.host_of(4), b);

    for (const std::uint64_t runtime : {1u, 2u, 3u}) {
        EXPECT_EQ(pool.hosts().size(), 2u);
        EXPECT_TRUE(pool.done(ReportRemoved{a, RuntimeId{runtime}}).wanted);
    }
    EXPECT_EQ(pool.hosts(), Hosts{"unix:///b open 1"});
}

TEST(PoolHosts, WhatDoesNotAnswerIsNotWaitedForLongerThanAMinute) {
    OnePool pool;
    const HostId a = pool.add("unix:///a");
    const HostId b = pool.add("unix:///b");
    EXPECT_EQ(pool.run(1), a);
    EXPECT_EQ(pool.run(2), b);
    (void)pool.done(RemoveHost{a, true});
    pool.rules.advance(seconds(30));
    (void)pool.done(RemoveHost{b, true});
    pool.rules.advance(seconds(29));
    EXPECT_EQ(pool.hosts().size(), 2u);
    pool.rules.reload();
    pool.rules.advance(seconds(1));
    EXPECT_EQ(pool.hosts(), Hosts{"unix:///b leaving 1"});
    pool.rules.advance(seconds(30));
    EXPECT_TRUE(pool.hosts().empty());
    EXPECT_EQ(pool.refused(GetContainer{RuntimeId{1}}), Errc::not_found);
    EXPECT_FALSE(pool.done(ReportRemoved{a, RuntimeId{1}}).wanted);
    EXPECT_TRUE(pool.rules.rows_of(self).empty());
}

TEST(PoolHosts, OneThatLeavesCanBeAddedAgain) {
    OnePool pool;
    const HostId a = pool.add("unix:///a");
    EXPECT_EQ(pool.run(1), a);
    (void)pool.done(RemoveHost{a, true});
    const HostDetails again = pool.done(AddHost{OnePool::config("unix:///a", 9)});
    EXPECT_EQ(again.host, a);
    EXPECT_EQ(again.config.max_containers, 9u);
    pool.rules.advance(minutes(2));
    EXPECT_EQ(pool.hosts(), Hosts{"unix:///a open 1"}) << "until the removal was seen";
    (void)pool.done(ReportRemoved{a, RuntimeId{1}});
    EXPECT_EQ(pool.hosts(), Hosts{"unix:///a open 0"});
}

TEST(PoolHosts, OfTheConfigurationAndOfRequestsLiveSideBySide) {
    OnePool pool;
    const HostConfig a = OnePool::config("unix:///a");
    const HostId of_configuration = pool.done(EnsureHosts{{a}}).hosts[0].host;
    EXPECT_EQ(pool.refused(AddHost{a}), Errc::already_exists);
    const HostId of_request = pool.add("unix:///b");
    (void)pool.done(DrainHost{of_configuration});

    // A start: what was added stays, what drains goes on draining.
    pool.rules.reload();
    (void)pool.done(EnsureHosts{{a}});
    EXPECT_EQ(pool.hosts(), (Hosts{"unix:///a draining 0", "unix:///b open 0"}));
    (void)pool.done(ResumeHost{of_configuration});

    // The configuration takes over what it names, and then gives it up.
    HostConfig b = OnePool::config("unix:///b", 7);
    const PoolDetails taken = pool.done(EnsureHosts{{a, b}});
    EXPECT_EQ(taken.hosts[1].host, of_request);
    EXPECT_EQ(taken.hosts[1].origin, HostOrigin::configuration);
    EXPECT_EQ(taken.hosts[1].config.max_containers, 7u);
    (void)pool.done(EnsureHosts{{a}});
    EXPECT_EQ(pool.hosts(), Hosts{"unix:///a open 0"});

    // Removed, it comes back with the next start that names it.
    (void)pool.done(RemoveHost{of_configuration, false});
    EXPECT_TRUE(pool.hosts().empty());
    (void)pool.done(EnsureHosts{{a}});
    EXPECT_EQ(pool.hosts(), Hosts{"unix:///a open 0"});
}

TEST(PoolHosts, OneOfNoConfigurationGoesWithItsLastContainer) {
    OnePool pool;
    const HostId a = pool.done(EnsureHosts{{OnePool::config("unix:///a")}}).hosts[0].host;
    EXPECT_EQ(pool.run(1), a);
    (void)pool.done(EnsureHosts{});
    EXPECT_EQ(pool.hosts(), Hosts{"unix:///a closed 1"});
    EXPECT_EQ(pool.refused(ResumeHost{a}), Errc::conflict);
    pool.unwant(1);
    (void)pool.done(ReportRemoved{a, RuntimeId{1}});
    EXPECT_TRUE(pool.hosts().empty());
}

TEST(PoolHosts, WhatWaitsSaysWhatItMisses) {
    OnePool pool;
    (void)pool.done(AddHost{{"a:1", 2, 8192, 8}});
    const HostId b = pool.done(AddHost{{"b:1", 8, 16384, 8}}).host;
    (void)pool.done(DrainHost{b});
    pool.want(1, 50);
    pool.want(2, 200);
    EXPECT_EQ(pool.reason(2), "needs 2 cores and 512 MB; a:1 has 1.5 cores free; b:1 is draining");
    pool.want(3, 100, 8000);
    EXPECT_EQ(pool.reason(3), "needs 1 core and 8000 MB; a:1 has 7680 MB free; b:1 is draining");
    const WaitingContainers waiting = pool.done(ListWaiting{16});
    ASSERT_EQ(waiting.containers.size(), 2u);
    EXPECT_EQ(waiting.containers[0].runtime, RuntimeId{2});
    EXPECT_EQ(waiting.containers[0].reason, pool.reason(2));
    EXPECT_EQ(waiting.containers[0].wish.cpu_limit, 200u);
    EXPECT_EQ(pool.done(ListWaiting{1}).containers.size(), 1u);
    (void)pool.done(ResumeHost{b});
    EXPECT_TRUE(pool.done(ListWaiting{16}).containers.empty());
    EXPECT_EQ(pool.reason(2), "");
    const HostDetails full = pool.done(GetPool{}).hosts[1];
    EXPECT_EQ(full.cpu, 300u);
    EXPECT_EQ(full.memory_mb, 8512u);
}

// Whatever is added, drained, resumed and removed in whatever order: no container is placed on a
// host that is not open, and who is lost is told so once.
TEST(PoolHosts, OnlyOpenOnesAreGivenContainers) {
    const bool holds = rc::check("only open hosts", [](std::vector<std::uint32_t> steps) {
        OnePool pool;
        std::map<std::uint64_t, HostId> places;
        std::uint64_t next = 1;
        std::map<HostId, HostStatus> before;
        for (const std::uint32_t step : steps) {
            const std::string address = "unix:///" + std::to_string(step / 16 % 3);
            HostId host;
            before.clear();
            for (const HostDetails& one : pool.done(GetPool{}).hosts) {
                before[one.host] = one.status;
                if (one.config.address == address) host = one.host;
            }
            const RuntimeId runtime{1 + step / 64 % next};
            bool opens = false;
            switch (step % 9) {
                case 0:
                case 1:
                    pool.want(next++);
                    break;
                case 2:
                    opens = true;
                    (void)pool.rules.ask(self, AddHost{OnePool::config(address)});
                    break;
                case 3:
                case 4:
                    (void)pool.rules.ask(self, DrainHost{host});
                    break;
                case 5:
                    opens = true;
                    (void)pool.rules.ask(self, ResumeHost{host});
                    break;
                case 6:
                    (void)pool.rules.ask(self, RemoveHost{host, step % 2 == 0});
                    break;
                case 7:
                    (void)pool.rules.ask(self, ReportRemoved{host, runtime});
                    break;
                default:
                    pool.rules.advance(milliseconds(step % 40'000));
                    break;
            }
            for (std::uint64_t one = 1; one < next; ++one) {
                const auto now = pool.rules.ask(self, GetContainer{RuntimeId{one}});
                const HostId place = now ? now->host : HostId{};
                if (place && places[one] != place && !opens)
                    RC_ASSERT(before.at(place) == HostStatus::open);
                places[one] = place;
            }
        }
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace playback::hosting
