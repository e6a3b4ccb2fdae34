// CrashStates: every disk that a power loss at one instant may leave, one after the other.
//
// For exhaustive sweeps, where Disk::power_loss draws one: take them from a disk in use, for
// example when a sync is about to be done (Disk::on_sync), and open each with the program under
// test:
//
//     const CrashStates states = disk.crash_states(done);
//     states.each(8, [&](const DiskImage& image) { ... });
//
// A program's write is cut into writes of single sectors. Each of the newest that no finished sync
// covers has one of three fates, whatever becomes of the others: 3^8 = 6,561 disks of eight.
// Writes that change nothing have no fate and do not count. A value: it stays as it was taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/disk_content.h"
#include "sim/disk_directory.h"

namespace playback::sim {

// The files of a disk by name, all durable.
using DiskImage = std::map<std::string, std::string, std::less<>>;

enum class SectorFate : std::uint8_t {
    whole,
    missing,
    torn,  // the first half of its bytes is there, the others are as they were
};

class CrashStates {
public:
    CrashStates(const DiskDirectory& names, Instant at);

    // Sector writes (and truncations) that no finished sync covers, of all files together.
    [[nodiscard]] std::size_t unsynced() const { return writes_.size(); }

    // What of the rest is there.
    struct Rest {
        bool older_writes = true;  // unsynced ones before those that have a fate
        bool new_names = true;     // what was created, removed or renamed and no sync covers
    };
    // The disk if the newest unsynced writes have these fates, the newest the last of them. A
    // truncation cannot be torn: then it is whole.
    [[nodiscard]] DiskImage survivors(std::span<const SectorFate> fates, Rest rest) const;

    // Shows each different disk of the fates of the newest `most` writes, with all of the rest and
    // with none of it, until `see` returns false. Returns how many it has shown.
    std::size_t each(std::size_t most, const std::function<bool(const DiskImage&)>& see) const;

private:
    struct Write {
        std::uint64_t file = 0;
        std::size_t number = 0;  // in the order in which they were found
        UnsyncedWrite what;
    };
    using Names = std::map<std::string, std::uint64_t, std::less<>>;

    void add_sectors(std::uint64_t file, const UnsyncedWrite& write);
    [[nodiscard]] bool changes_nothing(std::uint64_t file,
                                       std::uint64_t offset,
                                       std::string_view bytes) const;

    std::map<std::uint64_t, std::string> platter_;  // by file number
    std::vector<Write> writes_;                     // the oldest first
    Names old_names_;
    Names new_names_;
};

}  // namespace playback::sim
