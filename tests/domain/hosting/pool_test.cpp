#include "engine/domain/hosting/pool.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

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
    std::vector<HostId> hosts(const std::vector<HostConfig>& configs) {
        std::vector<HostId> ids;
        for (const HostDetails& host : done(EnsureHosts{configs}).hosts) ids.push_back(host.host);
        return ids;
    }
    HostId host(std::uint32_t containers) {
        return hosts({{"unix:///a", 800, 1'000'000, containers}})[0];
    }
    void want(std::uint64_t runtime, std::uint32_t memory = 512) {
        ContainerWish wish;
        wish.runtime = RuntimeId{runtime};
        wish.image = "acme/game:1";
        wish.memory_limit = memory;
        rules.tell(self, WantContainer{wish});
    }
    void unwant(std::uint64_t runtime) { rules.tell(self, UnwantContainer{RuntimeId{runtime}}); }
    ContainerStage stage(std::uint64_t runtime) {
        return done(GetContainer{RuntimeId{runtime}}).stage;
    }
    std::string reason(std::uint64_t runtime) {
        return done(GetContainer{RuntimeId{runtime}}).reason;
    }
    bool listed(HostId host, std::uint64_t runtime) {
        for (const WantedContainer& wanted : done(ListHost{host}).containers)
            if (wanted.wish.runtime == RuntimeId{runtime}) return true;
        return false;
    }

    DomainSettings settings;
    tests::Rules rules;
};

TEST(Pool, StartsWhereThereIsRoom) {
    OnePool pool;
    pool.want(1);
    EXPECT_EQ(pool.stage(1), ContainerStage::waiting);
    EXPECT_EQ(pool.reason(1), "there is no container host");
    const std::uint64_t before = pool.rules.changes_of(self);
    const HostId host = pool.host(1);
    EXPECT_GT(pool.rules.changes_of(self), before);
    EXPECT_EQ(pool.stage(1), ContainerStage::placed);
    EXPECT_TRUE(pool.listed(host, 1));

    pool.want(2);
    EXPECT_EQ(pool.stage(2), ContainerStage::waiting);
    EXPECT_NE(pool.reason(2), "");
    EXPECT_TRUE(pool.done(ReportStarted{host, RuntimeId{1}, 0}).wanted);
    EXPECT_EQ(pool.stage(1), ContainerStage::running);
    EXPECT_EQ(pool.rules.take<mailbox::ContainerStarted>().size(), 1u);
    EXPECT_TRUE(pool.done(ReportStarted{host, RuntimeId{1}, 0}).wanted);  // said twice
    EXPECT_TRUE(pool.rules.take<mailbox::ContainerStarted>().empty());

    // Room comes when the removal was seen, not when it was asked for.
    pool.unwant(1);
    EXPECT_EQ(pool.stage(1), ContainerStage::removing);
    EXPECT_EQ(pool.stage(2), ContainerStage::waiting);
    EXPECT_FALSE(pool.done(ReportStarted{host, RuntimeId{1}, 0}).wanted);
    ASSERT_TRUE(pool.rules.ask(self, ReportRemoved{host, RuntimeId{1}}));
    EXPECT_EQ(pool.rules.ask(self, GetContainer{RuntimeId{1}}).error().code, Errc::not_found);
    EXPECT_EQ(pool.stage(2), ContainerStage::placed);
}

TEST(Pool, TellsWhoWaitsForRoomAndWhenItIsOver) {
    OnePool pool;
    const auto waits = [&] {
        std::vector<std::pair<std::uint64_t, bool>> result;
        for (const auto& [to, said] : pool.rules.take_addressed<mailbox::ContainerWaits>())
            result.emplace_back(to.a, said.for_room);
        return result;
    };
    using Waits = std::vector<std::pair<std::uint64_t, bool>>;
    (void)pool.host(1);
    pool.want(1);
    EXPECT_EQ(waits(), Waits{}) << "there is room";
    pool.want(2);
    EXPECT_EQ(waits(), (Waits{{2, true}}));
    (void)pool.host(2);
    EXPECT_EQ(waits(), (Waits{{2, false}}));
}

