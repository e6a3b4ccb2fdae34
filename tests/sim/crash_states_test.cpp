// Every disk that a power loss may leave: which they are, and that a sweep over them finds what is
// wrong with a log.
#include "sim/crash_states.h"

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/base/hash.h"
#include "engine/base/random.h"
#include "sim/disk.h"

namespace playback::sim {
namespace {

constexpr const char* name = "/data/file";
constexpr std::size_t sector = DiskContent::sector_bytes;

class World {
public:
    explicit World(std::uint64_t seed = 1)
        : disk(1, Random::stream(seed, "disk"), {}, [this] { return now; }, trace) {}

    // A file whose name and bytes are durable.
    std::unique_ptr<io::File> open_with(std::string_view bytes) {
        std::unique_ptr<io::File> file = std::move(*disk.open(name, true));
        EXPECT_TRUE(file->write(0, bytes));
        EXPECT_TRUE(file->sync());
        EXPECT_TRUE(disk.sync_directory());
        now = disk.last_completion();
        return file;
    }
    [[nodiscard]] CrashStates states() const { return disk.crash_states(disk.last_completion()); }

    Instant now;
    Trace trace;
    Disk disk;
};

std::set<std::string> contents(const CrashStates& states, std::size_t most = 8) {
    std::set<std::string> found;
    const std::size_t shown = states.each(most, [&](const DiskImage& image) {
        const auto it = image.find(name);
        EXPECT_TRUE(found.insert(it == image.end() ? "(no file)" : it->second).second);
        return true;
    });
    EXPECT_EQ(shown, found.size());
    return found;
}

TEST(CrashStates, EachSectorOfAWriteIsWholeMissingOrTorn) {
    World world;
    const auto file = world.open_with(std::string(3 * sector, 'a'));
    ASSERT_TRUE(file->write(0, std::string(2 * sector, 'b')));
    EXPECT_EQ(world.states().unsynced(), 2U);
    std::set<std::string> expected;
    for (const std::size_t first : {std::size_t{0}, sector / 2, sector}) {
        for (const std::size_t second : {std::size_t{0}, sector / 2, sector}) {
            std::string left(3 * sector, 'a');
            left.replace(0, first, first, 'b');
            left.replace(sector, second, second, 'b');
            expected.insert(left);
        }
    }
    EXPECT_EQ(contents(world.states()), expected);
}

TEST(CrashStates, EightSectorsLeave6561Disks) {
    World world;
    const auto file = world.open_with(std::string(8 * sector, 'a'));
    ASSERT_TRUE(file->write(0, std::string(8 * sector, 'b')));
    EXPECT_EQ(contents(world.states()).size(), 6'561U);
}

TEST(CrashStates, OlderWritesAreAllThereOrNoneOfThem) {
    World world;
    const auto file = world.open_with("aaaa");
    for (std::uint64_t i = 0; i < 4; ++i) ASSERT_TRUE(file->write(i, "b"));
    // A single byte has no half, so torn is missing.
    const std::set<std::string> expected{
        "aaaa", "aaab", "aaba", "aabb", "bbaa", "bbab", "bbba", "bbbb"};
    EXPECT_EQ(contents(world.states(), 2), expected);
}

TEST(CrashStates, WhatASyncCoversIsInEachOfThem) {
    World world;
    const auto file = world.open_with("aaaa");
    ASSERT_TRUE(file->write(0, "b"));
    ASSERT_TRUE(file->sync());
    const Instant synced = world.disk.last_completion();
    ASSERT_TRUE(file->write(3, "c"));
    const std::set<std::string> expected{"baaa", "baac"};
    EXPECT_EQ(contents(world.states()), expected);
    // Just before the sync was done neither was safe, and the second not begun.
    const std::set<std::string> before{"aaaa", "baaa"};
    EXPECT_EQ(contents(world.disk.crash_states(synced - Duration{1})), before);
}

TEST(CrashStates, WhatChangesNothingDoesNotCount) {
    World world;
    const auto file = world.open_with("aaaa");
    ASSERT_TRUE(file->write(0, "aa"));
    EXPECT_EQ(world.states().unsynced(), 0U);
    ASSERT_TRUE(file->write(0, "b"));
    ASSERT_TRUE(file->write(0, "a"));  // it does after that
    EXPECT_EQ(world.states().unsynced(), 2U);
}

TEST(CrashStates, ATruncationIsThereOrNot) {
    World world;
    const auto file = world.open_with("abcd");
    ASSERT_TRUE(file->truncate(1));
    const std::set<std::string> expected{"a", "abcd"};
    EXPECT_EQ(contents(world.states()), expected);
}

TEST(CrashStates, ANewNameMayBeMissing) {
    World world;
    const auto file = std::move(*world.disk.open(name, true));
    ASSERT_TRUE(file->write(0, "b"));
    ASSERT_TRUE(file->sync());
    world.now = world.disk.last_completion();
    const std::set<std::string> expected{"b", "(no file)"};
    EXPECT_EQ(contents(world.states()), expected);
    ASSERT_TRUE(world.disk.sync_directory());
    EXPECT_EQ(contents(world.states()), std::set<std::string>{"b"});
}

// What is drawn is one of those that are listed.
TEST(CrashStates, APowerLossLeavesOneOfThem) {
    std::set<std::string> listed;
    std::set<std::string> drawn;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        World world(seed);
        const auto file = world.open_with(std::string(6 * sector, 'a'));
        ASSERT_TRUE(file->write(0, std::string(3 * sector, 'b')));
        ASSERT_TRUE(file->truncate(5 * sector));
        ASSERT_TRUE(file->write(2 * sector, std::string(2 * sector, 'c')));
        world.now = world.disk.last_completion();
        if (listed.empty()) listed = contents(world.states());  // the same for each seed
        world.disk.power_loss();
        const std::string left = world.disk.image()[name];
        EXPECT_TRUE(listed.contains(left)) << "seed " << seed;
        drawn.insert(left);
    }
    EXPECT_GT(drawn.size(), 20U);
}

// --- a sweep finds what is wrong with a log ---

// A log of records that a program appends and syncs one by one: a length, a checksum, the bytes.
struct Habits {
    bool checks_sums = true;
    bool syncs_first = true;  // then counts the record as kept; else the other way round
};

std::string record_of(int number) {
    const std::string bytes(900, static_cast<char>('a' + number));
    std::string record = std::to_string(hash_bytes(bytes));
    record.resize(24, ' ');
    return record + bytes;
}

// The records that a program of these habits finds; "?" stands for one that nobody wrote.
std::string found_in(std::string_view log, Habits habits) {
    std::string found;
    const std::size_t size = record_of(0).size();
    for (; log.size() >= size; log.remove_prefix(size)) {
        const char letter = log[24];
        const bool is_whole = log.substr(0, size) == record_of(letter - 'a');
        if (!is_whole && habits.checks_sums) break;
        found += is_whole ? letter : '?';
    }
    return found;
}

// How many of the disks break the promise: the records that were kept, then perhaps one more.
std::size_t broken_promises(Habits habits) {
    World world;
    const auto file = world.open_with("");
    std::string kept;
    std::string issued;
    std::size_t broken = 0;
    const auto sweep = [&](Instant at) {
        world.disk.crash_states(at).each(8, [&](const DiskImage& image) {
            const std::string found = found_in(image.at(name), habits);
            if (!found.starts_with(kept) || !issued.starts_with(found)) ++broken;
            return true;
        });
    };
    for (int number = 0; number < 3; ++number) {
        issued += static_cast<char>('a' + number);
        const auto offset = static_cast<std::uint64_t>(number) * record_of(0).size();
        EXPECT_TRUE(file->write(offset, record_of(number)));
        if (!habits.syncs_first) kept = issued;
        world.disk.on_sync(1, sweep);
        EXPECT_TRUE(file->sync());
        kept = issued;
        world.now = world.disk.last_completion();
        sweep(world.now);
    }
    return broken;
}

TEST(CrashStates, ASoundLogKeepsItsPromiseInAllOfThem) {
    EXPECT_EQ(broken_promises({}), 0U);
}

TEST(CrashStates, ALogThatTakesATornRecordForWholeIsFound) {
    EXPECT_GT(broken_promises({.checks_sums = false}), 0U);
}

TEST(CrashStates, ALogThatPromisesBeforeItsSyncIsFound) {
    EXPECT_GT(broken_promises({.syncs_first = false}), 0U);
}

}  // namespace
}  // namespace playback::sim
