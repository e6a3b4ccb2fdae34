// Files: a flat set of named files with positioned I/O, for a database engine to stand on.
//
// The simulator's disk implements it, and adapters/sqlite runs SQLite on it through a VFS; so
// neither room knows the other. Calls are synchronous: they run inside a piece of Worker work, at
// one virtual instant, and the disk stamps them with the time they take (DESIGN section 5).
//
// Errors: io_failed (EIO; every handle and lock from before a kill answers it), full (no space),
// not_found, in_use. A write that failed may have happened in part. A sync that failed is not to be
// tried again: what it should have covered may be gone although the next one succeeds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/time.h"

namespace playback::io {

class File {
public:
    virtual ~File() = default;  // closes it; writes nothing

    // Fewer bytes than asked for only at the end of the file.
    virtual Result<std::size_t> read(std::uint64_t offset, std::span<char> out) = 0;
    // A gap before `offset` reads as zeros.
    virtual Result<void> write(std::uint64_t offset, std::string_view bytes) = 0;
    virtual Result<void> truncate(std::uint64_t size) = 0;
    // All earlier writes and truncations of this file survive a power loss once it returns.
    virtual Result<void> sync() = 0;
    virtual Result<std::uint64_t> size() = 0;
};

// Held until destroyed, or until the process dies.
class FileLock {
public:
    virtual ~FileLock() = default;
};

class Files {
public:
    virtual ~Files() = default;

    // With `create` an absent file is made, empty; its name is durable after sync_directory.
    virtual Result<std::unique_ptr<File>> open(std::string_view name, bool create) = 0;
    virtual Result<void> remove(std::string_view name) = 0;
    virtual Result<void> rename(std::string_view from, std::string_view to) = 0;
    virtual Result<bool> exists(std::string_view name) = 0;
    // All earlier creations, removals and renames survive a power loss once it returns.
    virtual Result<void> sync_directory() = 0;

    // Exclusive over all processes; in_use if another holds it.
    virtual Result<std::unique_ptr<FileLock>> lock(std::string_view name) = 0;

    // The time as the files' owner sees it.
    [[nodiscard]] virtual Instant now() const = 0;
};

}  // namespace playback::io
