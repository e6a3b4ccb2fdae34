// SQLite on the simulated disk: every crash state of the last eight unsynced sector writes, each of
// them whole, missing or torn, before every sync and after every call of a short run.
//
// The run is opened fresh, commits, folds, checkpoints and starts SQLite's log again. Each disk
// that a power loss may leave is opened: that must succeed, and what is found must be exactly the
// state after some commit, at least the last acknowledged one (with durability `full`), at most the
// last one issued. From every sixteenth the power is taken again as soon as it is open, with
// nothing left that was not synced since: what was found then stays found.
//
// Durability `process` promises less, so six writes have fates; under sanitizers four or five,
// because each disk takes ten times as long there.
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "adapters/sqlite/row_database.h"
#include "engine/base/plant.h"
#include "engine/base/random.h"
#include "sim/crash_states.h"
#include "sim/disk.h"
#include "tests/contract/store_contract.h"

namespace playback::store_test {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr bool is_slow = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool is_slow = true;
#else
constexpr bool is_slow = false;
#endif
#else
constexpr bool is_slow = false;
#endif

using State = std::map<std::string, std::string>;

// A disk and a process on it that calls the store and waits each time until the disk is done.
class Machine {
public:
    Machine()
        : disk(
              1,
              Random::stream(1, "disk"),
              {},
              [this] { return now; },
              trace),
          random_(Random::stream(1, "sqlite")) {}

    Result<std::unique_ptr<adapters::RowDatabase>> open(io::Durability durability) {
        adapters::SqliteOptions options = eager_options();
        options.directory = "/data";
        options.files = &disk;
        options.durability = durability;
        seed();
        auto opened = adapters::RowDatabase::open(std::move(options));
        wait();
        return opened;
    }
    // Before each call: SQLite's chance is of this machine, whatever ran in between.
    void seed() { adapters::seed_sqlite_random(random_.next()); }
    void wait() { now = disk.last_completion(); }

    Instant now;

    sim::Trace trace;
    sim::Disk disk;

private:
    Random random_;
};

struct Figures {
    std::size_t instants = 0;       // at which something was unsynced
    std::size_t full_instants = 0;  // at which as many writes as have fates
    std::size_t disks = 0;
    std::uint64_t folds = 0;
    std::uint64_t checkpoints = 0;
    std::size_t unacknowledged_kept = 0;
    std::size_t acknowledged_lost = 0;  // durability `process` alone may
    std::set<std::uint64_t> found;      // commits that were the newest
    std::vector<std::string> failures;
};

class Sweep {
public:
    Sweep(io::Durability durability, std::size_t fated_writes)
        : durability_(durability), fated_writes_(fated_writes) {}

    Figures play(bool syncs_lie = false) {
        machine_.disk.set_faults({.syncs_lie = syncs_lie});
        states_.push_back({});
        watch_syncs();
        auto opened = machine_.open(durability_);
        EXPECT_TRUE(opened);
        database_ = std::move(*opened);
        crash_here();
        machine_.seed();
        const auto epoch = database_->acquire(1);
        machine_.wait();
        EXPECT_TRUE(epoch);
        epoch_ = *epoch;
        crash_here();
        for (std::uint64_t number = 1; number <= 7 && figures_.failures.empty(); ++number)
            commit(number);
        figures_.folds = database_->stats().folds;
        figures_.checkpoints = database_->stats().checkpoints;
        return std::move(figures_);
    }

private:
    // Every sync is looked at just before it is done.
    void watch_syncs() {
        machine_.disk.on_sync(1, [this](Instant done) {
            crash_at(done);
            watch_syncs();
        });
    }
    void crash_here() { crash_at(machine_.now); }

    void crash_at(Instant at) {
        if (!figures_.failures.empty()) return;
        const sim::CrashStates states = machine_.disk.crash_states(at);
        if (states.unsynced() > 0) ++figures_.instants;
        if (states.unsynced() >= fated_writes_) ++figures_.full_instants;
        figures_.disks += states.each(fated_writes_, [this](const sim::DiskImage& image) {
            const std::string failure = open_and_judge(image);
            if (!failure.empty()) figures_.failures.push_back(failure);
            return failure.empty();
        });
    }

    void commit(std::uint64_t number) {
        const io::Batch batch = batch_of_number(number);
        adapters::RowDatabase::Commit call{batch, {}};
        adapters::RowDatabase::Commit* const group[] = {&call};
        machine_.seed();
        database_->commit(group);
        machine_.wait();
        ASSERT_TRUE(call.outcome && call.outcome->at(0));
        acknowledged_ = number;
        crash_here();
        for (int i = 0; i < 3 && database_->upkeep() != adapters::Upkeep::none; ++i) {
            machine_.seed();
            database_->maintain();
            machine_.wait();
            crash_here();
        }
    }

