// LobbyFaults: the faults of the groups "client" and "load" in a lobby: what its strangers and its
// players do when the plan says so.
//
// Their target is a machine of players, "players-2": its players come back, leave or talk; a
// stranger does its mischief from there.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "scenarios/actors/observer.h"
#include "scenarios/actors/player.h"
#include "scenarios/actors/stranger.h"
#include "sim/fault_driver.h"
#include "sim/plan.h"
#include "sim/world.h"

namespace playback::scenarios {

class PlayersProgram;

class LobbyFaults {
public:
    struct Parts {
        sim::World& world;
        sim::FaultDriver& faults;
        Observer& observer;
        std::vector<sim::SimNode*> player_nodes;
        StrangerOptions stranger;
        std::function<PlayerOptions(std::uint32_t number)> player_options;
        std::size_t seats = 0;  // that all herds of `seats_held` together may take
        Duration seats_held;    // a client's seat after it went silent
    };
    explicit LobbyFaults(Parts parts);
    ~LobbyFaults();

    // For FaultDriver: false if the target is not there or has nobody to do it.
    bool apply(const sim::PlanFault& fault, bool begins);

    // What came of it, by probe.
    [[nodiscard]] const Stranger::Counts& counts() const { return counts_; }

private:
    bool apply_to_players(const sim::PlanFault& fault, bool begins, sim::SimNode& node);
    bool start_stranger(const sim::PlanFault& fault, sim::SimNode& node);
    void cut_off(const sim::PlanFault& fault);
    void reset_all(const sim::PlanFault& fault);
    bool herd(const sim::PlanFault& fault, bool begins);
    bool chatter(const sim::PlanFault& fault, PlayersProgram& players, bool of_one);
    bool change_addresses(const sim::PlanFault& fault, sim::SimNode& node);
    [[nodiscard]] std::uint32_t seats_left() const;
    [[nodiscard]] sim::SimNode* node_of(const sim::PlanFault& fault) const;
    [[nodiscard]] std::vector<std::uint64_t> clients() const;

    Parts parts_;
    Stranger::Counts counts_;
    std::map<std::uint64_t, std::string> strangers_;           // nodes, by fault
    std::set<std::uint64_t> herds_;                            // that are here, by fault
    std::vector<std::pair<Instant, std::uint32_t>> arrivals_;  // of herds: when, and how many
    std::uint64_t addresses_given_ = 0;
};

}  // namespace playback::scenarios
