#include "engine/domain/catalog/version_config.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "engine/base/limits.h"
#include "engine/domain/catalog/limits.h"
#include "engine/domain/catalog/names.h"

namespace playback::catalog {
namespace {

Error refused(const std::string& field, std::string_view mend) {
    return {Errc::invalid_argument, field + " " + std::string(mend)};
}

// What modes and groups have in common.
template <class Named>
Result<void> check_players(const Named& named, const std::string& field) {
    constexpr std::uint32_t players_max = std::numeric_limits<std::int32_t>::max();
    if (name_length(named.name) > limits::name_length_max)
        return refused(field + ".name", "must have at most 64 characters");
    if (named.min_players == 0 || named.min_players > players_max)
        return refused(field + ".min_players", "must be a positive 32-bit number");
    if (named.max_players == 0 || named.max_players > players_max)
        return refused(field + ".max_players", "must be a positive 32-bit number");
    return {};
}

Result<void> check_mode(const matchmaking::ModeRules& mode, const std::string& field) {
    TRY_VOID(check_players(mode, field));
    if (mode.groups.empty()) return refused(field + ".groups", "must have at least one group");
    if (mode.party_max == 0) return refused(field + ".parties.max_size", "must be positive");
    if (mode.skill && mode.skill->attribute.empty())
        return refused(field + ".skill.attribute", "is missing");
    if (mode.groups.size() > limits::groups_max)
        return refused(field + ".groups", "has too many groups");
    for (std::size_t i = 0; i < mode.groups.size(); ++i)
        TRY_VOID(check_players(mode.groups[i], field + ".groups[" + std::to_string(i) + "]"));
    return {};
}

}  // namespace

Result<void> check_version_config(const VersionConfig& config) {
    if (config.whole.empty()) return refused("config", "is missing");
    if (config.whole.size() > playback::limits::json_bytes_max)
        return refused("config", "is too long");
    if (config.modes.size() > limits::modes_max) return refused("modes", "has too many modes");
    for (std::size_t i = 0; i < config.modes.size(); ++i)
        TRY_VOID(check_mode(config.modes[i], "modes[" + std::to_string(i) + "]"));
    return {};
}

}  // namespace playback::catalog
