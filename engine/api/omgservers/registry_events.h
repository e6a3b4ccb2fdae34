// What the image registry tells: the notifications of the distribution's registry (omgservers.md
// 1.8), read strictly and within bounds. Pure.
//
// {"events": [{"action": "push", "target": {"repository": "...", "tag": "..."}, ...}]}. Only pushes
// of something with a tag are kept: layers are pushed too, and have none. Other actions and members
// nobody knows are ignored, so that a newer registry is no trouble.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace playback::omgservers {

inline constexpr std::size_t registry_events_max = 256;  // of one notification

struct RegistryPush {
    std::string repository;
    std::string tag;

    friend bool operator==(const RegistryPush&, const RegistryPush&) = default;
};

// Fails with invalid_argument, naming the member.
Result<std::vector<RegistryPush>> read_registry_events(std::string_view body);

}  // namespace playback::omgservers
