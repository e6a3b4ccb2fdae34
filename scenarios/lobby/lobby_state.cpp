// What everybody in a lobby world knows, as text for reports: the judge, and the parts themselves.
#include "scenarios/lobby/lobby_world.h"
#include "scenarios/lobby/players_program.h"

namespace playback::scenarios {
namespace {

std::string of_node(const sim::SimNode& node, Instant now) {
    if (!node.alive()) return "down";
    return node.is_paused(now) ? "stands still" : "runs";
}

sim::EntityState state_of(const io::ContainerStatus& container) {
    sim::EntityState one{"container", container.name, {}};
    const bool runs = container.state == io::ContainerState::running;
    const bool exited = container.state == io::ContainerState::exited;
    one.fields.emplace_back("state", runs ? "running" : exited ? "exited" : "created");
    if (exited) one.fields.emplace_back("reason", container.reason);
    return one;
}

}  // namespace

void LobbyWorld::watch() {
    if (options_.watch == nullptr) return;
    std::vector<std::string> nodes;
    nodes.reserve(player_nodes_.size() + 3);
    for (const sim::SimNode* const players : player_nodes_) nodes.push_back(players->name());
    for (const char* const node : {"studio", "backend", "docker"}) nodes.emplace_back(node);
    options_.watch->begin({world_, [this] { return state(); }, nodes, {{1, "backend"}}});
}

void PlayersProgram::add_state(std::vector<sim::EntityState>& state) const {
    for (const auto& [number, seat] : players_) {
        const Player* const player = seat.player.get();
        sim::EntityState one{"player", std::to_string(number), {}};
        const auto id = [](std::uint64_t value) {
            return value == 0 ? std::string("none") : std::to_string(value);
        };
        one.fields.emplace_back("client", id(player->client()));
        one.fields.emplace_back("runtime", id(player->runtime()));
        one.fields.emplace_back("unsaid", std::to_string(player->unsaid()));
        one.fields.emplace_back("answers heard", std::to_string(player->heard_count()));
        state.push_back(std::move(one));
    }
}

std::vector<sim::EntityState> LobbyWorld::state() const {
    std::vector<sim::EntityState> state;
    judge_.add_state(state);
    for (const sim::SimNode* const node : player_nodes_) {
        if (node->alive() && node->program() != nullptr)
            static_cast<const PlayersProgram&>(*node->program()).add_state(state);
    }
    for (const io::ContainerStatus& container : docker_->containers())
        state.push_back(state_of(container));
    const sim::DiskCounts& disk = disk_->counts();
    sim::EntityState of_disk{"disk", "of backend", {}};
    of_disk.fields.emplace_back("syncs", std::to_string(disk.syncs));
    of_disk.fields.emplace_back("power losses", std::to_string(disk.power_losses));
    of_disk.fields.emplace_back(
        "errors", std::to_string(disk.read_errors + disk.write_errors + disk.sync_errors));
    state.push_back(std::move(of_disk));
    for (const sim::SimNode* const node : world_.nodes()) {
        sim::EntityState one{"node", node->name(), {}};
        one.fields.emplace_back("process", of_node(*node, world_.now()));
        one.fields.emplace_back("lives", std::to_string(node->incarnations()));
        const std::int64_t drift = node->machine().time.drift();
        if (drift != 0) one.fields.emplace_back("clock drift, ppb", std::to_string(drift));
        if (node == backend_ && node->alive() && node->program() != nullptr) {
            const bool serves = static_cast<const Backend&>(*node->program()).is_serving();
            one.fields.emplace_back("serves", serves ? "yes" : "no");
        }
        state.push_back(std::move(one));
    }
    return state;
}

}  // namespace playback::scenarios
