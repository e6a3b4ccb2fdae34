// SQLite on the simulated disk through kills and power losses at any instant.
//
// Each commit writes its own number beside its rows, and the store applies commits in order. So
// whatever a crash leaves must be exactly the state after some commit: at least the last
// acknowledged one (unless the durability promises less), at most the last one issued. Half a
// batch, a lost batch or a resurrected one cannot equal any of these states.
#include <map>
#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "engine/base/plant.h"
#include "engine/base/random.h"
#include "tests/contract/store_contract.h"
#include "tests/contract/store_worlds.h"

namespace playback::store_test {
namespace {

using State = std::map<std::string, std::string>;

struct CrashPlan {
    std::uint64_t seed = 0;
    io::Durability durability = io::Durability::full;
    bool power_losses = false;
    bool sync_errors = false;
    bool full_disk = false;
    int lives = 4;
};

struct CrashReport {
    std::string failure;  // empty: all promises were kept
    std::uint64_t trace_hash = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t lost_acknowledged = 0;
    std::uint64_t unacknowledged_kept = 0;
    std::uint64_t folds = 0;
    sim::DiskCounts disk;
};

class CrashRun {
public:
    explicit CrashRun(const CrashPlan& plan)
        : plan_(plan),
          random_(Random::stream(plan.seed, "workload")),
          world_(plan.seed, draw_profile(plan.seed)) {
        states_.emplace(0, State());
    }

    CrashReport play() {
        for (int life = 0; life < plan_.lives && report_.failure.empty(); ++life) live();
        world_.disk().set_faults({});
        if (report_.failure.empty() && open()) check();
        report_.disk = world_.disk().counts();
        report_.trace_hash = world_.trace().hash();
        return report_;
    }

private:
    static sim::DiskProfile draw_profile(std::uint64_t seed) {
        Random random = Random::stream(seed, "profile");
        return sim::DiskProfile::draw(random);
    }

    bool open() {
        adapters::SqliteOptions options = eager_options();
        options.durability = plan_.durability;
        if (random_.chance(1, 2)) options.fold_keep_changes = 30;
        if (random_.chance(1, 2)) options.checkpoint_pages = 20;
        const Result<void> opened = world_.open(options);
        if (!opened) report_.failure = "cannot open: " + opened.error().detail;
        return opened.has_value();
    }

