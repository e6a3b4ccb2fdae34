// The simulated disk: what survives what, and that each of its faults has an effect.
#include "sim/disk.h"

#include <array>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace playback::sim {
namespace {

constexpr const char* name = "/data/file";

class DiskFixture {
public:
    explicit DiskFixture(std::uint64_t seed = 1, DiskProfile profile = {})
        : disk(1, Random::stream(seed, "disk"), profile, [this] { return now; }, trace) {}

    std::unique_ptr<io::File> open() { return std::move(*disk.open(name, true)); }
    // A file whose name and bytes are durable.
    std::unique_ptr<io::File> open_with(std::string_view bytes) {
        std::unique_ptr<io::File> file = open();
        EXPECT_TRUE(file->write(0, bytes));
        EXPECT_TRUE(file->sync());
        EXPECT_TRUE(disk.sync_directory());
        wait();
        return file;
    }
    void wait() { now = disk.last_completion(); }
    std::string content() { return disk.image()[name]; }

    Instant now;
    Trace trace;
    Disk disk;
};

std::string read_all(io::File& file) {
    std::string bytes(100'000, '?');
    const auto got = file.read(0, bytes);
    bytes.resize(got ? *got : 0);
    return bytes;
}

TEST(Disk, IsAFileSystem) {
    DiskFixture world;
    const std::unique_ptr<io::File> file = world.open();
    EXPECT_TRUE(file->write(2, "abc"));
    EXPECT_EQ(read_all(*file), std::string("\0\0abc", 5));
    EXPECT_EQ(*file->size(), 5u);
    EXPECT_TRUE(file->truncate(3));
    EXPECT_EQ(read_all(*file), std::string("\0\0a", 3));
    std::string past(4, '?');
    EXPECT_EQ(*file->read(10, past), 0u);

    EXPECT_TRUE(world.disk.rename(name, "/data/other"));
    EXPECT_FALSE(*world.disk.exists(name));
    EXPECT_TRUE(*world.disk.exists("/data/other"));
    EXPECT_EQ(world.disk.open(name, false).error().code, Errc::not_found);
    EXPECT_TRUE(world.disk.remove("/data/other"));
    EXPECT_EQ(world.disk.remove("/data/other").error().code, Errc::not_found);
    EXPECT_EQ(read_all(*file), std::string("\0\0a", 3)) << "an open handle keeps the file";
}

TEST(Disk, ALockIsExclusiveUntilReleasedOrKilled) {
    DiskFixture world;
    auto held = world.disk.lock("/data/lock");
    ASSERT_TRUE(held);
    EXPECT_EQ(world.disk.lock("/data/lock").error().code, Errc::in_use);
    held->reset();
    auto second = world.disk.lock("/data/lock");
    ASSERT_TRUE(second);
    world.disk.kill();
    auto third = world.disk.lock("/data/lock");
    ASSERT_TRUE(third);
    second->reset();  // of the dead process: must not release the third
    EXPECT_EQ(world.disk.lock("/data/lock").error().code, Errc::in_use);
}

TEST(Disk, OperationsTakeVirtualTimeOneAfterTheOther) {
    DiskFixture world;
    const std::unique_ptr<io::File> file = world.open_with("x");
    const Instant start = world.now;
    ASSERT_TRUE(file->sync());
    const Instant one = world.disk.last_completion();
    ASSERT_TRUE(file->sync());
    const Instant two = world.disk.last_completion();
    EXPECT_GE(one - start, DiskProfile{}.sync_min);
    EXPECT_LE(one - start, DiskProfile{}.sync_max);
    EXPECT_GE(two - one, DiskProfile{}.sync_min);
    EXPECT_EQ(world.now, start) << "time passes only in the world";
}

TEST(Disk, AKillKeepsWhatWasIssuedBeforeIt) {
    DiskFixture world;
    const std::unique_ptr<io::File> file = world.open_with("old");
    ASSERT_TRUE(file->write(0, "new"));
    const Instant written = world.disk.last_completion();
    ASSERT_TRUE(file->write(3, " later"));
    world.now = written;  // the second write would be issued just now
    world.disk.kill();
    EXPECT_EQ(world.content(), "new") << "unsynced, but the cache survives the process";
}

TEST(Disk, AKillAtOnceUndoesAWholeCall) {
    DiskFixture world;
    const std::unique_ptr<io::File> file = world.open_with("old");
    ASSERT_TRUE(file->write(0, "new"));
    ASSERT_TRUE(file->sync());
    ASSERT_TRUE(world.disk.rename(name, "/data/other"));
    world.disk.kill();
    EXPECT_EQ(world.content(), "old");
}

TEST(Disk, HandlesOfADeadProcessAnswerEioAndDoNothing) {
    DiskFixture world;
    const std::unique_ptr<io::File> file = world.open_with("old");
    world.disk.kill();
    const std::uint64_t hash = world.trace.hash();
    EXPECT_EQ(file->write(0, "new").error().code, Errc::io_failed);
    EXPECT_EQ(file->sync().error().code, Errc::io_failed);
    EXPECT_EQ(file->truncate(0).error().code, Errc::io_failed);
    EXPECT_EQ(file->size().error().code, Errc::io_failed);
    std::string bytes(3, '?');
    EXPECT_EQ(file->read(0, bytes).error().code, Errc::io_failed);
    EXPECT_EQ(world.trace.hash(), hash);
    EXPECT_EQ(world.content(), "old");
    EXPECT_EQ(read_all(*world.open()), "old");
}

TEST(Disk, APowerLossKeepsWhatAFinishedSyncCovers) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        DiskFixture world(seed, {.garbage = true});
        const std::unique_ptr<io::File> file = world.open_with(std::string(5000, 'a'));
        ASSERT_TRUE(file->write(1000, std::string(3000, 'b')));
        ASSERT_TRUE(file->sync());
        world.wait();
        ASSERT_TRUE(file->write(3500, "unsynced"));
        world.disk.power_loss();
        const std::string content = world.content();
        ASSERT_EQ(content.size(), 5000u);
        const std::string expected =
            std::string(1000, 'a') + std::string(3000, 'b') + std::string(1000, 'a');
        EXPECT_EQ(content.substr(0, 3500), expected.substr(0, 3500)) << "seed " << seed;
        EXPECT_EQ(content.substr(3508), expected.substr(3508)) << "seed " << seed;
    }
}