TEST(Pool, FailedStartsAreTriedAgainForEver) {
    OnePool pool;
    const HostId host = pool.host(4);
    pool.want(1);
    for (std::uint32_t attempt = 0; attempt < 12; ++attempt) {
        ASSERT_EQ(pool.stage(1), ContainerStage::placed);
        EXPECT_TRUE(pool.done(ReportFailed{host, RuntimeId{1}, attempt, "no such image"}).wanted);
        EXPECT_FALSE(pool.done(ReportFailed{host, RuntimeId{1}, attempt, "late"}).wanted);
        EXPECT_EQ(pool.stage(1), ContainerStage::waiting);
        EXPECT_EQ(pool.reason(1), "no such image");
        pool.rules.advance(pool.settings.retry_first / 2 - milliseconds(1));
        EXPECT_EQ(pool.stage(1), ContainerStage::waiting);
        if (attempt == 5) pool.rules.reload();
        pool.rules.advance(pool.settings.retry_last);
    }
    EXPECT_EQ(pool.reason(1), "no such image");
    EXPECT_TRUE(pool.done(ReportStarted{host, RuntimeId{1}, 12}).wanted);
    EXPECT_EQ(pool.reason(1), "");
}

TEST(Pool, ARetryRatherGoesElsewhere) {
    OnePool pool;
    const std::vector<HostId> hosts =
        pool.hosts({{"unix:///a", 800, 100'000, 10}, {"unix:///b", 800, 100'000, 10}});
    pool.want(1);
    ASSERT_TRUE(pool.listed(hosts[0], 1));
    (void)pool.done(ReportFailed{hosts[0], RuntimeId{1}, 0, "disk full"});
    pool.rules.advance(seconds(1));
    EXPECT_TRUE(pool.listed(hosts[1], 1));
    EXPECT_FALSE(pool.done(ReportStarted{hosts[0], RuntimeId{1}, 0}).wanted);
    EXPECT_FALSE(pool.done(ReportStarted{hosts[0], RuntimeId{1}, 1}).wanted);
}

TEST(Pool, AnExitLosesTheRuntime) {
    OnePool pool;
    const HostId host = pool.host(4);
    pool.want(1);
    (void)pool.done(ReportStarted{host, RuntimeId{1}, 0});
    EXPECT_TRUE(pool.done(ReportExited{host, RuntimeId{1}, 0, "exit 137"}).wanted);
    EXPECT_FALSE(pool.done(ReportExited{host, RuntimeId{1}, 0, "exit 137"}).wanted);
    const auto lost = pool.rules.take_addressed<mailbox::ContainerLost>();
    ASSERT_EQ(lost.size(), 1u);
    EXPECT_EQ(lost[0].first, address_of(RuntimeId{1}));
    EXPECT_EQ(lost[0].second.reason, "exit 137");
    EXPECT_EQ(pool.stage(1), ContainerStage::removing);
    pool.unwant(1);
    EXPECT_TRUE(pool.done(ReportRemoved{host, RuntimeId{1}}).wanted);
    EXPECT_FALSE(pool.done(ReportRemoved{host, RuntimeId{1}}).wanted);
}