    // What the crash left is one of the states it may have left; the run goes on from it.
    void check() {
        State found;
        const auto rows = world_.await(world_.store().scan("", "z", 100'000));
        if (!rows) {
            report_.failure = "cannot read: " + rows.error().detail;
            return;
        }
        for (const io::Row& row : *rows) found.emplace(row.key, row.value);
        const std::uint64_t number = found.contains("n") ? std::stoull(found["n"]) : 0;
        // Of commits that were not answered some may have found the disk full.
        for (const std::uint64_t call : std::exchange(open_calls_, {})) {
            const bool marked = !plan_.full_disk || found.contains(mark_of(call));
            if (call < number && !marked) (void)forget(call);
        }
        const auto state = states_.find(number);
        if (state == states_.end() || state->second != found) {
            report_.failure = "after commit " + std::to_string(number) + " is no such state";
            return;
        }
        if (number < acknowledged_) ++report_.lost_acknowledged;
        if (number < acknowledged_ && !may_lose())
            report_.failure = "commit " + std::to_string(acknowledged_) + " was acknowledged, " +
                              std::to_string(number) + " is the newest";
        if (number > acknowledged_) ++report_.unacknowledged_kept;
        // What was found at open is durable from then on, and what was not found never comes back.
        states_.clear();
        states_.emplace(number, found);
        newest_ = std::move(found);
        open_calls_.clear();
        acknowledged_ = number;
    }

    // A crash while the store opens: nothing is acknowledged, all that was there must stay.
    void crash_at_open() {
        const Instant before = world_.now();
        if (!open()) return;
        const std::int64_t took = (world_.now() - before).ns;
        world_.now() = before + Duration{random_.between(std::int64_t{0}, took)};
        crash();
    }

    void crash() {
        if (plan_.power_losses && random_.chance(2, 3))
            world_.lose_power();
        else
            world_.kill();
        world_.disk().set_faults({});
        world_.now() = world_.now() + milliseconds(static_cast<std::int64_t>(random_.below(50)));
    }

    void live() {
        if (random_.chance(1, 4)) crash_at_open();
        if (!report_.failure.empty() || !open()) return;
        check();
        if (!report_.failure.empty()) return;
        const auto acquired = world_.await(world_.store().acquire(1));
        if (!acquired || *acquired <= epoch_) {
            if (acquired && !may_lose()) report_.failure = "an epoch came twice";
            if (!acquired) report_.failure = "cannot acquire: " + acquired.error().detail;
        }
        if (!report_.failure.empty()) return;
        epoch_ = *acquired;
        if (plan_.sync_errors && random_.chance(1, 2))
            world_.disk().set_faults({.sync_errors_ppm = 20'000});
        if (plan_.full_disk && random_.chance(1, 2))
            world_.disk().set_faults({.capacity = 90'000 + random_.below(100'000)});

        const Instant end = world_.now() + Duration{random_.log_between(100'000, 60'000'000)};
        next_commit(world_.now());
        while (world_.loop().step(end)) continue;
        world_.now() = std::max(world_.now(), end);
        report_.folds += world_.sqlite()->stats().folds;
        crash();
    }

    [[nodiscard]] bool may_lose() const {
        return plan_.durability != io::Durability::full && plan_.power_losses;
    }

    // Commits come whenever, several may wait together.
    void next_commit(Instant at) {
        world_.loop().at(at, [this] {
            const auto ignore = [](const std::exception_ptr&) {};
            boost::asio::co_spawn(io::Executor(world_.loop()), commit_one(), ignore);
            next_commit(world_.now() + Duration{random_.log_between(1'000, 5'000'000)});
        });
    }

    io::Task<void> commit_one() {
        const std::uint64_t number = ++issued_;
        io::Batch batch = draw_batch(number);
        open_calls_.insert(number);
        auto outcome = co_await world_.store().commit(std::move(batch));
        open_calls_.erase(number);
        if (outcome && outcome->at(0)) {
            acknowledged_ = std::max(acknowledged_, number);
            ++report_.acknowledged;
        }
        // Refused for good: no state may show it, and those behind it were built on it.
        if (!outcome && outcome.error().code == Errc::full) report_.failure = forget(number);
        co_return;
    }

    static std::string mark_of(std::uint64_t number) { return "m" + std::to_string(number); }

    io::Batch draw_batch(std::uint64_t number) {
        io::Batch batch = batch_of(1, epoch_, {});
        io::BatchSection& section = batch.sections[0];
        State& state = newest_;
        std::map<std::string, bool> used;
        for (std::uint64_t n = 1 + random_.below(8); n > 0; --n) {
            const std::string key = "k" + std::to_string(random_.below(60));
            if (!used.emplace(key, true).second) continue;
            if (random_.chance(2, 5)) {
                section.erases.push_back(key);
                state.erase(key);
                continue;
            }
            const std::uint64_t size =
                random_.chance(1, 10) ? random_.below(9'000) : random_.below(120);
            std::string value(static_cast<std::size_t>(size), static_cast<char>('a' + number % 26));
            value += std::to_string(number);
            state[key] = value;
            section.puts.push_back({key, std::move(value)});
        }
        add_message(number, section, state);
        state["n"] = std::to_string(number);
        section.puts.push_back({"n", state["n"]});
        if (plan_.full_disk) {
            state[mark_of(number)] = "";
            section.puts.push_back({mark_of(number), ""});
        }
        changes_.emplace(number, section);
        states_.emplace(number, state);
        return batch;
    }

    // As messages come and go: a key that never was before, and the end of one that did.
    void add_message(std::uint64_t number, io::BatchSection& section, State& state) {
        const std::string key = "t" + std::to_string(number);
        state[key] = std::to_string(number);
        section.puts.push_back({key, state[key], true});
        const std::uint64_t age = 1 + random_.below(random_.chance(1, 4) ? 200 : 10);
        if (number <= age) return;
        const std::string gone = "t" + std::to_string(number - age);
        section.erases.push_back(gone);
        state.erase(gone);
    }

    // A commit that found the disk full did not happen; states after it are made again without it.
    std::string forget(std::uint64_t number) {
        if (states_.erase(number) == 0) return "a commit was refused twice";
        changes_.erase(number);
        const auto before = std::prev(states_.lower_bound(number));
        State state = before->second;
        for (auto it = std::next(before); it != states_.end(); ++it) {
            const io::BatchSection& section = changes_.at(it->first);
            for (const io::Row& row : section.puts) state[row.key] = row.value;
            for (const std::string& key : section.erases) state.erase(key);
            it->second = state;
        }
        newest_ = std::move(state);
        return {};
    }

    CrashPlan plan_;
    Random random_;
    SimulatedWorld world_;
    CrashReport report_;
    State newest_;
    std::map<std::uint64_t, State> states_;  // by commit number: what the store may hold
    std::map<std::uint64_t, io::BatchSection> changes_;
    std::set<std::uint64_t> open_calls_;  // no answer yet
    std::uint64_t issued_ = 0;
    std::uint64_t acknowledged_ = 0;
    io::Epoch epoch_ = 0;
};

CrashReport totals(CrashPlan plan, std::uint64_t seeds) {
    CrashReport sum;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        plan.seed = seed;
        const CrashReport report = CrashRun(plan).play();
        EXPECT_EQ(report.failure, "") << "seed " << seed;
        sum.acknowledged += report.acknowledged;
        sum.lost_acknowledged += report.lost_acknowledged;
        sum.unacknowledged_kept += report.unacknowledged_kept;
        sum.folds += report.folds;
        sum.disk.sync_errors += report.disk.sync_errors;
        sum.disk.full += report.disk.full;
        sum.disk.at_power_loss.torn += report.disk.at_power_loss.torn;
        sum.disk.at_power_loss.lost += report.disk.at_power_loss.lost;
        sum.disk.at_power_loss.garbage_sectors += report.disk.at_power_loss.garbage_sectors;
        sum.trace_hash = hash_mix(sum.trace_hash, report.trace_hash);
        if (testing::Test::HasFailure()) break;
    }
    return sum;
}

TEST(StoreCrash, FullSurvivesKills) {
    const CrashReport sum = totals({}, 100);
    EXPECT_GT(sum.acknowledged, 1'000u);
    EXPECT_GT(sum.unacknowledged_kept, 0u) << "no kill fell between a write and its answer";
    EXPECT_GT(sum.folds, 100u);
}

TEST(StoreCrash, FullSurvivesPowerLosses) {
    const CrashReport sum = totals({.power_losses = true}, 200);
    EXPECT_GT(sum.acknowledged, 1'000u);
    EXPECT_EQ(sum.lost_acknowledged, 0u);
    EXPECT_GT(sum.disk.at_power_loss.torn, 0u);
    EXPECT_GT(sum.disk.at_power_loss.lost, 0u);
    EXPECT_GT(sum.disk.at_power_loss.garbage_sectors, 0u);
}

TEST(StoreCrash, ProcessSurvivesKills) {
    const CrashReport sum = totals({.durability = io::Durability::process}, 100);
    EXPECT_GT(sum.acknowledged, 1'000u);
    EXPECT_EQ(sum.lost_acknowledged, 0u);
}

TEST(StoreCrash, ProcessMayLoseItsNewestCommitsToAPowerLossAndStaysWhole) {
    const CrashReport sum =
        totals({.durability = io::Durability::process, .power_losses = true}, 100);
    EXPECT_GT(sum.lost_acknowledged, 0u) << "`process` would be as good as `full`";
}

TEST(StoreCrash, FullSurvivesFailedSyncs) {
    const CrashReport sum = totals({.power_losses = true, .sync_errors = true}, 100);
    EXPECT_GT(sum.disk.sync_errors, 20u);
    EXPECT_EQ(sum.lost_acknowledged, 0u);
}

TEST(StoreCrash, FullSurvivesFullDisks) {
    const CrashReport sum = totals({.power_losses = true, .full_disk = true}, 100);
    EXPECT_GT(sum.disk.full, 20u);
    EXPECT_EQ(sum.lost_acknowledged, 0u);
}

TEST(StoreCrash, ASeedPlaysTheSameTwice) {
    const CrashPlan plan{.power_losses = true, .sync_errors = true};
    const CrashReport first = totals(plan, 20);
    const CrashReport second = totals(plan, 20);
    EXPECT_EQ(first.trace_hash, second.trace_hash);
    EXPECT_EQ(first.acknowledged, second.acknowledged);
    RecordProperty("operations_hash", std::to_string(first.trace_hash));
}

#ifdef PLAYBACK_PLANTS
bool is_noticed(const char* bug, CrashPlan plan = {}) {
    plant(bug);
    bool noticed = false;
    for (plan.seed = 1; plan.seed <= 50 && !noticed; ++plan.seed)
        noticed = !CrashRun(plan).play().failure.empty();
    plant("");
    return noticed;
}

TEST(StoreCrash, ATornWriteTakenForWholeIsNoticed) {
    EXPECT_TRUE(is_noticed("torn_write_taken_for_whole"));
}

TEST(StoreCrash, ALogThatIsReusedEarlyIsNoticed) {
    EXPECT_TRUE(is_noticed("log_reused_early", {.power_losses = true}));
}

TEST(StoreCrash, AnErasedRowThatStaysIsNoticed) {
    EXPECT_TRUE(is_noticed("erased_row_stays"));
}
#endif

}  // namespace
}  // namespace playback::store_test
