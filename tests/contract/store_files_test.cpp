// What the SQLite store says to data directories that are locked, foreign, damaged or full, and to
// disks that fail; on real files where they can be made so, else on the simulated disk.
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <sys/mount.h>

#include "tests/contract/store_contract.h"
#include "tests/contract/store_worlds.h"

namespace playback::store_test {
namespace {

constexpr std::size_t user_version_at = 60;
constexpr std::size_t application_id_at = 68;
constexpr const char* table_name = "playback.db";
constexpr const char* log_name = "playback.log.0";

// A closed store, its newest rows in the log.
template <class World>
void fill(World& world) {
    adapters::SqliteOptions options;
    options.checkpoint_pages = 0;
    ASSERT_TRUE(world.open(options));
    const io::Epoch epoch = world.acquire(1);
    const auto outcome = world.commit(batch_of(1, epoch, {{"key", "precious"}, {"two", "2"}}));
    ASSERT_TRUE(outcome);
    ASSERT_TRUE(world.commit(batch_of(1, epoch, {{"three", "3"}})));
    ASSERT_TRUE(world.commit(batch_of(1, epoch, {{"four", "4"}})));
    world.settle();
    world.close();
}

const Rows filled{{"four", "4"}, {"key", "precious"}, {"three", "3"}, {"two", "2"}};

template <class World>
class StoreFiles : public testing::Test {
protected:
    void expect_refused(const std::string& content, Errc code) {
        world_.set_file(content, table_name);
        const Result<void> opened = world_.open();
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, code) << opened.error().detail;
        world_.close();
        EXPECT_TRUE(world_.file(table_name) == content) << "the file was changed";
    }
    World world_;
};

using Worlds = testing::Types<RealWorld, SimulatedWorld>;
TYPED_TEST_SUITE(StoreFiles, Worlds);

TYPED_TEST(StoreFiles, ADirectoryInUseIsRefused) {
    ASSERT_TRUE(this->world_.open());
    const Result<void> second = this->world_.open_second();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::in_use);
    EXPECT_NE(second.error().detail.find("data directory"), std::string::npos);
    this->world_.close();
    EXPECT_TRUE(this->world_.open());
}

TYPED_TEST(StoreFiles, AnotherFormatIsRefused) {
    fill(this->world_);
    std::string content = this->world_.file(table_name);
    ASSERT_EQ(content[user_version_at + 3], 2);
    content[user_version_at + 3] = 1;
    this->expect_refused(content, Errc::unsupported);
}

TYPED_TEST(StoreFiles, AnotherApplicationIsRefused) {
    fill(this->world_);
    std::string content = this->world_.file(table_name);
    content.replace(application_id_at, 4, "XXXX");
    this->expect_refused(content, Errc::unsupported);
}

TYPED_TEST(StoreFiles, WhatIsNoDatabaseIsRefused) {
    this->expect_refused(std::string(5000, '?'), Errc::corrupt);
    this->expect_refused("short", Errc::corrupt);
}

TYPED_TEST(StoreFiles, ADamagedRowOfTheLogIsFound) {
    fill(this->world_);
    std::string content = this->world_.file(log_name);
    const std::size_t at = content.find("precious");
    ASSERT_NE(at, std::string::npos);
    content[at] ^= 1;
    this->world_.set_file(content, log_name);
    const Result<void> opened = this->world_.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::corrupt) << opened.error().detail;
    EXPECT_NE(opened.error().detail.find(log_name), std::string::npos) << opened.error().detail;
    this->world_.close();
    EXPECT_TRUE(this->world_.file(log_name) == content) << "the log was changed";
}

// Nothing tells it from a row that a crash tore.
TYPED_TEST(StoreFiles, TheLogEndsBeforeANewestRowThatIsNotWhole) {
    fill(this->world_);
    std::string content = this->world_.file(log_name);
    content[content.find("four")] ^= 1;
    this->world_.set_file(content, log_name);
    ASSERT_TRUE(this->world_.open());
    EXPECT_EQ(this->world_.scan("", "z"),
              (Rows{{"key", "precious"}, {"three", "3"}, {"two", "2"}}));
}

// What is left behind by thirty commits: the older ones in the table, of the files of the log one
// with its second turn.
struct History {
    Rows all;
    Rows without_newest;
    sim::DiskImage before_newest;
    sim::DiskImage end;
};