// Over many power losses: a write is kept, lost and torn by sector; garbage only where allowed.
void probe_tearing(bool garbage) {
    constexpr std::size_t sector = DiskContent::sector_bytes;
    std::set<std::string> kinds;
    LossCounts counts;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        DiskFixture world(seed, {.garbage = garbage});
        const std::unique_ptr<io::File> file = world.open_with(std::string(8 * sector, 'o'));
        ASSERT_TRUE(file->write(0, std::string(8 * sector, 'n')));
        ASSERT_TRUE(file->sync());
        world.now = world.disk.last_completion() - nanoseconds(1);  // the sync is not over
        world.disk.power_loss();
        const std::string content = world.content();
        ASSERT_EQ(content.size(), 8 * sector);
        std::set<std::string> found;
        for (std::size_t at = 0; at < content.size(); at += sector) {
            const std::string part = content.substr(at, sector);
            const bool is_old = part == std::string(sector, 'o');
            const bool is_new = part == std::string(sector, 'n');
            found.insert(is_old ? "old" : is_new ? "new" : "garbage");
        }
        if (found.contains("garbage")) kinds.insert("garbage");
        if (found.contains("old") && found.contains("new")) kinds.insert("torn");
        if (found.size() == 1) kinds.insert("all " + *found.begin());
        counts.torn += world.disk.counts().at_power_loss.torn;
    }
    std::set<std::string> expected{"torn", "all old", "all new"};
    if (garbage) expected.insert("garbage");
    EXPECT_EQ(kinds, expected);
    EXPECT_GT(counts.torn, 0u);
}

TEST(DiskFaults, APowerLossTearsBySector) {
    probe_tearing(false);
}

TEST(DiskFaults, APowerLossMayLeaveGarbageWhereTheProfileSaysSo) {
    probe_tearing(true);
}

TEST(DiskFaults, APowerLossForgetsTruncationsAndNamesThatNoSyncCovers) {
    std::map<std::string, int> seen;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        DiskFixture world(seed);
        const std::unique_ptr<io::File> file = world.open_with("content");
        ASSERT_TRUE(file->truncate(0));
        ASSERT_TRUE(world.disk.open("/data/created", true));
        world.wait();
        world.disk.power_loss();
        ++seen[world.content().empty() ? "truncated" : "whole"];
        ++seen[*world.disk.exists("/data/created") ? "created" : "absent"];
        EXPECT_TRUE(*world.disk.exists(name));
    }
    EXPECT_EQ(seen.size(), 4u);
}

