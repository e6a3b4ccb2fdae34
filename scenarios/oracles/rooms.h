// RoomOracle: what is said in real time, at most once and in order.
//
//   room-sender  a runtime is told truly who said it
//   room-order   of what a player says on one socket, a runtime hears on one socket of its own all
//                without a gap, once it has heard something; and so does the player what is said
//                back
//   room-closed  a player hears only its own runtime, and what is for it or for all
#pragma once

#include <cstdint>
#include <map>
#include <tuple>

#include "scenarios/actors/room_frame.h"
#include "scenarios/oracles/court.h"

namespace playback::scenarios {

class RoomOracle {
public:
    explicit RoomOracle(Court& court) : court_(court) {}

    // A runtime was told that `sender` said this.
    void received(std::uint64_t sender, const RoomFrame& frame);
    // A client heard this on its socket of that number, in the room of that runtime.
    void heard(std::uint64_t client,
               std::uint64_t session,
               std::uint64_t runtime,
               const RoomFrame& frame);

    // Frames that arrived, in either direction.
    [[nodiscard]] std::uint64_t frames() const { return frames_; }

private:
    // (runtime, its socket, client, its socket)
    using Line = std::tuple<std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t>;
    void check_order(std::map<Line, std::uint64_t>& last, const RoomFrame& frame, const char* who);

    Court& court_;
    std::map<Line, std::uint64_t> received_;
    std::map<Line, std::uint64_t> heard_;
    std::uint64_t frames_ = 0;
};

}  // namespace playback::scenarios