History history_in(SimulatedWorld& world) {
    adapters::SqliteOptions options = eager_options();
    EXPECT_TRUE(world.open(options));
    const io::Epoch epoch = world.acquire(1);
    for (int i = 0; i < 30; ++i) {
        const std::string key = "key " + std::to_string(i % 7);
        EXPECT_TRUE(world.commit(batch_of(1, epoch, {{key, std::to_string(i) + " times"}})));
        world.settle();
    }
    History history;
    history.without_newest = world.scan("", "z");
    history.before_newest = world.disk().image();
    EXPECT_TRUE(world.commit(batch_of(1, epoch, {{"newest", "row"}})));
    history.all = world.scan("", "z");
    history.end = world.disk().image();
    world.close();
    return history;
}

TEST(StoreOnSimulatedDisk, AnyDamagedByteOfTheLogIsFoundOrDoesNoHarm) {
    SimulatedWorld world;
    const History history = history_in(world);
    int found = 0;
    int harmless = 0;
    int taken_for_torn = 0;
    for (const char* const name : {"/data/playback.log.0", "/data/playback.log.1"}) {
        const std::string& content = history.end.at(name);
        const std::string& before = history.before_newest.at(name);
        for (std::size_t at = 0; at < content.size(); ++at) {
            sim::DiskImage image = history.end;
            image[name][at] ^= static_cast<char>(1 << at % 8);
            world.disk().load(image);
            const Result<void> opened = world.open();
            if (!opened) {
                ASSERT_EQ(opened.error().code, Errc::corrupt) << opened.error().detail;
                ++found;
            } else if (const Rows rows = world.scan("", "z"); rows == history.all) {
                ++harmless;
            } else {
                const bool is_of_newest = at >= before.size() || before[at] != content[at];
                ASSERT_TRUE(rows == history.without_newest && is_of_newest) << name << " " << at;
                ++taken_for_torn;
            }
            world.close();
        }
    }
    EXPECT_GT(found, 100);
    EXPECT_GT(harmless, 100);
    EXPECT_GT(taken_for_torn, 30);
}

TYPED_TEST(StoreFiles, TheFilesOfTheLogTakeTurns) {
    adapters::SqliteOptions options;
    options.fold_keep_changes = 10;
    options.fold_step = 5;
    options.log_file_bytes = 3000;
    for (int life = 0; life < 3; ++life) {
        ASSERT_TRUE(this->world_.open(options));
        const io::Epoch epoch = this->world_.acquire(1);
        for (int i = 0; i < 100; ++i) {
            const std::string key = std::to_string(1000 * life + i + 1000);
            ASSERT_TRUE(this->world_.commit(batch_of(1, epoch, {{key, std::string(100, 'x')}})));
            this->world_.settle();
        }
        EXPECT_GT(this->world_.sqlite()->stats().checkpoints, 2u);
        this->world_.close();
    }
    EXPECT_LT(this->world_.file("playback.log.0").size(), 6000u);
    EXPECT_LT(this->world_.file("playback.log.1").size(), 6000u);
    ASSERT_TRUE(this->world_.open(options));
    EXPECT_EQ(this->world_.scan("", "z").size(), 300u);
}

TYPED_TEST(StoreFiles, ALogThatIsOlderThanTheTableIsRefused) {
    fill(this->world_);
    const std::string old = this->world_.file(log_name);
    adapters::SqliteOptions options = eager_options();
    options.fold_step = 2;
    ASSERT_TRUE(this->world_.open(options));
    const io::Epoch epoch = this->world_.acquire(1);
    for (int i = 0; i < 40; ++i)
        ASSERT_TRUE(this->world_.commit(batch_of(1, epoch, {{"key", std::to_string(i)}})));
    this->world_.settle();
    this->world_.close();
    this->world_.set_file(old, log_name);
    this->world_.set_file("", "playback.log.1");
    const Result<void> opened = this->world_.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::corrupt);
    EXPECT_NE(opened.error().detail.find("playback.log"), std::string::npos);
}

TYPED_TEST(StoreFiles, ATruncatedFileIsFound) {
    fill(this->world_);
    const std::string content = this->world_.file(table_name);
    this->world_.set_file(content.substr(0, content.size() / 2 + 100), table_name);
    adapters::SqliteOptions options;
    options.verify = true;
    const Result<void> opened = this->world_.open(options);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::corrupt) << opened.error().detail;
}

