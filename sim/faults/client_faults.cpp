// Clients that are broken, hostile or on the move. The scenario's strangers and players do it.
#include "sim/faults/kinds.h"

namespace playback::sim {

std::vector<FaultKind> client_faults() {
    constexpr std::int64_t ms = 1'000'000;
    const auto kind = [](FaultKind row) {
        row.group = "client";
        return row;
    };
    return {
        kind({.name = "client_slow_loris",
              .what = "somebody opens connections and sends a byte now and then",
              .probe = "unfinished requests",
              .parameters = {{"connections", 1, 20, "at once"},
                             {"pause_ns", 20 * ms, 2'000 * ms, "between two bytes"}}}),
        kind({.name = "client_never_reads",
              .what = "somebody asks again and again and takes no answer",
              .probe = "unread answers",
              .parameters = {{"connections", 1, 10, "at once"}}}),
        kind({.name = "client_abandons",
              .what = "somebody hangs up as soon as the request has left",
              .probe = "abandoned calls",
              .parameters = {{"pause_ns", 5 * ms, 500 * ms, "between two calls"}}}),
        kind({.name = "client_pipelines",
              .what = "somebody sends many requests before the first answer",
              .probe = "pipelined calls",
              .parameters = {{"depth", 2, 64, "requests at once"}}}),
        kind({.name = "client_garbage",
              .what = "somebody sends what is not HTTP",
              .probe = "calls refused as no HTTP",
              .parameters = {{"pause_ns", 5 * ms, 500 * ms, "between two calls"}}}),
        kind({.name = "client_malformed",
              .what = "somebody sends bodies that are no requests",
              .probe = "calls refused as malformed",
              .parameters = {{"pause_ns", 5 * ms, 500 * ms, "between two calls"}}}),
        kind({.name = "client_oversized",
              .what = "somebody announces and sends more than is allowed",
              .probe = "calls refused as too large",
              .parameters = {{"pause_ns", 5 * ms, 500 * ms, "between two calls"}}}),
        kind({.name = "client_forged_token",
              .what = "somebody calls with tokens that nobody signed",
              .probe = "calls refused as foreign",
              .parameters = {{"pause_ns", 5 * ms, 500 * ms, "between two calls"}}}),
        kind({.name = "client_lies_ids",
              .what = "a signed-up user names clients that are not theirs",
              .probe = "lies about ids",
              .parameters = {{"pause_ns", 5 * ms, 500 * ms, "between two calls"}}}),
        kind({.name = "client_lies_sequence",
              .what = "a player acknowledges messages that never were, and old ones again",
              .probe = "lies about sequence",
              .parameters = {{"pause_ns", 5 * ms, 500 * ms, "between two calls"}}}),
        kind({.name = "client_replays",
              .what = "somebody sends a recorded call of a player again",
              .probe = "replayed calls",
              .parameters = {{"pause_ns", 5 * ms, 500 * ms, "between two calls"}}}),
        kind({.name = "client_address_change",
              .lasts = false,
              .what = "players get new addresses in mid-session: old connections are silent",
              .probe = "changed addresses",
              .parameters = {{"players", 1, 30, "at most"}}}),
    };
}

}  // namespace playback::sim