TEST(DiskFaults, ARenameIsThereOrNotAndNeverHalf) {
    std::map<std::string, int> seen;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        DiskFixture world(seed);
        const std::unique_ptr<io::File> file = world.open_with("content");
        ASSERT_TRUE(world.disk.rename(name, "/data/renamed"));
        ASSERT_TRUE(world.disk.remove("/data/renamed"));
        world.wait();
        world.disk.power_loss();
        const bool old_name = *world.disk.exists(name);
        const bool new_name = *world.disk.exists("/data/renamed");
        EXPECT_FALSE(old_name && new_name);
        ++seen[old_name ? "old" : new_name ? "new" : "removed"];
    }
    EXPECT_EQ(seen.size(), 3u);
}

TEST(DiskFaults, AFailedSyncLosesWritesAndTheNextOneSucceeds) {
    std::map<std::string, int> seen;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        DiskFixture world(seed);
        const std::unique_ptr<io::File> file = world.open_with("old");
        ASSERT_TRUE(file->write(0, "new"));
        world.disk.set_faults({.sync_errors_ppm = 1'000'000});
        EXPECT_EQ(file->sync().error().code, Errc::io_failed);
        world.disk.set_faults({});
        EXPECT_TRUE(file->sync());
        world.wait();
        const std::string before = world.content();
        world.disk.power_loss();
        EXPECT_EQ(world.content(), before);
        ++seen[before];
    }
    EXPECT_GT(seen["old"], 0) << "a retry that succeeds must not mean that the data is there";
    EXPECT_GT(seen["new"], 0);
    EXPECT_EQ(seen.size(), 2u);
}

TEST(DiskFaults, WhatASyncCoveredSurvivesAFailedOneInTheSameCall) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        DiskFixture world(seed, {.garbage = true});
        const std::unique_ptr<io::File> file = world.open_with("old");
        ASSERT_TRUE(file->write(0, "new"));
        ASSERT_TRUE(file->sync());
        const Instant synced = world.disk.last_completion();
        ASSERT_TRUE(file->write(3, "er"));
        world.disk.set_faults({.sync_errors_ppm = 1'000'000});
        ASSERT_FALSE(file->sync());
        const bool in_the_middle = seed % 2 == 0;
        world.now = in_the_middle ? synced + nanoseconds(1) : world.disk.last_completion();
        world.disk.power_loss();
        EXPECT_EQ(world.content().substr(0, 3), "new") << "seed " << seed;
    }
}

TEST(DiskFaults, ReadsAndWritesFail) {
    DiskFixture world;
    const std::unique_ptr<io::File> file = world.open_with(std::string(2000, 'o'));
    world.disk.set_faults({.read_errors_ppm = 1'000'000, .write_errors_ppm = 1'000'000});
    std::string bytes(3, '?');
    EXPECT_EQ(file->read(0, bytes).error().code, Errc::io_failed);
    EXPECT_EQ(file->write(0, std::string(2000, 'n')).error().code, Errc::io_failed);
    EXPECT_EQ(file->truncate(0).error().code, Errc::io_failed);
    EXPECT_EQ(world.disk.counts().read_errors, 1u);
    EXPECT_EQ(world.disk.counts().write_errors, 2u);
    EXPECT_EQ(world.content().size(), 2000u);
    EXPECT_NE(world.content().find('n'), std::string::npos)
        << "a failed write may be there in part";
    EXPECT_NE(world.content().find('o'), std::string::npos);
}

