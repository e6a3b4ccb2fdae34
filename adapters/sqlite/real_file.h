// The file of the real world that a log is written to: positioned reads and writes on a descriptor.
#pragma once

#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/io/files.h"

namespace playback::adapters {

// What the system refused, and why: denied, full or io_failed.
Error file_error(const std::string& what, int code);

// Opens `path`, or makes it, readable by its owner alone. Fails with denied, full or io_failed.
Result<std::unique_ptr<io::File>> open_real_file(const std::string& path);

// Names in `directory` survive a power loss once it returns.
Result<void> sync_real_directory(const std::string& directory);

}  // namespace playback::adapters
