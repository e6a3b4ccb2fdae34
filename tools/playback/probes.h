// Probes: short questions to the machine, for `playback doctor`. They block, each for its patience
// at most, and change nothing that stays.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/io/network.h"

namespace playback::tools {

// GET of `path` from an HTTP server that closes afterwards: its status and the beginning of its
// body. Fails with unavailable (nobody answers), timed_out or corrupt (no HTTP).
struct Answered {
    int status = 0;
    std::string body;
};
Result<Answered> ask_http(const io::Endpoint& endpoint, std::string_view path, Duration patience);

// Can this address be listened on? Fails with in_use, denied or invalid_argument.
Result<void> try_listen(const io::Endpoint& endpoint);

// The directory, or what is above it and exists: where it would be made.
std::string existing_part(const std::string& directory);

// Room for this user on the disk of `directory`, in bytes.
Result<std::uint64_t> free_bytes(const std::string& directory);

// Writes 4 KiB to a file of its own in `directory`, syncs it, some times over, and removes it
// again: the median of the times. Fails with denied, full or io_failed.
Result<Duration> sync_time(const std::string& directory);

// How many files this process may have open, once it has asked for all that it may have.
std::uint64_t files_max();

// Milliseconds since 1970, and whether the kernel says that somebody keeps its clock right.
struct ClockState {
    std::int64_t wall_ms = 0;
    bool is_synchronized = false;
};
ClockState read_clock();

}  // namespace playback::tools