TEST(Pool, HostsFollowTheConfiguration) {
    OnePool pool;
    const HostConfig a{"unix:///a", 800, 100'000, 2};
    const HostConfig b{"unix:///b", 800, 100'000, 2};
    const std::vector<HostId> hosts = pool.hosts({a, b});
    EXPECT_EQ(pool.hosts({a, b}), hosts);
    pool.want(1);
    ASSERT_TRUE(pool.listed(hosts[0], 1));

    // Without its host in the configuration a container stays, but no new one comes.
    EXPECT_EQ(pool.hosts({b}), hosts);
    EXPECT_EQ(pool.done(GetPool{}).hosts[0].status, HostStatus::closed);
    for (std::uint64_t runtime = 2; runtime < 5; ++runtime) pool.want(runtime);
    EXPECT_EQ(pool.done(GetPool{}).hosts[1].containers, 2u);
    EXPECT_EQ(pool.done(GetPool{}).waiting, 1u);
    EXPECT_EQ(pool.hosts({a, b}), hosts);
    EXPECT_EQ(pool.done(GetPool{}).waiting, 0u);

    EXPECT_EQ(pool.rules.ask(self, EnsureHosts{{a, a}}).error().code, Errc::invalid_argument);
    EXPECT_EQ(pool.rules.ask(self, EnsureHosts{{{"", 1, 1, 1}}}).error().code,
              Errc::invalid_argument);
    std::vector<HostConfig> many;
    for (std::size_t i = 0; i <= hosts_max; ++i) many.push_back({std::to_string(i), 1, 1, 1});
    EXPECT_EQ(pool.rules.ask(self, EnsureHosts{many}).error().code, Errc::full);

    (void)pool.hosts({});
    for (std::uint64_t runtime = 1; runtime < 5; ++runtime) {
        const HostId host = pool.done(GetContainer{RuntimeId{runtime}}).host;
        pool.unwant(runtime);
        (void)pool.done(ReportRemoved{host, RuntimeId{runtime}});
    }
    EXPECT_TRUE(pool.hosts({}).empty());
    EXPECT_TRUE(pool.rules.rows_of(self).empty());
}

TEST(Pool, WaitingOnesAreScannedInSteps) {
    OnePool pool;
    pool.rules.check_reloads(false);  // quadratic
    for (std::uint64_t runtime = 1; runtime <= 2 * scan_max + 10; ++runtime)
        pool.want(runtime, 2'000'000);
    pool.want(1'000'000, 1);
    const HostId host = pool.host(4);
    EXPECT_FALSE(pool.listed(host, 1'000'000));
    pool.rules.advance({});
    EXPECT_TRUE(pool.listed(host, 1'000'000));
}

// Random wishes and reports: no host is ever given more than it has, whatever is listed is
// wanted, and when all reports are honest everything that fits runs.
TEST(Pool, NeverExceedsAHost) {
    const bool holds = rc::check("hosts are never overfull", [](std::vector<std::uint32_t> steps) {
        OnePool pool;
        const std::vector<HostId> hosts = pool.hosts(
            {{"unix:///a", 3, 2000, 3}, {"unix:///b", 2, 1500, 5}, {"unix:///c", 9, 700, 2}});
        std::set<std::uint64_t> wanted;
        std::uint64_t next = 1;
        const auto check = [&] {
            std::set<std::uint64_t> seen;
            for (const HostDetails& host : pool.done(GetPool{}).hosts) {
                std::uint64_t memory = 0;
                std::uint64_t count = 0;
                for (const WantedContainer& one : pool.done(ListHost{host.host}).containers) {
                    memory += one.wish.memory_limit;
                    ++count;
                    RC_ASSERT(seen.insert(one.wish.runtime.value).second);
                    RC_ASSERT(one.stage == ContainerStage::removing ||
                              wanted.contains(one.wish.runtime.value));
                }
                RC_ASSERT(memory <= host.config.memory_mb);
                RC_ASSERT(count <= host.config.max_containers);
                RC_ASSERT(count <= host.config.cpu_count);
                RC_ASSERT(count == host.containers);
            }
        };
        for (const std::uint32_t step : steps) {
            const HostId host = hosts[step / 16 % 3];
            const RuntimeId runtime{1 + step / 64 % next};
            const Result<WaitingContainer> now = pool.rules.ask(self, GetContainer{runtime});
            const std::uint32_t attempt = now ? now->attempt : 0;
            switch (step % 8) {
                case 0:
                case 1:
                    wanted.insert(next);
                    pool.want(next, 100 + step / 64 % 700);
                    ++next;
                    break;
                case 2:
                    wanted.erase(runtime.value);
                    pool.unwant(runtime.value);
                    break;
                case 3:
                    (void)pool.done(ReportStarted{host, runtime, attempt});
                    break;
                case 4:
                    (void)pool.done(ReportFailed{host, runtime, attempt, "x"});
                    break;
                case 5:
                    if (pool.done(ReportExited{host, runtime, attempt, "x"}).wanted)
                        wanted.erase(runtime.value);
                    break;
                case 6:
                    (void)pool.done(ReportRemoved{host, runtime});
                    break;
                default:
                    pool.rules.advance(milliseconds(step % 2000));
                    break;
            }
            check();
        }
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace playback::hosting
