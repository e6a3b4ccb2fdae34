#include <gtest/gtest.h>

#include "engine/io/store.h"
#include "engine/io/worker.h"
#include "sim/fault_points.h"
#include "sim/log.h"
#include "sim/metrics.h"
#include "sim/security.h"
#include "tests/sim/echo.h"

namespace playback::sim {
namespace {

using Play = std::function<io::Task<void>(SimNode&, io::Io)>;

class Player final : public Program {
public:
    Player(SimNode& node, const Play& play) : group_(node.io().executor) {
        group_.spawn(play(node, node.io()));
    }

private:
    io::TaskGroup group_;
};

struct Solo {
    explicit Solo(Play part, WorldOptions options = {})
        : play(std::move(part)), world(std::move(options)), node(world.add_node({.name = "n"})) {
        node.start([this](SimNode& self) { return std::make_unique<Player>(self, play); });
        verdict = world.run_until(Instant{} + seconds(10));
    }
    Play play;
    World world;
    SimNode& node;
    Verdict verdict;
};

TEST(Doubles, PasswordsTakeTimeAndDistinguish) {
    bool done = false;
    const Solo solo([&done](SimNode& node, io::Io io) -> io::Task<void> {
        const Instant before = node.world().now();
        const Result<std::string> hash = co_await io.passwords.hash("secret");
        const Duration took = node.world().now() - before;
        EXPECT_GE(took, SimPasswordHasher::cost);
        EXPECT_LE(took, SimPasswordHasher::cost * 2);
        const Result<bool> right = co_await io.passwords.verify("secret", *hash);
        const Result<bool> wrong = co_await io.passwords.verify("Secret", *hash);
        const Result<bool> broken = co_await io.passwords.verify("secret", "$2b$nonsense");
        EXPECT_TRUE(*right);
        EXPECT_FALSE(*wrong);
        EXPECT_FALSE(*broken);
        const Result<std::string> again = co_await io.passwords.hash("secret");
        EXPECT_NE(*again, *hash);  // salted
        const Result<std::string> longer = co_await io.passwords.hash(std::string(73, 'x'));
        EXPECT_EQ(longer.error().code, Errc::invalid_argument);
        done = true;
    });
    EXPECT_TRUE(done);
}

TEST(Doubles, SignaturesBindInputAndKey) {
    bool done = false;
    const Solo solo([&done](SimNode&, io::Io io) -> io::Task<void> {
        SimTokenSigner other(io.offload, 2);
        const Result<std::string> signature = co_await io.tokens.sign("claims");
        const Result<bool> right = co_await io.tokens.verify("claims", *signature);
        const Result<bool> changed = co_await io.tokens.verify("Claims", *signature);
        const Result<bool> foreign = co_await other.verify("claims", *signature);
        EXPECT_TRUE(*right);
        EXPECT_FALSE(*changed);
        EXPECT_FALSE(*foreign);
        EXPECT_NE(other.key_id(), io.tokens.key_id());
        done = true;
    });
    EXPECT_TRUE(done);
}

TEST(Doubles, OffloadHasTwoWorkersAndABound) {
    std::vector<Instant> ends;
    int refused = 0;
    Solo solo([](SimNode&, io::Io) -> io::Task<void> { co_return; });
    io::TaskGroup* group = nullptr;
    const Play job = [&](SimNode& node, io::Io io) -> io::Task<void> {
        const bool ran = co_await io.offload.run([] {}, milliseconds(10));
        if (ran)
            ends.push_back(node.world().now());
        else
            ++refused;
    };
    struct Many final : Program {
        explicit Many(const io::Io& io) : group(io.executor) {}
        io::TaskGroup group;
    };
    solo.node.kill();
    solo.node.start([&](SimNode& self) {
        auto many = std::make_unique<Many>(self.io());
        group = &many->group;
        for (int i = 0; i < 300; ++i) many->group.spawn(job(self, self.io()));
        return many;
    });
    (void)solo.world.run_until(Instant{} + seconds(20));
    EXPECT_EQ(ends.size(), 2 + SimOffload::waiting_max);
    EXPECT_EQ(refused, 300 - 2 - static_cast<int>(SimOffload::waiting_max));
    EXPECT_GE((ends.back() - ends.front()).ns, milliseconds(1'280).ns);
}

TEST(Doubles, AWorkerDoesOnePieceAfterTheOtherAndWaitsForItsDevice) {
    std::vector<std::string> story;
    struct Owner final : Program {
        std::unique_ptr<io::Worker> worker;
    };
    Owner* owner = nullptr;
    World world(WorldOptions{});
    SimNode& node = world.add_node({.name = "n"});
    const auto note = [&](const char* what) {
        story.push_back(what + std::to_string(whole_milliseconds(world.now() - Instant{})));
    };
    node.start([&](SimNode& self) {
        auto made = std::make_unique<Owner>();
        owner = made.get();
        owner->worker = self.make_worker([&world] { return world.now() + milliseconds(5); });
        for (int i = 0; i < 2; ++i)
            owner->worker->run([&note] { note("work "); }, [&note] { note("done "); });
        return made;
    });
    (void)world.run_until(Instant{} + seconds(1));
    EXPECT_EQ(story, (std::vector<std::string>{"work 0", "done 5", "work 5", "done 10"}));
    owner->worker->run([&note] { note("work "); }, [&note] { note("done "); });
    node.kill();
    (void)world.run_until(Instant{} + seconds(2));
    EXPECT_EQ(story.size(), 4U);
}

TEST(Doubles, MetricsRenderAndRead) {
    SimMetrics metrics;
    io::Counter& requests = metrics.counter("requests_total", "help", {{"path", "/a"}});
    requests.add();
    metrics.counter("requests_total", "help", {{"path", "/a"}}).add(2);
    metrics.gauge("open", "help").set(-4);
    metrics.histogram("seconds", "help", {{"of", "x"}}).observe(7);
    EXPECT_EQ(metrics.value("requests_total{path=\"/a\"}"), 3);
    EXPECT_EQ(metrics.value("seconds_sum{of=\"x\"}"), 7);
    EXPECT_EQ(metrics.render(),
              "open -4\nrequests_total{path=\"/a\"} 3\nseconds_count{of=\"x\"} 1\n"
              "seconds_sum{of=\"x\"} 7\n");
}

TEST(Doubles, LogKeepsTheLastLines) {
    World world(WorldOptions{});
    SimLog log(world, "n1");
    for (int i = 0; i < 300; ++i) log.warn("slot acquired", {{"slot", i}});
    log.write(io::LogLevel::debug, "quiet", {});
    EXPECT_EQ(log.lines().size(), SimLog::lines_max);
    EXPECT_EQ(log.lines().back(), "0.000000 n1 warn slot acquired slot=\"299\"");
}

TEST(Doubles, FaultPointsHaveTwoLevelsOfChance) {
    int on = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        World world(WorldOptions{.seed = seed, .fault_points = true});
        SimFaultPoints points(world, 1);
        int fired = 0;
        for (int i = 0; i < 2'000; ++i) fired += points.fires("site") ? 1 : 0;
        on += fired > 0 ? 1 : 0;
        EXPECT_LT(fired, 2'000);
    }
    EXPECT_GT(on, 60);
    EXPECT_LT(on, 140);
    World kind(WorldOptions{});
    SimFaultPoints points(kind, 1);
    EXPECT_FALSE(points.fires("site"));
    points.set("site", 1000);
    EXPECT_TRUE(points.fires("site"));
    EXPECT_EQ(points.fired("site"), 1U);
}

TEST(Doubles, AProcessWithoutAStoreIsToldSo) {
    bool done = false;
    const Solo solo([&done](SimNode&, io::Io io) -> io::Task<void> {
        const Result<io::Epoch> epoch = co_await io.store.acquire(1);
        EXPECT_EQ(epoch.error().code, Errc::unsupported);
        done = true;
    });
    EXPECT_TRUE(done);
}

}  // namespace
}  // namespace playback::sim
