#include "engine/domain/catalog/image_reference.h"

#include <algorithm>
#include <array>

#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/values.h"

namespace playback::catalog {
namespace {

constexpr std::size_t tag_length_max = 128;
constexpr std::string_view p1_prefix = "omgservers/";
constexpr std::array<std::string_view, 3> p1_kinds = {"universal", "lobby", "match"};

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// A tag or a path component must not begin with a separator.
bool is_part(std::string_view text) {
    return !text.empty() && is_word(text.front()) &&
           std::ranges::all_of(text, [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

}  // namespace

Repository parse_repository(std::string_view path) {
    Repository parts;
    if (path.starts_with(p1_prefix)) {
        const std::string_view rest = path.substr(p1_prefix.size());
        const std::size_t last = rest.rfind('/');
        const std::string_view kind = last == std::string_view::npos ? rest : rest.substr(last + 1);
        if (std::ranges::find(p1_kinds, kind) != p1_kinds.end() &&
            rest.substr(0, last).contains('/')) {
            parts.p1_kind = kind;
            path = rest.substr(0, last);
        }
    }
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return {};
    parts.space = path.substr(0, slash);
    parts.name = path.substr(slash + 1);
    if (!is_part(parts.space) || !is_part(parts.name)) return {};
    return parts;
}

Result<ImageReference> parse_image_reference(std::string_view text) {
    const Error wrong{Errc::invalid_argument, refusal::wrong_argument};
    if (text.size() > limits::image_length_max) return wrong;
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return wrong;
    const Repository path = parse_repository(text.substr(0, colon));
    const ImageReference parts{path.space, path.name, text.substr(colon + 1)};
    if (parts.space.empty() || !is_part(parts.tag)) return wrong;
    if (parts.tag.size() > tag_length_max) return wrong;
    return parts;
}

}  // namespace playback::catalog
