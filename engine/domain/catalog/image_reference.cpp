#include "engine/domain/catalog/image_reference.h"

#include <algorithm>

#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/values.h"

namespace playback::catalog {
namespace {

constexpr std::size_t tag_length_max = 128;

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// A tag or a path component must not begin with a separator.
bool is_part(std::string_view text) {
    return !text.empty() && is_word(text.front()) &&
           std::ranges::all_of(text, [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

}  // namespace

Result<ImageReference> parse_image_reference(std::string_view text) {
    const Error wrong{Errc::invalid_argument, refusal::wrong_argument};
    if (text.size() > limits::image_length_max) return wrong;
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return wrong;
    const std::size_t colon = text.find(':', slash);
    if (colon == std::string_view::npos) return wrong;

    const ImageReference parts{
        text.substr(0, slash), text.substr(slash + 1, colon - slash - 1), text.substr(colon + 1)};
    if (!is_part(parts.space) || !is_part(parts.name) || !is_part(parts.tag)) return wrong;
    if (parts.tag.size() > tag_length_max) return wrong;
    return parts;
}

}  // namespace playback::catalog
