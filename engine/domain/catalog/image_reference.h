// An image reference of a version, without a registry: "<namespace>/<name>:<tag>" (spec 1.3), or
// what the older generation pushes, "omgservers/<namespace>/<name>/<universal|lobby|match>:<tag>".
//
// Only what Docker could ever pull: letters, digits, '.', '_' and '-'; a tag of at most 128.
#pragma once

#include <string_view>

#include "engine/base/result.h"

namespace playback::catalog {

// Whose images a repository of the registry holds.
struct Repository {
    std::string_view space;    // the tenant; empty: this is no repository of a project
    std::string_view name;     // the project
    std::string_view p1_kind;  // "universal", "lobby" or "match" in the older form, else empty
};

// Parts of `path`, which must outlive them; all empty if it has neither form.
Repository parse_repository(std::string_view path);

struct ImageReference {
    std::string_view space;
    std::string_view name;
    std::string_view tag;
};

// Parts of `text`, which must outlive them. Fails with invalid_argument, refusal::wrong_argument.
Result<ImageReference> parse_image_reference(std::string_view text);

}  // namespace playback::catalog
