// Labels of the containers of a lobby, and numbers in text.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/io/container_host.h"

namespace playback::scenarios {

inline constexpr std::string_view runtime_label = "com.omgservers.playback.runtime";
inline constexpr std::string_view version_label = "com.omgservers.version";
inline constexpr std::string_view attempt_label = "com.omgservers.playback.attempt";

// 0 if the text does not begin with one.
std::uint64_t number_in(std::string_view text);
// 0 if there is no such label.
std::uint64_t label_number(const io::Labels& labels, std::string_view wanted);

}  // namespace playback::scenarios
