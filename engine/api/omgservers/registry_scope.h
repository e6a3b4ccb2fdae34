// Scopes: what a client of the registry says it wants to do (omgservers.md 1.7):
// "repository:<tenant>/<project>:pull,push". Pure.
//
// A list of them comes in one parameter, separated by spaces, or in several. What cannot be read is
// skipped, as is what is more than scopes_max: such a token just opens nothing there.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace playback::omgservers {

inline constexpr std::size_t scopes_max = 16;             // of one call
inline constexpr std::size_t scope_actions_max = 8;       // of one scope
inline constexpr std::size_t repository_bytes_max = 255;  // as Docker has it

struct RegistryScope {
    std::string repository;  // "ns/img"; without a slash there is no namespace
    std::vector<std::string> actions;

    [[nodiscard]] bool has_namespace() const;
    friend bool operator==(const RegistryScope&, const RegistryScope&) = default;
};

std::optional<RegistryScope> parse_scope(std::string_view text);

// All of the scopes in `text` that can be read, behind those that are in `scopes` already.
void add_scopes(std::vector<RegistryScope>& scopes, std::string_view text);

}  // namespace playback::omgservers