TYPED_TEST(StoreFiles, AnUndamagedFileIsWhole) {
    fill(this->world_);
    this->world_.set_file(this->world_.file(table_name), table_name);
    adapters::SqliteOptions options;
    options.verify = true;
    ASSERT_TRUE(this->world_.open(options));
    EXPECT_EQ(this->world_.scan("", "z"), filled);
}

TYPED_TEST(StoreFiles, ARowErasedBeforeItsFoldIsNeverWritten) {
    ASSERT_TRUE(this->world_.open(eager_options()));
    const io::Epoch epoch = this->world_.acquire(1);
    for (int i = 0; i < 20; ++i) {
        const std::string key = "message " + std::to_string(i);
        ASSERT_TRUE(this->world_.commit(batch_of(1, epoch, {{key, "text"}})));
        ASSERT_TRUE(this->world_.commit(batch_of(1, epoch, {}, {key})));
    }
    this->world_.settle();
    const adapters::SqliteStats& stats = this->world_.sqlite()->stats();
    EXPECT_EQ(stats.appends, 40u);
    EXPECT_GT(stats.folds, 0u);
    EXPECT_GT(stats.checkpoints, 0u);
    EXPECT_EQ(stats.folded_rows, 0u);
}

TYPED_TEST(StoreFiles, TooLargeABatchIsRefused) {
    ASSERT_TRUE(this->world_.open());
    const io::Epoch epoch = this->world_.acquire(1);
    std::string large(adapters::SqliteStore::batch_bytes_max + 1, 'x');
    const auto refused = this->world_.commit(batch_of(1, epoch, {{"key", std::move(large)}}));
    EXPECT_EQ(refused.error().code, Errc::invalid_argument);
}

TEST(StoreOnRealFiles, WhatIsNoFileIsRefused) {
    RealWorld world;
    std::filesystem::create_directory(world.directory() + "/playback.db");
    const Result<void> opened = world.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::io_failed);
}

adapters::SqliteOptions options_for_a_full_disk() {
    adapters::SqliteOptions options = eager_options();
    options.fold_keep_bytes = std::size_t{1} << 20;
    return options;
}

