#include "scenarios/oracles/obligations.h"

#include <string>

namespace playback::scenarios {

bool ObligationOracle::was_kind_for(Duration time) const {
    const Instant now = court_.now();
    const Duration all = time + options_.recover;
    return court_.was_kind_since(Instant{now.ns - all.ns});
}

void ObligationOracle::called(std::uint64_t client) {
    const auto it = waiting_.find(client);
    if (it == waiting_.end() || court_.now() - it->second < options_.seat) return;
    if (!was_kind_for(options_.seat)) return;
    court_.demand(false, "seated-in-time", "client", [&] {
        return "client " + std::to_string(client) + " has no seat after " +
               std::to_string(whole_milliseconds(court_.now() - it->second)) + " ms";
    });
}

void ObligationOracle::joined(std::uint64_t client) {
    auto& owed = owed_[1];
    for (auto it = owed.lower_bound({client, 0}); it != owed.end() && it->first.first == client;
         ++it)
        it->second = court_.now();
}

void ObligationOracle::acknowledged(bool to_runtime, std::uint64_t client, std::uint64_t serial) {
    owed_[to_runtime ? 1 : 0].try_emplace({client, serial}, court_.now());
}

void ObligationOracle::arrived(bool to_runtime, std::uint64_t client, std::uint64_t serial) {
    auto& owed = owed_[to_runtime ? 1 : 0];
    const auto it = owed.find({client, serial});
    if (it == owed.end()) return;
    const Duration took = court_.now() - it->second;
    owed.erase(it);
    if (!was_kind_for(took)) return;
    court_.demand(took <= options_.message, "heard-in-time", "message", [&] {
        return "message " + std::to_string(serial) + " of client " + std::to_string(client) +
               (to_runtime ? " reached its runtime " : " was answered, which reached it ") +
               std::to_string(whole_milliseconds(took)) + " ms after it was acknowledged";
    });
}

}  // namespace playback::scenarios
