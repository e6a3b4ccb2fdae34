// The lock of a data directory on the real file system.
//
// An flock on a file of its own: SQLite's locks would show another node only as "busy". The
// operating system drops it with the process, however that ends.
#pragma once

#include <memory>
#include <string>

#include "engine/io/files.h"

namespace playback::adapters {

// Makes `directory` if it is not there (0700) and locks `directory`/`name` in it. Fails with
// in_use, denied, full or io_failed.
Result<std::unique_ptr<io::FileLock>> lock_directory(const std::string& directory,
                                                     const std::string& name);

}  // namespace playback::adapters
