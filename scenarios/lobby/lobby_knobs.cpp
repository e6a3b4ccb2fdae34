// What the knobs of lobby plans may be.
#include <algorithm>
#include <cstdint>

#include "scenarios/lobby/lobby_plan.h"
#include "sim/picker.h"

namespace playback::scenarios {

std::vector<KnobLimit> lobby_knobs() {
    constexpr std::int64_t day_ms = 24 * 60 * 60 * 1000;
    return {{"max_assignments", 1'000'000},
            {"min_lobbies", 100},
            {"max_matches", 4096},
            {"tickets", 1},
            {"ticket_timeout_s", day_ms / 1000},
            {"drain_seconds", day_ms / 1000},
            {"pool_hosts", more_hosts_max},
            {"long_poll", 1},
            {"poll_interval_ms", day_ms},
            {"p1_percent", 100},
            {"durability", 2},
            {"slots", 1024},
            {"fault_points", 1},
            {"client_inactive_ms", day_ms},
            {"runtime_inactive_ms", day_ms},
            {"runtime_boot_ms", day_ms},
            {"purge_after_ms", day_ms},
            {"request_timeout_ms", day_ms},
            {"healed_core", 15},
            {"strategy", sim::strategies - 1},
            {"draw_ties", 1},
            {"disk", INT64_MAX},
            {"manners", 1},
            {"socket_percent", 100},
            {"socket_ping_ms", day_ms},
            {"socket_inactive_ms", day_ms},
            {"room_grace_ms", day_ms},
            {"socket_token_ms", day_ms}};
}

std::uint32_t matches_allowed(const sim::Plan& plan) {
    const bool is_match = plan.scenario == match_scenario;
    const std::int64_t least = is_match ? 1 : 0;
    return static_cast<std::uint32_t>(
        std::max<std::int64_t>(plan.knob("max_matches", is_match ? 16 : 0), least));
}

}  // namespace playback::scenarios
