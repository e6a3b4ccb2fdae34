// The file of a private key: read it, or make it once, for its owner's eyes only. And that of its
// certificate, for everybody.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace playback::adapters {

// The whole file; at most 64 KiB. Fails with not_found, denied or io_failed.
Result<std::string> read_secret_file(const std::string& path);

// Makes the file with mode 0600 and all of `bytes` on the disk, or not at all; never replaces one
// that is there (already_exists). Fails with full, denied or io_failed too.
Result<void> create_secret_file(const std::string& path, std::string_view bytes);

// The file is all of `bytes`, for everybody to read, whatever it was; after a crash it is the old
// one or the new one. Fails with full, denied or io_failed.
Result<void> replace_public_file(const std::string& path, std::string_view bytes);

}  // namespace playback::adapters
