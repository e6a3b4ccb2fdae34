#include "scenarios/oracles/seats.h"

#include <string>

#include "scenarios/actors/modes.h"

namespace playback::scenarios {
namespace {

std::string client_of(std::uint64_t client, std::uint64_t runtime) {
    return "client " + std::to_string(client) + " of runtime " + std::to_string(runtime);
}

}  // namespace

void SeatOracle::joined(std::uint64_t runtime, std::uint64_t client) {
    std::set<std::uint64_t>& clients = seated_[runtime];
    clients.insert(client);
    leaving_[runtime].erase(client);
    if (const auto match = matches_.find(runtime); match != matches_.end()) {
        const std::uint32_t seats = seats_of_mode(match->second.mode);
        court_.demand(clients.size() <= seats, "match-capacity", "runtime", [&] {
            return "runtime " + std::to_string(runtime) + " has " + std::to_string(clients.size()) +
                   " clients, and its mode seats for " + std::to_string(seats);
        });
        return;
    }
    if (capacity_ == 0) return;
    court_.demand(clients.size() <= capacity_, "lobby-capacity", "runtime", [&] {
        return "runtime " + std::to_string(runtime) + " has " + std::to_string(clients.size()) +
               " clients and seats for " + std::to_string(capacity_);
    });
}

void SeatOracle::match_opened(std::uint64_t runtime, std::string_view mode) {
    matches_[runtime].mode = mode;
}

void SeatOracle::group_joined(std::uint64_t runtime, std::uint64_t client, std::string_view group) {
    MatchSeen& match = matches_[runtime];
    match.groups[client] = group;
    std::uint32_t players = 0;
    for (const auto& [other, name] : match.groups) players += name == group ? 1 : 0;
    court_.demand(players <= seats_of_group(match.mode, group), "match-group", "runtime", [&] {
        return "runtime " + std::to_string(runtime) + " of mode " + match.mode + " has " +
               std::to_string(players) + " clients in group " + std::string(group);
    });
}

void SeatOracle::removed(std::uint64_t runtime, std::uint64_t client) {
    const bool sat_there = seated_[runtime].erase(client) != 0;
    if (const auto match = matches_.find(runtime); match != matches_.end())
        match->second.groups.erase(client);
    court_.demand(sat_there, "removed-once", "client", [&] {
        return client_of(client, runtime) + " was removed and did not sit there";
    });
}

void SeatOracle::received(std::uint64_t runtime, std::uint64_t client) {
    court_.demand(seated_[runtime].contains(client), "joined-before-message", "client", [&] {
        return client_of(client, runtime) + " said something and did not sit there";
    });
}

void SeatOracle::assigned(std::uint64_t client, std::uint64_t runtime, bool all_seen) {
    if (all_seen && !started_.empty()) {
        court_.demand(started_.contains(runtime), "assigned-is-started", "client", [&] {
            return client_of(client, runtime) + " was sent there before it was started";
        });
    }
    // Who was in a match since comes back to its lobby; matches take back whom they let go.
    if (has_matches_) return;
    const bool is_new = told_[client].insert(runtime).second;
    court_.demand(is_new, "assigned-forward", "client", [&] {
        return client_of(client, runtime) + " was sent there twice";
    });
}

std::set<std::uint64_t> SeatOracle::clients_of(std::uint64_t runtime) const {
    const auto it = seated_.find(runtime);
    if (it == seated_.end()) return {};
    std::set<std::uint64_t> clients = it->second;
    const auto leaving = leaving_.find(runtime);
    if (leaving != leaving_.end())
        for (const std::uint64_t client : leaving->second) clients.erase(client);
    return clients;
}

}  // namespace playback::scenarios
