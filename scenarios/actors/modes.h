// Modes: what can be played in matches of the game of our scenarios.
#pragma once

#include <cstdint>
#include <string_view>

namespace playback::scenarios {

// A duel needs two, one of each colour; a team plays as soon as somebody is there.
inline constexpr std::string_view config_with_matches =
    R"({"version":"V1","modes":[{"name":"duel","min_players":2,"max_players":2,"groups":[)"
    R"({"name":"red","min_players":1,"max_players":1},)"
    R"({"name":"blue","min_players":1,"max_players":1}]},)"
    R"({"name":"team","min_players":1,"max_players":3,"groups":[)"
    R"({"name":"all","min_players":1,"max_players":3}]}],"user_data":{}})";

// Of a mode, or of a group of it; 0: there is none of that name.
constexpr std::uint32_t seats_of_mode(std::string_view mode) {
    return mode == "duel" ? 2 : mode == "team" ? 3 : 0;
}
// Without how many no match of it begins; 0: there is none of that name.
constexpr std::uint32_t needed_of_mode(std::string_view mode) {
    return mode == "duel" ? 2 : mode == "team" ? 1 : 0;
}
constexpr std::uint32_t seats_of_group(std::string_view mode, std::string_view group) {
    if (mode == "duel") return group == "red" || group == "blue" ? 1 : 0;
    return mode == "team" && group == "all" ? 3 : 0;
}

}  // namespace playback::scenarios