// Fills the disk, is refused, erases, and goes on.
template <class World, class Shrink>
void survive_full_disk(World& world, Shrink make_room) {
    const io::Epoch epoch = world.acquire(1);
    int taken = 0;
    Errc refusal{};
    for (; taken < 100; ++taken) {
        const std::string key = "k" + std::to_string(1000 + taken);
        const auto outcome = world.commit(batch_of(1, epoch, {{key, std::string(50'000, 'x')}}));
        if (outcome) continue;
        refusal = outcome.error().code;
        break;
    }
    EXPECT_EQ(refusal, Errc::full);
    EXPECT_GT(taken, 2);
    EXPECT_EQ(world.scan("", "z").size(), static_cast<std::size_t>(taken));
    make_room();
    ASSERT_TRUE(world.commit(batch_of(1, epoch, {{"later", "x"}})));
    EXPECT_EQ(world.scan("", "z").size(), static_cast<std::size_t>(taken) + 1);
    world.settle();
    world.close();
    adapters::SqliteOptions options;
    options.verify = true;
    ASSERT_TRUE(world.open(options));
    EXPECT_EQ(world.scan("", "z").size(), static_cast<std::size_t>(taken) + 1);
}

TEST(StoreOnRealFiles, AFullDiskRefusesAndPasses) {
    RealWorld world;
    const char* const directory = world.directory().c_str();
    if (::mount("tmpfs", directory, "tmpfs", 0, "size=1m") != 0)
        GTEST_SKIP() << "needs the right to mount";
    ASSERT_TRUE(world.open(options_for_a_full_disk()));
    survive_full_disk(
        world, [&] { ASSERT_EQ(::mount("tmpfs", directory, "tmpfs", MS_REMOUNT, "size=9m"), 0); });
    world.close();
    ::umount(directory);
}

TEST(StoreOnSimulatedDisk, AFullDiskRefusesAndPasses) {
    SimulatedWorld world;
    ASSERT_TRUE(world.open(options_for_a_full_disk()));
    world.disk().set_faults({.capacity = 1 << 20});
    survive_full_disk(world, [&] { world.disk().set_faults({}); });
    EXPECT_GT(world.disk().counts().full, 0u);
}

TEST(StoreOnSimulatedDisk, AFullDiskAtTheFirstStartIsReported) {
    SimulatedWorld world;
    world.disk().set_faults({.capacity = 1000});
    EXPECT_EQ(world.open().error().code, Errc::full);
    world.close();
    world.disk().set_faults({});
    EXPECT_TRUE(world.open());
}

TEST(StoreOnSimulatedDisk, AFailedSyncIsReportedAndNeverTriedAgain) {
    SimulatedWorld world;
    ASSERT_TRUE(world.open());
    const io::Epoch epoch = world.acquire(1);
    ASSERT_TRUE(world.commit(batch_of(1, epoch, {{"a", "1"}})));
    world.disk().set_faults({.sync_errors_ppm = 1'000'000});
    EXPECT_EQ(world.commit(batch_of(1, epoch, {{"b", "2"}})).error().code, Errc::io_failed);
    EXPECT_EQ(world.disk().counts().sync_errors, 1u);

    world.disk().set_faults({});
    const std::uint64_t syncs = world.disk().counts().syncs;
    EXPECT_EQ(world.commit(batch_of(1, epoch, {{"c", "3"}})).error().code, Errc::io_failed);
    EXPECT_EQ(world.await(world.store().acquire(2)).error().code, Errc::io_failed);
    EXPECT_EQ(world.await(world.store().scan("", "z", 9)).error().code, Errc::io_failed);
    EXPECT_EQ(world.disk().counts().syncs, syncs) << "nothing may be synced after a failed sync";

    world.kill();
    ASSERT_TRUE(world.open(eager_options()));
    const Rows rows = world.scan("", "z");
    ASSERT_FALSE(rows.empty());
    EXPECT_EQ(rows[0], (io::Row{"a", "1"}));
    for (const io::Row& row : rows) EXPECT_NE(row.key, "c");
}

TEST(StoreOnSimulatedDisk, AFailedWriteLeavesItsOutcomeOpen) {
    SimulatedWorld world;
    ASSERT_TRUE(world.open());
    const io::Epoch epoch = world.acquire(1);
    world.disk().set_faults({.write_errors_ppm = 1'000'000});
    EXPECT_EQ(world.commit(batch_of(1, epoch, {{"a", "1"}})).error().code, Errc::unknown_outcome);
    world.disk().set_faults({});
    EXPECT_EQ(world.commit(batch_of(1, epoch, {{"b", "2"}})).error().code, Errc::io_failed);
}

TEST(StoreOnSimulatedDisk, AFailedReadFailsThatReadOnly) {
    SimulatedWorld world;
    ASSERT_TRUE(world.open());
    const io::Epoch epoch = world.acquire(1);
    io::Batch batch = batch_of(1, epoch, {});
    for (int i = 0; i < 2000; ++i)
        batch.sections[0].puts.push_back({"k" + std::to_string(10'000 + i), std::string(500, 'x')});
    ASSERT_TRUE(world.commit(std::move(batch)));
    world.close();
    adapters::SqliteOptions options = eager_options();
    options.cache_bytes = 64 * 1024;
    ASSERT_TRUE(world.open(options));
    world.acquire(1);
    world.settle();

    world.disk().set_faults({.read_errors_ppm = 1'000'000});
    EXPECT_EQ(world.await(world.store().scan("", "z", 9999)).error().code, Errc::io_failed);
    world.disk().set_faults({});
    EXPECT_EQ(world.scan("", "z").size(), 2000u);
}

TEST(StoreOnSimulatedDisk, AStalledDiskDelaysTheAnswer) {
    SimulatedWorld world;
    ASSERT_TRUE(world.open());
    const io::Epoch epoch = world.acquire(1);
    const Instant start = world.now();
    ASSERT_TRUE(world.commit(batch_of(1, epoch, {{"a", "1"}})));
    const Duration usual = world.now() - start;
    EXPECT_GT(usual, Duration{}) << "a commit takes virtual time";
    world.disk().stall(world.now() + seconds(3));
    ASSERT_TRUE(world.commit(batch_of(1, epoch, {{"b", "2"}})));
    EXPECT_GE(world.now() - start, seconds(3));
}

}  // namespace
}  // namespace playback::store_test
