#include "engine/domain/catalog/names.h"

#include <limits>

#include "engine/base/json_text.h"
#include "engine/domain/catalog/limits.h"

namespace playback::catalog {

std::size_t name_length(std::string_view text) {
    std::size_t units = 0;
    for (std::size_t offset = 0; offset < text.size();) {
        const std::size_t bytes = utf8_sequence(text, offset);
        if (bytes == 0) return std::numeric_limits<std::size_t>::max();
        units += bytes == 4 ? 2 : 1;  // beyond the first plane: a surrogate pair
        offset += bytes;
    }
    return units;
}

Result<void> check_alias(std::string_view text) {
    if (text.empty()) return Error{Errc::invalid_argument, "alias must not be empty"};
    if (name_length(text) > limits::name_length_max)
        return Error{Errc::invalid_argument, "alias must have at most 64 characters of UTF-8"};
    return {};
}

}  // namespace playback::catalog
