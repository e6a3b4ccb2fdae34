// Plans of the lobby scenario: who plays, what they do, what goes wrong.
//
// A plan is drawn from a seed and a profile and says everything; running it draws nothing about it.
// Machines are named backend, docker and players-0 .. players-3; times are absolute, and the first
// `game_ready` seconds belong to the studio that makes the game.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "scenarios/run.h"
#include "sim/plan.h"

namespace playback::scenarios {

inline constexpr std::string_view lobby_scenario = "lobby";
inline constexpr std::string_view match_scenario = "match";
inline constexpr std::string_view rollout_scenario = "rollout";
inline constexpr std::string_view realtime_scenario = "realtime";
inline constexpr std::uint32_t player_machines = 4;
inline constexpr std::uint32_t more_hosts_max = 4;  // container hosts that operators may add

// When players may come, and how long the world gets to settle after the last fault: 30 s, and
// before that what a call on a connection that went silent takes to give up (8 s of long poll, 5 s
// of patience).
inline constexpr Duration game_ready = seconds(4);
inline constexpr Duration short_run = seconds(5);
inline constexpr Duration settle_time = seconds(13 + 30);
inline constexpr std::uint32_t containers_max = 64;  // of the one host

// "small": up to 30 players and 120 s, faults by swarm; what hunts use. "short": up to 8 players
// and at most 5 s, with nothing wrong that takes long to mend; what counts false alarms.
// "reference": 100 players on long poll, 10 runtimes, 10 minutes, about 20,000 calls. "polling":
// the same with clients that poll each second, as existing SDKs do. Fails with invalid_argument for
// another name.
Result<sim::Plan> draw_lobby_plan(std::uint64_t seed, std::string_view profile);

// The same players, who look for matches, leave them, and stop them.
Result<sim::Plan> draw_match_plan(std::uint64_t seed, std::string_view profile);

// The same players over sockets, who talk to their runtime in real time, too.
Result<sim::Plan> draw_realtime_plan(std::uint64_t seed, std::string_view profile);

// The lobby, and every other time matches, while clerks roll new versions out over those that are
// played; and every third time an operator adds, drains and removes container hosts meanwhile.
Result<sim::Plan> draw_rollout_plan(std::uint64_t seed, std::string_view profile);

// How many matches a deployment of the players may have at most; 0: its game has lobbies only.
std::uint32_t matches_allowed(const sim::Plan& plan);

// What its knobs may be, far beyond what is drawn.
std::vector<KnobLimit> lobby_knobs();

}  // namespace playback::scenarios
