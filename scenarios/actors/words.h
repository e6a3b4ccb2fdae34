// Words: the messages that players and runtimes of our scenarios exchange, and paths of the API.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace playback::scenarios {

inline constexpr std::string_view entrypoint = "/service/v1/entrypoint/";

// "/service/v1/entrypoint/player/request/create-user"
std::string path_of(std::string_view role, std::string_view method);

// What a player says, and what the runtime answers: {"n":serial,"op":"echo"|"profile"|"show"}. With
// "profile" the runtime saves {"v":serial} before it answers; with "show" the answer has "p": the
// version of the profile that the client came with. Another "op" is a wish: a mode that the player
// looks for from a lobby, "cancel" to look no more and "where" to ask how that stands, "leave" or
// "stop" in a match, or "upgrade" to a real-time socket.
struct GameMessage {
    std::uint64_t serial = 0;
    bool sets_profile = false;
    bool shows_profile = false;
    std::uint64_t profile = 0;  // in the answer to "show"
    std::uint64_t padding = 0;  // bytes that make it long; "pad" is echoed
    std::string wish;
};

std::string to_json(const GameMessage& message);
// Fails with invalid_argument if it is none of ours.
Result<GameMessage> parse_game_message(std::string_view json);

// {"v":7} gives 7; {} gives 0.
std::uint64_t profile_version(std::string_view json);

}  // namespace playback::scenarios
