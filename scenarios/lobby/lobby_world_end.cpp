// How a run of the lobby ends: the faults stop, the world settles, and is judged for the last time.
#include <algorithm>

#include "engine/base/hash.h"
#include "scenarios/lobby/labels.h"
#include "scenarios/lobby/lobby_plan.h"
#include "scenarios/lobby/lobby_world.h"
#include "scenarios/lobby/players_program.h"

namespace playback::scenarios {
namespace {

// A run that is not judged any more goes on for so long: it must not crash.
constexpr Duration afterlife = seconds(10);

}  // namespace

// A short run is over after five seconds; what has not come by then is not judged.
Instant LobbyWorld::settled_by() const {
    if (!died_.empty()) return world_.now() + afterlife;
    const Instant limit = world_.now() + time_to_settle();
    return plan_.profile == "short" ? std::min(limit, Instant{} + short_run) : limit;
}

bool LobbyWorld::is_in_core(std::size_t players) const {
    const std::int64_t core = plan_.knob("healed_core", 0);
    return core == 0 || (core >> players & 1) != 0;
}

// The faults stop. With a healed core, some machines of players stay as broken as they are, and
// some of those are cut off besides: the others must be served all the same.
void LobbyWorld::heal() {
    // Channels that went on to wait would not be through in time with what restarts left in them.
    backend_->fault_points().set("kernel.late_departure", 0);
    std::vector<std::string> broken;
    for (std::size_t i = 0; i < player_nodes_.size(); ++i)
        if (!is_in_core(i)) broken.push_back(player_nodes_[i]->name());
    for (const std::string& name : broken) {
        Random random = Random::stream(plan_.seed, "cut off for good", hash_bytes(name));
        if (!random.chance(1, 2)) continue;
        faults_.schedule({.at = world_.now(),
                          .duration = seconds(3'600),
                          .kind = "link_partition",
                          .target = name + "|*"});
    }
    world_.run_until(world_.now());
    faults_.end_all([&broken](const sim::PlanFault& fault) {
        return fault.kind != "season_start" && std::ranges::any_of(broken, [&](const auto& name) {
                   return fault.target.find(name) != std::string::npos;
               });
    });
    end_operations();
    judge_.owe_only([this](std::uint32_t player) { return is_in_core(player % player_machines); });
}

// Who has left holds his seat until he counts as inactive. Where seats run out, after a herd or
// when players with many troubles have left several clients behind, who waits for one waits as
// long.
Duration LobbyWorld::time_to_settle() const {
    constexpr std::int64_t left_behind = 3;  // by a player, while the first still has a seat
    const auto is_herd = [](const sim::PlanFault& fault) { return fault.kind == "season_start"; };
    const std::int64_t players = sim::number_of(plan_.topology, "players");
    const std::int64_t seats = containers_max * plan_.knob("max_assignments", 8);
    const bool seats_run_out =
        seats < players * (1 + left_behind) || std::ranges::any_of(plan_.faults, is_herd);
    const Duration inactive = milliseconds(plan_.knob("client_inactive_ms", 30'000));
    // An old deployment ends when those who have gone silent in it count as inactive.
    if (plan_.scenario == rollout_scenario)
        return settle_time + inactive + seconds(plan_.knob("drain_seconds", 0));
    return seats_run_out ? settle_time + inactive : settle_time;
}

bool LobbyWorld::is_settled() {
    ask_for_wanted();
    if (!game_ || !backend_->alive()) return false;
    for (std::size_t i = 0; i < player_nodes_.size(); ++i) {
        const auto& players = static_cast<const PlayersProgram&>(*player_nodes_[i]->program());
        if (is_in_core(i) && !players.is_quiet()) return false;
    }
    return judge_.is_settled() && containers_match() && matches_are_found() &&
           deployments_are_drained();
}

void LobbyWorld::ask_for_wanted() {
    if (!game_ || !backend_->alive()) return;
    auto& backend = static_cast<Backend&>(*backend_->program());
    if (!backend.is_serving()) return;
    const auto listed = [this](Backend::Runtimes runtimes) { wanted_ = std::move(runtimes); };
    if (plan_.scenario == rollout_scenario) {
        Backend::StageOf stage;
        stage.developer = UserId{number_in(game_->developer)};
        stage.tenant = TenantId{number_in(game_->tenant)};
        stage.project = catalog::Ref{number_in(game_->project), {}};
        stage.stage = catalog::Ref{number_in(game_->stage), {}};
        backend.list_runtimes(stage, listed);
        return;
    }
    backend.list_runtimes(DeploymentId{number_in(game_->deployment)}, listed);
}

bool LobbyWorld::containers_match() const {
    if (!wanted_ || wanted_->of_deployment != wanted_->of_pool) return false;
    std::vector<std::uint64_t> running;
    for (const io::ContainerStatus& container : docker_->containers()) {
        if (container.state != io::ContainerState::running) return false;
        running.push_back(label_number(container.labels, runtime_label));
    }
    // What is left on a host that was removed while it did not answer ends by itself.
    for (const std::unique_ptr<sim::ContainerDaemon>& daemon : more_dockers_) {
        for (const io::ContainerStatus& container : daemon->containers())
            if (container.state == io::ContainerState::running)
                running.push_back(label_number(container.labels, runtime_label));
    }
    std::sort(running.begin(), running.end());
    return running == wanted_->of_deployment;
}

// One may wait for the second of a duel; and nobody can play when there are as many matches as
// there may be.
bool LobbyWorld::matches_are_found() const {
    const std::size_t allowed = matches_allowed(plan_);
    if (allowed == 0) return true;
    return wanted_ && std::ranges::all_of(wanted_->stands, [&](const Backend::Stand& one) {
               return one.matchmaking <= 1 || one.matches >= allowed;
           });
}

// One is open; what it has closed is there as long as somebody plays there, and may.
bool LobbyWorld::deployments_are_drained() const {
    if (plan_.scenario != rollout_scenario) return true;
    if (!wanted_) return false;
    const bool is_limited = plan_.knob("drain_seconds", 0) != 0;
    std::size_t open = 0;
    for (const Backend::Stand& one : wanted_->stands) {
        if (one.is_open)
            ++open;
        else if (one.clients == 0 || is_limited)
            return false;
    }
    return open == 1;
}

void LobbyWorld::judge_end(bool settled) {
    if (settled) {
        for (const char* invariant : {"all-assigned", "no-lost-message", "containers-as-wanted"})
            world_.checked(invariant);
        if (matches_allowed(plan_) != 0) world_.checked("match-found");
        if (plan_.scenario == rollout_scenario) world_.checked("rollout-drained");
        return;
    }
    if (!game_) {
        world_.report("game-made", "studio", game_.error().detail);
        return;
    }
    if (!backend_->alive()) {
        world_.report("backend-lives", "node", "the backend does not run when all is quiet");
        return;
    }
    describe_end();
    judge_.check_settled();
    if (world_.ended()) return;
    if (!containers_match()) {
        const std::size_t of_deployment = wanted_ ? wanted_->of_deployment.size() : 0;
        const std::size_t of_pool = wanted_ ? wanted_->of_pool.size() : 0;
        world_.report("containers-as-wanted",
                      "container",
                      std::to_string(of_deployment) + " lobbies and matches are open, " +
                          std::to_string(of_pool) + " containers are wanted and " +
                          std::to_string(docker_->containers().size()) + " exist, or others");
        return;
    }
    if (!matches_are_found()) {
        world_.report(
            "match-found", "client", "clients look for a match and find none when all is quiet");
        return;
    }
    if (!deployments_are_drained()) {
        world_.report("rollout-drained",
                      "deployment",
                      "a deployment is there that nobody needs, or more than one is open");
        return;
    }
    world_.report("players-served", "player", "a player has not been served when all is quiet");
}

// For whoever reads the log of a run that did not settle.
void LobbyWorld::describe_end() {
    const auto say = [this](std::string_view line) {
        if (options_.log) options_.log(line);
    };
    auto& backend = static_cast<Backend&>(*backend_->program());
    if (backend.is_serving()) {
        // Also if nobody reads it: whether somebody does must not change what a run is.
        if (!wanted_) backend.describe(DeploymentId{number_in(game_->deployment)}, say);
        for (const Backend::Stand& one : wanted_ ? wanted_->stands : std::vector<Backend::Stand>{})
            backend.describe(one.deployment, say);
        world_.run_until(world_.now() + seconds(1));
    }
    if (!options_.log) return;
    for (const std::uint64_t runtime : wanted_ ? wanted_->of_pool : std::vector<std::uint64_t>{}) {
        options_.log("wanted: the container of runtime " + std::to_string(runtime));
    }
    for (const io::ContainerStatus& container : docker_->containers()) {
        const bool runs = container.state == io::ContainerState::running;
        options_.log("exists: " + container.name + (runs ? ", running" : ", " + container.reason));
    }
    for (const sim::SimNode* node : player_nodes_) {
        static_cast<const PlayersProgram&>(*node->program()).describe(options_.log);
    }
    for (const auto& [kind, count] : faults_.injected()) {
        options_.log("fault: " + kind + " " + std::to_string(count));
    }
}

}  // namespace playback::scenarios
