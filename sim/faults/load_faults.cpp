// More than usual, all at once. The scenario's players and strangers do it.
#include "sim/faults/kinds.h"

namespace playback::sim {

std::vector<FaultKind> load_faults() {
    constexpr std::int64_t ms = 1'000'000;
    const auto kind = [](FaultKind row) {
        row.group = "load";
        return row;
    };
    return {
        kind({.name = "region_blip",
              .what = "a region is cut off for a moment, then its players all come back at once",
              .probe = "new clients"}),
        kind({.name = "reconnect_storm",
              .lasts = false,
              .what = "all players of a region lose their connections and sign in again",
              .probe = "new clients"}),
        kind({.name = "season_start",
              .what = "a herd of new players joins, and leaves at the end",
              .probe = "new users",
              .parameters = {{"players", 5, 60, "that join"},
                             {"within_ns", 1 * ms, 2'000 * ms, "from the first to the last"}}}),
        kind({.name = "mass_leave",
              .what = "all players of a region go silent, and come back at the end",
              .probe = "new clients"}),
        kind({.name = "chatter",
              .lasts = false,
              .what = "every player of a region says much at once",
              .probe = "messages",
              .parameters = {{"messages", 2, 50, "each"}}}),
        kind({.name = "hot_player",
              .lasts = false,
              .what = "one player says very much at once",
              .probe = "messages",
              .parameters = {{"messages", 50, 256, "at once"}}}),
        kind({.name = "idle_connections",
              .what = "somebody opens connections and says nothing",
              .probe = "open connections",
              .parameters = {{"connections", 10, 300, "at once"}}}),
        kind({.name = "connection_churn",
              .what = "somebody connects and hangs up again and again",
              .probe = "connections made",
              .parameters = {{"pause_ns", 5 * ms, 500 * ms, "between two"}}}),
        kind({.name = "password_flood",
              .what = "somebody tries passwords",
              .probe = "wrong passwords",
              .parameters = {{"pause_ns", 5 * ms, 500 * ms, "between two"}}}),
    };
}

}  // namespace playback::sim
