#include "scenarios/run.h"

#include "scenarios/lobby/lobby_plan.h"
#include "scenarios/lobby/lobby_run.h"
#include "scenarios/lobby/lobby_words.h"

namespace playback::scenarios {
namespace {

std::uint64_t sum(const std::map<std::string, std::uint64_t>& counts) {
    std::uint64_t total = 0;
    for (const auto& [name, count] : counts) total += count;
    return total;
}

}  // namespace

std::uint64_t RunReport::faults_total() const {
    return sum(faults);
}
std::uint64_t RunReport::checks_total() const {
    return sum(checks);
}

const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> all{
        {lobby_scenario,
         "players meet game runtimes in lobbies",
         {"small", "short", "reference", "polling"},
         draw_lobby_plan,
         run_lobby,
         words_of_lobby_op,
         promise_of_lobby,
         lobby_knobs()},
        {match_scenario,
         "players look for matches from lobbies, and come back",
         {"small", "short"},
         draw_match_plan,
         run_lobby,
         words_of_lobby_op,
         promise_of_lobby,
         lobby_knobs()},
        {rollout_scenario,
         "new versions are rolled out over those that are played",
         {"small", "short"},
         draw_rollout_plan,
         run_lobby,
         words_of_lobby_op,
         promise_of_lobby,
         lobby_knobs()},
        {realtime_scenario,
         "players talk to their runtimes over sockets, and in real time",
         {"small", "short"},
         draw_realtime_plan,
         run_lobby,
         words_of_lobby_op,
         promise_of_lobby,
         lobby_knobs()},
    };
    return all;
}

const Scenario* find_scenario(std::string_view name) {
    for (const Scenario& scenario : scenarios()) {
        if (scenario.name == name) return &scenario;
    }
    return nullptr;
}

Result<void> check_knobs(const Scenario& scenario, const sim::Plan& plan) {
    for (const KnobLimit& limit : scenario.knobs) {
        const std::int64_t value = plan.knob(limit.name, 0);
        if (value >= 0 && value <= limit.most) continue;
        return Error{Errc::invalid_argument,
                     "knobs." + std::string(limit.name) + ": must be a number from 0 to " +
                         std::to_string(limit.most)};
    }
    return {};
}

}  // namespace playback::scenarios
