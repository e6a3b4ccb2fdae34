// What every io::Store promises, checked on SQLite over real files and over the simulated disk, and
// on the store in memory.
#include <functional>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "engine/base/random.h"
#include "tests/contract/store_contract.h"
#include "tests/contract/store_worlds.h"

namespace playback::store_test {
namespace {

struct Kind {
    const char* name;
    std::function<std::unique_ptr<StoreWorld>()> make;
};

class StoreContract : public testing::TestWithParam<Kind> {
protected:
    void SetUp() override {
        world_ = GetParam().make();
        open();
    }
    void open(adapters::SqliteOptions options = {}) {
        const Result<void> opened = world_->open(std::move(options));
        ASSERT_TRUE(opened) << opened.error().detail;
    }
    void reopen(adapters::SqliteOptions options = {}) {
        world_->close();
        open(std::move(options));
    }
    void commit(io::Batch batch) {
        const auto outcomes = world_->commit(std::move(batch));
        ASSERT_TRUE(outcomes) << outcomes.error().detail;
        for (const Result<void>& outcome : *outcomes) EXPECT_TRUE(outcome);
    }
    StoreWorld& world() { return *world_; }

private:
    std::unique_ptr<StoreWorld> world_;
};

TEST_P(StoreContract, ScansInKeyOrderFromIncludedToExcluded) {
    const io::Epoch epoch = world().acquire(1);
    commit(batch_of(1, epoch, {{"c", "3"}, {"a", "1"}, {"d", "4"}, {"b", "2"}}));
    EXPECT_EQ(world().scan("b", "d"), (Rows{{"b", "2"}, {"c", "3"}}));
    EXPECT_EQ(keys_of(world().scan("", "z")), (Keys{"a", "b", "c", "d"}));
    EXPECT_TRUE(world().scan("x", "z").empty());
    EXPECT_TRUE(world().scan("d", "b").empty());
}

TEST_P(StoreContract, ScanStopsAtItsLimit) {
    const io::Epoch epoch = world().acquire(1);
    commit(batch_of(1, epoch, {{"a", "1"}, {"b", "2"}, {"c", "3"}}));
    EXPECT_EQ(keys_of(world().scan("a", "z", 2)), (Keys{"a", "b"}));
    EXPECT_TRUE(world().scan("a", "z", 0).empty());
}

TEST_P(StoreContract, KeysAndValuesAreBytes) {
    const io::Epoch epoch = world().acquire(1);
    const std::string zero("\0\0", 2);
    const std::string high = "\xff\xfe";
    const std::string large(300'000, 'x');
    commit(batch_of(1, epoch, {{zero, high}, {high, zero}, {"empty", ""}, {"large", large}}));
    const Rows expected{{zero, high}, {"empty", ""}, {"large", large}, {high, zero}};
    EXPECT_EQ(world().scan("", "\xff\xff"), expected);
}

TEST_P(StoreContract, LaterCommitsOverwriteAndErase) {
    const io::Epoch epoch = world().acquire(1);
    commit(batch_of(1, epoch, {{"a", "1"}, {"b", "2"}}));
    commit(batch_of(1, epoch, {{"a", "3"}}, {"b", "absent"}));
    EXPECT_EQ(world().scan("", "z"), (Rows{{"a", "3"}}));
    commit(batch_of(1, epoch, {{"b", "4"}}, {"a"}));
    EXPECT_EQ(world().scan("", "z"), (Rows{{"b", "4"}}));
}

TEST_P(StoreContract, EachEpochIsLargerAndFencesTheOnesBefore) {
    const io::Epoch first = world().acquire(7);
    const io::Epoch second = world().acquire(7);
    EXPECT_GT(first, 0u);
    EXPECT_GT(second, first);
    const auto stale = world().commit(batch_of(7, first, {{"a", "stale"}}));
    ASSERT_TRUE(stale);
    EXPECT_EQ(stale->at(0).error().code, Errc::fenced);
    commit(batch_of(7, second, {{"a", "fresh"}}));
    EXPECT_EQ(world().scan("", "z"), (Rows{{"a", "fresh"}}));
}

TEST_P(StoreContract, AFencedSectionLeavesItsNeighboursAlone) {
    const io::Epoch one = world().acquire(1);
    const io::Epoch two = world().acquire(2);
    (void)world().acquire(2);
    io::Batch batch;
    batch.sections.push_back({1, one, {{"one", "1"}}, {}});
    batch.sections.push_back({2, two, {{"two", "2"}}, {}});
    batch.sections.push_back({3, 0, {{"three", "3"}}, {}});
    const auto outcomes = world().commit(std::move(batch));
    ASSERT_TRUE(outcomes);
    ASSERT_EQ(outcomes->size(), 3u);
    EXPECT_TRUE(outcomes->at(0));
    EXPECT_EQ(outcomes->at(1).error().code, Errc::fenced);
    EXPECT_EQ(outcomes->at(2).error().code, Errc::fenced) << "nobody acquired slot 3";
    EXPECT_EQ(keys_of(world().scan("", "z")), (Keys{"one"}));
}

TEST_P(StoreContract, AnEmptyBatchHasNoOutcomesAndSucceeds) {
    const auto outcomes = world().commit({});
    ASSERT_TRUE(outcomes);
    EXPECT_TRUE(outcomes->empty());
    const io::Epoch epoch = world().acquire(1);
    commit(batch_of(1, epoch, {}));
}

TEST_P(StoreContract, CommitsThatWaitTogetherKeepTheirOrderAndOutcomes) {
    const io::Epoch epoch = world().acquire(1);
    std::vector<Result<std::vector<Result<void>>>> outcomes;
    const auto many = [&](int number) -> io::Task<bool> {
        const io::Epoch used = number % 5 == 0 ? epoch + 1 : epoch;
        io::Batch batch = batch_of(1, used, {{"last", std::to_string(number)}});
        batch.sections[0].puts.push_back({"n" + std::to_string(100 + number), "x"});
        auto outcome = co_await world().store().commit(std::move(batch));
        outcomes.push_back(std::move(outcome));
        co_return true;
    };
    const auto all = [&]() -> io::Task<bool> {
        io::TaskGroup group(co_await boost::asio::this_coro::executor);
        const auto one = [&](int number) -> io::Task<void> { (void)co_await many(number); };
        for (int i = 0; i < 50; ++i) group.spawn(one(i));
        co_await group.join();
        co_return true;
    };
    (void)world().await(all());
    ASSERT_EQ(outcomes.size(), 50u);
    std::size_t fenced = 0;
    for (const auto& outcome : outcomes) fenced += outcome->at(0) ? 0 : 1;
    EXPECT_EQ(fenced, 10u);
    EXPECT_EQ(world().scan("last", "lasu"), (Rows{{"last", "49"}}));
    EXPECT_EQ(world().scan("n", "o").size(), 40u);
    if (world().sqlite() != nullptr) {
        EXPECT_LT(world().sqlite()->stats().appends, 10u);
    }
}

TEST_P(StoreContract, ReopenedItHasAllThatWasAcknowledged) {
    if (!world().survives_reopen()) GTEST_SKIP() << "memory";
    const io::Epoch epoch = world().acquire(1);
    commit(batch_of(1, epoch, {{"a", "1"}, {"b", "2"}}));
    commit(batch_of(1, epoch, {{"c", "3"}}, {"a"}));
    reopen();
    EXPECT_EQ(world().scan("", "z"), (Rows{{"b", "2"}, {"c", "3"}}));
    const auto stale = world().commit(batch_of(1, epoch + 1, {{"a", "never"}}));
    EXPECT_EQ(stale->at(0).error().code, Errc::fenced);
    EXPECT_GT(world().acquire(1), epoch);
}

// A long random life against a plain map, through folds, checkpoints and reopens.
TEST_P(StoreContract, EqualsAMapThroughFoldsAndReopens) {
    reopen(eager_options());
    Random random(4711);
    std::map<std::string, std::string> model;
    io::Epoch epoch = world().acquire(1);
    std::uint64_t folded = 0;
    for (int round = 0; round < 300; ++round) {
        io::Batch batch = batch_of(1, epoch, {});
        std::map<std::string, bool> used;
        for (std::uint64_t n = random.below(6); n > 0; --n) {
            const std::string key = "k" + std::to_string(random.below(40));
            if (!used.emplace(key, true).second) continue;
            if (random.chance(1, 3)) {
                batch.sections[0].erases.push_back(key);
                model.erase(key);
            } else {
                const std::string value(random.below(200), static_cast<char>('a' + round % 26));
                batch.sections[0].puts.push_back({key, value});
                model[key] = value;
            }
        }
        commit(std::move(batch));
        if (random.chance(1, 4)) world().settle();
        if (world().survives_reopen() && random.chance(1, 20)) {
            folded += world().sqlite()->stats().folded_rows;
            reopen(eager_options());
            epoch = world().acquire(1);
        }
        Rows expected;
        for (const auto& [key, value] : model) expected.push_back({key, value});
        ASSERT_EQ(world().scan("", "z"), expected) << "round " << round;
    }
    if (world().survives_reopen()) {
        EXPECT_GT(folded, 50u);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Worlds,
    StoreContract,
    testing::Values(Kind{"memory", [] { return std::make_unique<MemoryWorld>(); }},
                    Kind{"sqlite", [] { return std::make_unique<RealWorld>(); }},
                    Kind{"simulated", [] { return std::make_unique<SimulatedWorld>(); }}),
    [](const testing::TestParamInfo<Kind>& kind) { return std::string(kind.param.name); });

}  // namespace
}  // namespace playback::store_test
