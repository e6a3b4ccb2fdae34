#include "engine/api/omgservers/configs.h"

#include <string>
#include <string_view>

#include "engine/api/omgservers/members.h"
#include "engine/wire/json_reader.h"

namespace playback::omgservers {
namespace {

// What is not positive becomes 0, which the rules refuse, or take as "default" where 3.3 says so.
std::uint32_t read_count(wire::JsonReader& in) {
    if (in.null()) return 0;
    const std::int32_t value = in.int32();
    return value < 0 ? 0 : static_cast<std::uint32_t>(value);
}

// The same for a setting that keeps its default when it is null.
void read_setting(wire::JsonReader& in, std::uint32_t& setting) {
    if (in.null()) return;
    const std::int32_t value = in.int32();
    if (value < 0)
        in.refuse("a number that is not negative is expected");
    else
        setting = static_cast<std::uint32_t>(value);
}

matchmaking::GroupRules read_group(wire::JsonReader& in) {
    matchmaking::GroupRules group{{}, 0, 0};
    in.object([&](std::string_view name) {
        if (name == "name" && !in.null()) group.name = in.string();
        if (name == "min_players") group.min_players = read_count(in);
        if (name == "max_players") group.max_players = read_count(in);
    });
    return group;
}

matchmaking::SkillRules read_skill(wire::JsonReader& in) {
    matchmaking::SkillRules skill;
    in.object([&](std::string_view name) {
        if (name == "attribute" && !in.null()) skill.attribute = in.string();
        if (name == "window") read_setting(in, skill.window);
        if (name == "growth_per_second") read_setting(in, skill.growth_per_second);
        if (name == "window_max") read_setting(in, skill.window_max);
    });
    return skill;
}

// The number of an object that has no other.
void read_only_setting(wire::JsonReader& in, std::string_view member, std::uint32_t& setting) {
    in.object([&](std::string_view name) {
        if (name == member) read_setting(in, setting);
    });
}

// `parties`, `skill`, `regions` and `timeout_seconds` are ours.
matchmaking::ModeRules read_mode(wire::JsonReader& in) {
    matchmaking::ModeRules mode;
    mode.min_players = mode.max_players = 0;
    in.object([&](std::string_view name) {
        if (name == "name" && !in.null()) mode.name = in.string();
        if (name == "min_players") mode.min_players = read_count(in);
        if (name == "max_players") mode.max_players = read_count(in);
        if (name == "groups" && !in.null())
            in.array([&] { mode.groups.push_back(read_group(in)); });
        if (name == "parties" && !in.null()) read_only_setting(in, "max_size", mode.party_max);
        if (name == "skill" && !in.null()) mode.skill = read_skill(in);
        if (name == "regions" && !in.null())
            read_only_setting(in, "max_latency_ms", mode.latency_max_ms.emplace(0));
        if (name == "timeout_seconds") read_setting(in, mode.timeout_s);
    });
    return mode;
}

void read_lobby(wire::JsonReader& in, lobby::DeploymentConfig& config) {
    in.object([&](std::string_view name) {
        if (name == "max_assignments") read_setting(in, config.lobby_max_assignments);
        if (name == "min_lifetime") read_setting(in, config.lobby_min_lifetime_s);
        if (name == "cpu_limit") read_setting(in, config.lobby_cpu_limit);
        if (name == "memory_limit") read_setting(in, config.lobby_memory_limit);
    });
}

void read_match(wire::JsonReader& in, lobby::DeploymentConfig& config) {
    in.object([&](std::string_view name) {
        if (name == "cpu_limit") read_setting(in, config.match_cpu_limit);
        if (name == "memory_limit") read_setting(in, config.match_memory_limit);
    });
}

lobby::WarmMatches read_warm_matches(wire::JsonReader& in, std::string_view mode) {
    lobby::WarmMatches warm{std::string(mode), 0};
    read_only_setting(in, "min_matches", warm.min_matches);
    return warm;
}

void read_matchmaker(wire::JsonReader& in, lobby::DeploymentConfig& config) {
    in.object([&](std::string_view name) {
        if (name == "max_matches") read_setting(in, config.max_matches);
        if (name == "modes" && !in.null())
            in.object([&](std::string_view mode) {
                if (!in.null()) config.warm_matches.push_back(read_warm_matches(in, mode));
            });
    });
}

// "V1" is the only version there is.
void read_version(wire::JsonReader& in) {
    if (in.null()) return;
    if (in.string() != "V1" && in.ok()) in.refuse("version \"V1\" is expected");
}

}  // namespace

Result<catalog::VersionConfig> read_version_config(const JsonText& text) {
    catalog::VersionConfig config;
    wire::JsonReader in(text.view(), request_json);
    in.object([&](std::string_view name) {
        if (name == "version") read_version(in);
        if (name == "modes" && !in.null()) in.array([&] { config.modes.push_back(read_mode(in)); });
    });
    TRY_VOID(in.finish());
    config.whole = text;
    return config;
}

Result<lobby::DeploymentConfig> read_deployment_config(const JsonText& text) {
    lobby::DeploymentConfig config;
    if (text.empty()) return config;
    wire::JsonReader in(text.view(), request_json);
    in.object([&](std::string_view name) {
        if (name == "version") read_version(in);
        if (name == "min_lobbies") read_setting(in, config.min_lobbies);
        if (name == "max_lobbies") read_setting(in, config.max_lobbies);
        if (name == "drain_seconds") read_setting(in, config.drain_seconds);  // ours
        if (name == "lobby" && !in.null()) read_lobby(in, config);
        if (name == "match" && !in.null()) read_match(in, config);
        if (name == "matchmaker" && !in.null()) read_matchmaker(in, config);
    });
    TRY_VOID(in.finish());
    config.whole = text;
    return config;
}

}  // namespace playback::omgservers
