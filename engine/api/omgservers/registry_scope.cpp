#include "engine/api/omgservers/registry_scope.h"

#include <algorithm>

namespace playback::omgservers {
namespace {

constexpr std::string_view type = "repository:";
constexpr std::size_t action_bytes_max = 32;

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// "<a>/<b>/...": no empty parts, none that begins with a mark, and nothing that a path must not be.
bool is_repository(std::string_view name) {
    if (name.empty() || name.size() > repository_bytes_max) return false;
    char before = '/';
    for (const char c : name) {
        const bool is_mark = c == '.' || c == '_' || c == '-' || c == '/';
        if (!is_letter_or_digit(c) && (!is_mark || before == '/')) return false;
        before = c;
    }
    return before != '/';
}

bool is_action(std::string_view word) {
    return word == "*" || (!word.empty() && word.size() <= action_bytes_max &&
                           std::ranges::all_of(word, is_letter_or_digit));
}

}  // namespace

bool RegistryScope::has_namespace() const {
    return repository.contains('/');
}

std::optional<RegistryScope> parse_scope(std::string_view text) {
    if (!text.starts_with(type)) return std::nullopt;
    text.remove_prefix(type.size());
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    RegistryScope scope;
    scope.repository = text.substr(0, colon);
    if (!is_repository(scope.repository)) return std::nullopt;
    text.remove_prefix(colon + 1);
    for (;;) {
        const std::size_t comma = text.find(',');
        const std::string_view action = text.substr(0, comma);
        if (!is_action(action) || scope.actions.size() == scope_actions_max) return std::nullopt;
        if (std::ranges::find(scope.actions, action) == scope.actions.end())
            scope.actions.emplace_back(action);
        if (comma == std::string_view::npos) return scope;
        text.remove_prefix(comma + 1);
    }
}

void add_scopes(std::vector<RegistryScope>& scopes, std::string_view text) {
    while (!text.empty() && scopes.size() < scopes_max) {
        const std::size_t end = std::min(text.find(' '), text.size());
        std::optional<RegistryScope> scope = parse_scope(text.substr(0, end));
        if (scope) scopes.push_back(*std::move(scope));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

}  // namespace playback::omgservers