    // Few keys that are put, overwritten and erased; one batch is larger than a page.
    io::Batch batch_of_number(std::uint64_t number) {
        State state = states_.back();
        const std::string text = std::to_string(number);
        const std::string erased = "k" + std::to_string((number + 2) % 5);
        Rows puts{{"k" + std::to_string(number % 5), std::string(40, 'v') + text},
                  {"k" + std::to_string((number + 1) % 5), "w" + text},
                  {"n", text}};
        if (number == 3) puts.push_back({"large", std::string(5'000, 'x')});
        for (const io::Row& row : puts) state[row.key] = row.value;
        state.erase(erased);
        states_.push_back(std::move(state));
        return batch_of(1, epoch_, std::move(puts), {erased});
    }

    std::string open_and_judge(const sim::DiskImage& image) {
        Machine after;
        after.disk.load(image);
        std::uint64_t found = 0;
        std::string failure = judge(after, found);
        if (!failure.empty()) return failure;
        figures_.found.insert(found);
        if (found > acknowledged_) ++figures_.unacknowledged_kept;
        if (found < acknowledged_) ++figures_.acknowledged_lost;

        if (opened_++ % 16 != 0) return {};
        // The power fails again, and nothing that was not synced since then is there.
        sim::DiskImage left;
        after.disk.crash_states(after.now).each(0, [&](const sim::DiskImage& one) {
            left = one;  // the last one has the least
            return true;
        });
        Machine again;
        again.disk.load(left);
        std::uint64_t found_again = 0;
        failure = judge(again, found_again);
        if (!failure.empty()) return "after a second loss: " + failure;
        if (found_again == found) return {};
        return "found " + std::to_string(found) + ", and after a second loss " +
               std::to_string(found_again);
    }

    std::string judge(Machine& machine, std::uint64_t& number) const {
        const auto opened = machine.open(durability_);
        if (!opened) return "cannot open: " + opened.error().detail;
        const auto rows = (*opened)->scan("", "z", 1'000);
        if (!rows) return "cannot read: " + rows.error().detail;
        State found;
        for (const io::Row& row : *rows) found.emplace(row.key, row.value);
        number = found.contains("n") ? std::stoull(found["n"]) : 0;
        if (number >= states_.size()) return "commit " + found["n"] + " was never issued";
        if (found != states_[number]) return "after commit " + found["n"] + " is no such state";
        if (number < acknowledged_ && durability_ == io::Durability::full)
            return "commit " + std::to_string(acknowledged_) + " was acknowledged, " +
                   std::to_string(number) + " is the newest";
        return {};
    }

    io::Durability durability_;
    std::size_t fated_writes_;
    std::size_t opened_ = 0;
    Machine machine_;
    std::unique_ptr<adapters::RowDatabase> database_;
    Figures figures_;
    std::vector<State> states_;  // by commit number
    std::uint64_t acknowledged_ = 0;
    io::Epoch epoch_ = 0;
};

void note(const Figures& figures) {
    for (const std::string& failure : figures.failures) ADD_FAILURE() << failure;
    testing::Test::RecordProperty("instants", std::to_string(figures.instants));
    testing::Test::RecordProperty("full_instants", std::to_string(figures.full_instants));
    testing::Test::RecordProperty("disks", std::to_string(figures.disks));
    EXPECT_GE(figures.full_instants, 8U);
    EXPECT_GE(figures.folds, 2U);
    EXPECT_GE(figures.checkpoints, 2U);
    EXPECT_EQ(figures.found.size(), 8U) << "some commit was never the newest";
}

TEST(StoreCrashStates, FullKeepsWhatItAcknowledgedInAllOfThem) {
    const Figures figures = Sweep(io::Durability::full, is_slow ? 5 : 8).play();
    note(figures);
    EXPECT_GT(figures.unacknowledged_kept, 0U);
    EXPECT_EQ(figures.acknowledged_lost, 0U);
}

TEST(StoreCrashStates, ProcessStaysWholeInAllOfThem) {
    const Figures figures = Sweep(io::Durability::process, is_slow ? 4 : 6).play();
    note(figures);
    EXPECT_GT(figures.acknowledged_lost, 0U) << "`process` would be as good as `full`";
}

TEST(StoreCrashStates, ADiskWhoseSyncsLieIsFound) {
    EXPECT_FALSE(Sweep(io::Durability::full, 2).play(true).failures.empty());
}

#ifdef PLAYBACK_PLANTS
TEST(StoreCrashStates, WhatIsPlantedIsFound) {
    for (const char* const bug : {"torn_write_taken_for_whole", "sync_skipped"}) {
        plant(bug);
        const Figures figures = Sweep(io::Durability::full, 2).play();
        plant("");
        EXPECT_FALSE(figures.failures.empty()) << bug;
    }
}
#endif

}  // namespace
}  // namespace playback::store_test
