// PlayersProgram: the players of one machine: a program that starts them when the plan says so.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/actors/clerk.h"
#include "scenarios/actors/observer.h"
#include "scenarios/actors/operator.h"
#include "scenarios/actors/player.h"
#include "sim/node.h"
#include "sim/plan.h"
#include "sim/watch.h"

namespace playback::scenarios {

class PlayersProgram final : public sim::Program {
public:
    PlayersProgram(sim::SimNode& node, Observer& observer)
        : node_(node), observer_(observer), tasks_(node.io().executor) {}

    // False if the operation means nothing to this player now.
    bool perform(std::uint32_t number, std::string_view kind, const PlayerOptions& options);
    // The same for all who have joined.
    void all(std::string_view kind);
    // The player calls from another address from now on; what was open goes silent.
    bool move(std::uint32_t number, const std::string& address);

    // The same for a clerk, who comes to work with the first order.
    bool order(const sim::PlanOp& op, const ClerkOptions& options);
    // The same for an operator.
    bool order(Operator::Order order, const OperatorOptions& options);
    [[nodiscard]] bool is_quiet() const;
    [[nodiscard]] std::vector<std::uint32_t> numbers() const;
    // Messages of a player that have not been acknowledged.
    [[nodiscard]] std::size_t unsaid(std::uint32_t number) const;
    // The clients that they have now.
    [[nodiscard]] std::vector<std::uint64_t> clients() const;
    // Says who is not quiet.
    void describe(const std::function<void(std::string_view)>& log) const;
    // What they know, for reports (lobby_state.cpp).
    void add_state(std::vector<sim::EntityState>& state) const;

private:
    struct Seat {
        std::unique_ptr<Player> player;
        std::string address;
    };

    static bool tell(Player& player, std::string_view kind);

    sim::SimNode& node_;
    Observer& observer_;
    std::map<std::uint32_t, Seat> players_;
    std::map<std::uint32_t, std::unique_ptr<Clerk>> clerks_;
    std::map<std::uint32_t, std::unique_ptr<Operator>> operators_;
    io::TaskGroup tasks_;
};

}  // namespace playback::scenarios
