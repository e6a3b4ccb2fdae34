#include "scenarios/oracles/ids.h"

#include "engine/base/id.h"

namespace playback::scenarios {

void IdOracle::made(std::string_view kind, std::uint64_t id, Instant left) {
    const bool is_new = known_[std::string(kind)].insert(id).second;
    court_.demand(is_new, "id-unique", kind, [&] {
        return std::string(kind) + " " + std::to_string(id) + " was handed out twice";
    });
    auto& newest = newest_[slot_of_id(id)];
    std::uint64_t before = 0;
    for (auto it = newest.rbegin(); it != newest.rend(); ++it) {
        if (it->first >= left) continue;
        before = it->second;
        break;
    }
    court_.demand(id > before, "id-grows", kind, [&] {
        return std::string(kind) + " " + std::to_string(id) + " was asked for after " +
               std::to_string(before) + " had been answered, and is older";
    });
    if (newest.empty() || id > newest.back().second) newest.emplace_back(court_.now(), id);
}

}  // namespace playback::scenarios
