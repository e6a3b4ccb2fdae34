// The container hosts of a lobby: who orders what about them, and what is known of those that
// drain.
#include <array>
#include <utility>

#include "scenarios/lobby/labels.h"
#include "scenarios/lobby/lobby_plan.h"
#include "scenarios/lobby/lobby_world.h"
#include "scenarios/lobby/players_program.h"

namespace playback::scenarios {
namespace {

using Deed = std::pair<std::string_view, HostDeed>;
constexpr std::array deeds{Deed{"add_host", HostDeed::add},
                           Deed{"drain_host", HostDeed::drain},
                           Deed{"resume_host", HostDeed::resume},
                           Deed{"remove_host", HostDeed::remove}};

}  // namespace

bool LobbyWorld::perform_operator(const sim::PlanOp& op) {
    constexpr std::string_view prefix = "operator-";
    const auto number = static_cast<std::uint32_t>(number_in(op.actor.substr(prefix.size())));
    sim::SimNode& node = *player_nodes_[number % player_machines];
    if (!node.alive()) return false;
    for (const auto& [kind, deed] : deeds) {
        if (op.kind != kind) continue;
        Operator::Order order;
        order.deed = deed;
        order.host = static_cast<std::size_t>(sim::number_of(op.args, "nth", 0));
        order.force = sim::number_of(op.args, "force", 0) != 0;
        auto& players = static_cast<PlayersProgram&>(*node.program());
        return players.order(order, operator_options(number));
    }
    return false;
}

// In a step of its own: an observer is told of it within a step of the operator's machine.
void LobbyWorld::ask_what_drains(std::size_t host, std::uint64_t draining) {
    world_.after(Duration{}, [this, host, draining] {
        if (!backend_->alive()) return;
        auto& backend = static_cast<Backend&>(*backend_->program());
        if (!backend.is_serving()) return;
        const auto listed = [this, host, draining](std::set<std::uint64_t> runtimes) {
            judge_.host_lists(host, draining, std::move(runtimes));
        };
        backend.list_host(host_addresses()[host], listed);
    });
}

// From now on nobody drains anything, and the configuration's host is open: whoever waits for a
// runtime is to get one.
void LobbyWorld::end_operations() {
    if (plan_.knob("pool_hosts", 0) == 0) return;
    for (std::uint32_t i = 0; i < player_machines; ++i) {
        sim::SimNode& node = *player_nodes_[i];
        if (!node.alive()) continue;
        Operator::Order order;
        order.deed = HostDeed::resume;
        order.is_last = true;
        static_cast<PlayersProgram&>(*node.program()).order(order, operator_options(i));
    }
}

}  // namespace playback::scenarios
