// Names: how long a text is as the reference counts it, and what may be an alias.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/base/result.h"

namespace playback::catalog {

// The length of well-formed UTF-8 in UTF-16 units, as Java counts; longer than any limit if it is
// not well-formed.
std::size_t name_length(std::string_view text);

// Fails with invalid_argument: not 1 to 64 characters, or not UTF-8.
Result<void> check_alias(std::string_view text);

}  // namespace playback::catalog
