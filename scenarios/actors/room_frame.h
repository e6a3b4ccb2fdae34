// What players and runtimes of our scenarios say to each other in real time.
//
// A player counts what it says on one socket; the runtime says it back with the number of its own
// socket, so that whoever hears it can tell what must have come before.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace playback::scenarios {

struct RoomFrame {
    std::uint64_t client = 0;   // who said it
    std::uint64_t session = 0;  // its socket, counted by the player
    std::uint64_t number = 0;   // of what it said on it, from 1
    std::uint64_t runtime = 0;  // who says it back; 0: nobody yet
    std::uint64_t life = 0;     // its socket, counted by the runtime
    bool is_for_all = false;
};

std::string to_json(const RoomFrame& frame);
// Fails with invalid_argument if it is none of ours.
Result<RoomFrame> parse_room_frame(std::string_view json);

}  // namespace playback::scenarios
