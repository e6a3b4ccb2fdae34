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
         promise_of_lobby},
    };
    return all;
}

const Scenario* find_scenario(std::string_view name) {
    for (const Scenario& scenario : scenarios()) {
        if (scenario.name == name) return &scenario;
    }
    return nullptr;
}

}  // namespace playback::scenarios
