#include "scenarios/oracles/rooms.h"

#include <string>

namespace playback::scenarios {

void RoomOracle::received(std::uint64_t sender, const RoomFrame& frame) {
    ++frames_;
    court_.demand(sender == frame.client, "room-sender", "real-time message", [&] {
        return "runtime " + std::to_string(frame.runtime) + " was told that client " +
               std::to_string(sender) + " said what client " + std::to_string(frame.client) +
               " did";
    });
    check_order(received_, frame, "the runtime");
}

void RoomOracle::heard(std::uint64_t client,
                       std::uint64_t session,
                       std::uint64_t runtime,
                       const RoomFrame& frame) {
    ++frames_;
    const bool is_for_it = frame.is_for_all || frame.client == client;
    court_.demand(is_for_it && frame.runtime == runtime, "room-closed", "real-time message", [&] {
        return "client " + std::to_string(client) + " in the room of runtime " +
               std::to_string(runtime) + " heard runtime " + std::to_string(frame.runtime) +
               " answer client " + std::to_string(frame.client);
    });
    // An answer may come after the client has come back; then nobody knows what was before.
    if (!frame.is_for_all && frame.session == session) check_order(heard_, frame, "the player");
}

void RoomOracle::check_order(std::map<Line, std::uint64_t>& last,
                             const RoomFrame& frame,
                             const char* who) {
    std::uint64_t& before = last[{frame.runtime, frame.life, frame.client, frame.session}];
    court_.demand(
        before == 0 || frame.number == before + 1, "room-order", "real-time message", [&] {
            return "after " + std::to_string(before) + " of client " +
                   std::to_string(frame.client) + " " + who + " heard " +
                   std::to_string(frame.number);
        });
    before = frame.number;
}

}  // namespace playback::scenarios
