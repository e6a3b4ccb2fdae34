#include "scenarios/oracles/seats.h"

#include <string>

namespace playback::scenarios {
namespace {

std::string client_of(std::uint64_t client, std::uint64_t runtime) {
    return "client " + std::to_string(client) + " of runtime " + std::to_string(runtime);
}

}  // namespace

void SeatOracle::joined(std::uint64_t runtime, std::uint64_t client) {
    std::set<std::uint64_t>& clients = seated_[runtime];
    clients.insert(client);
    if (capacity_ == 0) return;
    court_.demand(clients.size() <= capacity_, "lobby-capacity", "runtime", [&] {
        return "runtime " + std::to_string(runtime) + " has " + std::to_string(clients.size()) +
               " clients and seats for " + std::to_string(capacity_);
    });
}

void SeatOracle::removed(std::uint64_t runtime, std::uint64_t client) {
    const bool sat_there = seated_[runtime].erase(client) != 0;
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
    const bool is_new = told_[client].insert(runtime).second;
    court_.demand(is_new, "assigned-forward", "client", [&] {
        return client_of(client, runtime) + " was sent there twice";
    });
}

std::set<std::uint64_t> SeatOracle::clients_of(std::uint64_t runtime) const {
    const auto it = seated_.find(runtime);
    return it == seated_.end() ? std::set<std::uint64_t>() : it->second;
}

}  // namespace playback::scenarios
