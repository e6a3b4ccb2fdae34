// An image reference of a version: "<namespace>/<name>:<tag>", without a registry (spec 1.3).
//
// Only what Docker could ever pull: letters, digits, '.', '_' and '-'; a tag of at most 128.
#pragma once

#include <string_view>

#include "engine/base/result.h"

namespace playback::catalog {

struct ImageReference {
    std::string_view space;
    std::string_view name;
    std::string_view tag;
};

// Parts of `text`, which must outlive them. Fails with invalid_argument, refusal::wrong_argument.
Result<ImageReference> parse_image_reference(std::string_view text);

}  // namespace playback::catalog
