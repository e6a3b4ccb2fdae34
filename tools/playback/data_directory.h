// The data directory of a node beside its database: what only its owner may read, and what a crash
// leaves behind.
//
//     DATA/passwords.json   passwords that were generated, by user (mode 0600)
//     DATA/token_key.pem    the key pair that signs tokens (adapters/openssl)
//     DATA/registry.pem     the certificate of that key, for an image registry (mode 0644)
//     DATA/handover.sock    where the next process asks for everything (mode 0600; handover.h)
//     DATA/crash/           a file for each failed CHECK
//     DATA/runtimes/        records and logs of local processes (adapters/process)
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/node_config.h"

namespace playback::tools {

// Makes `directory` and what is above it, if need be. Fails with denied or io_failed.
Result<void> make_directory(const std::string& directory);

// What a node writes while it starts fits into this; with less it might wait for room for ever.
inline constexpr std::uint64_t start_room_bytes = 1 << 20;

// Is there room for a start? Fails with full, or io_failed if the disk cannot be asked.
Result<void> check_room(const std::string& directory);

// Replaces the file by `bytes`, mode 0600: after a crash it is the old one or the new one. Fails
// with denied, full or io_failed.
Result<void> replace_secret_file(const std::string& path, std::string_view bytes);

using Passwords = std::map<std::string, std::string>;  // by alias

// None if there is no such file. Fails with corrupt, denied or io_failed.
Result<Passwords> read_passwords(const std::string& path);

// Adds to the file: passwords of users that are not in `generated` stay.
Result<void> keep_passwords(const std::string& path,
                            const std::vector<GeneratedPassword>& generated);

// From now on a failed CHECK writes DIRECTORY/crash/TIME-PID.json before the process aborts.
void install_crash_files(const std::string& directory);

// How many connections a node takes where so many files may be open: the rest is for the database,
// containers' streams and the log.
std::uint64_t connections_for(std::uint64_t files_max);
// The same for this process.
std::uint64_t connections_of_this_process();

// For a process with many connections: as many open files as this user may have, and a log that
// nobody reads any more is no reason to die (SIGPIPE).
void prepare_process();

}  // namespace playback::tools