TEST(DiskFaults, ErrorRatesAreRates) {
    DiskFixture world;
    const std::unique_ptr<io::File> file = world.open_with("x");
    world.disk.set_faults({.write_errors_ppm = 100'000});
    for (int i = 0; i < 1000; ++i) (void)file->write(0, "y");
    EXPECT_GT(world.disk.counts().write_errors, 50u);
    EXPECT_LT(world.disk.counts().write_errors, 200u);
}

TEST(DiskFaults, AFullDiskRefusesToGrow) {
    DiskFixture world;
    const std::unique_ptr<io::File> file = world.open_with(std::string(900, 'x'));
    world.disk.set_faults({.capacity = 1000});
    EXPECT_EQ(file->write(900, std::string(101, 'y')).error().code, Errc::full);
    EXPECT_TRUE(file->write(0, std::string(900, 'z'))) << "overwriting needs no room";
    EXPECT_TRUE(file->write(900, std::string(100, 'y')));
    EXPECT_EQ(world.disk.counts().full, 1u);
}

TEST(DiskFaults, AStallDelaysCompletion) {
    DiskFixture world;
    const std::unique_ptr<io::File> file = world.open_with("x");
    const Instant until = world.now + seconds(5);
    world.disk.stall(until);
    ASSERT_TRUE(file->write(0, "y"));
    EXPECT_GE(world.disk.last_completion(), until);

    DiskFixture stalling(1, {.stalls_ppm = 1'000'000});
    const std::unique_ptr<io::File> other = stalling.open_with("x");
    EXPECT_GT(stalling.disk.counts().stalls, 0u);
}

TEST(DiskFaults, ADiskWithoutBytesDoesNotRot) {
    DiskFixture world;
    EXPECT_FALSE(world.disk.rot());
    const std::unique_ptr<io::File> file = world.open_with("");
    EXPECT_FALSE(world.disk.rot());
    EXPECT_EQ(world.disk.counts().rotten, 0u);
}

TEST(DiskFaults, AnyFileMayRot) {
    DiskFixture world;
    constexpr std::array names{"/data/one", "/data/other"};
    const std::string content(600, 'x');
    for (const char* const of_two : names)
        ASSERT_TRUE((*world.disk.open(of_two, true))->write(0, content));
    std::set<std::string> rotten;
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(world.disk.rot());
    for (const auto& [path, bytes] : world.disk.image())
        if (bytes != content) rotten.insert(path);
    EXPECT_EQ(rotten.size(), 2u);
}

TEST(DiskFaults, RotChangesDurableBytes) {
    DiskFixture world;
    const std::unique_ptr<io::File> file = world.open_with(std::string(3000, 'x'));
    EXPECT_TRUE(world.disk.rot());
    const std::string rotten = world.content();
    EXPECT_TRUE(rotten != std::string(3000, 'x'));
    EXPECT_EQ(rotten.size(), 3000u);
    world.disk.power_loss();
    EXPECT_TRUE(world.content() == rotten);
}

TEST(Disk, TheCacheWritesBackByItself) {
    DiskFixture world(1);
    const std::unique_ptr<io::File> file = world.open_with("");
    const std::string block(std::size_t{1} << 20, 'x');
    for (std::uint64_t i = 0; i < 12; ++i) {
        ASSERT_TRUE(file->write(i * block.size(), block));
        world.wait();
    }
    world.disk.power_loss();
    EXPECT_GE(world.content().size(), 7 * block.size()) << "unsynced bytes must be bounded";
}

TEST(Disk, AnImageStartsAnotherDisk) {
    DiskFixture first;
    const std::unique_ptr<io::File> file = first.open_with("content");
    DiskFixture second(2);
    second.disk.load(first.disk.image());
    second.disk.power_loss();
    EXPECT_EQ(second.content(), "content");
}

// A random life of a disk, as a number.
std::uint64_t play(std::uint64_t seed) {
    Random random = Random::stream(seed, "workload");
    DiskFixture world(seed, DiskProfile::draw(random));
    for (int life = 0; life < 5; ++life) {
        world.disk.set_faults({.write_errors_ppm = 10'000, .sync_errors_ppm = 10'000});
        const std::unique_ptr<io::File> file = world.open();
        for (int i = 0; i < 100; ++i) {
            const std::uint64_t offset = random.below(5000);
            const std::string bytes(random.below(2000), static_cast<char>('a' + i % 26));
            (void)file->write(offset, bytes);
            if (random.chance(1, 10)) (void)file->sync();
            if (random.chance(1, 30)) (void)file->truncate(random.below(6000));
            if (random.chance(1, 3)) world.wait();
        }
        if (random.chance(1, 2))
            world.disk.power_loss();
        else
            world.disk.kill();
    }
    return world.trace.hash();
}

TEST(Disk, ASeedPlaysTheSameTwiceAndSeedsDiffer) {
    std::set<std::uint64_t> hashes;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const std::uint64_t hash = play(seed);
        EXPECT_EQ(hash, play(seed));
        hashes.insert(hash);
    }
    EXPECT_EQ(hashes.size(), 20u);
}

}  // namespace
}  // namespace playback::sim
