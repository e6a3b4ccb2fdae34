// Files that are written whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace playback::tools {

// Fails with io_failed; an older file of that name is then still what it was.
Result<void> write_file(const std::string& path, std::string_view text);

}  // namespace playback::tools
