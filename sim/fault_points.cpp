#include "sim/fault_points.h"

#include "engine/base/hash.h"
#include "sim/world.h"

namespace playback::sim {

SimFaultPoints::Sites& SimFaultPoints::sites_of(std::string_view name) {
    const auto found = sites_.find(name);
    return found != sites_.end() ? found->second
                                 : sites_.emplace(std::string(name), Sites{}).first->second;
}

SimFaultPoints::Site SimFaultPoints::draw(std::string_view name, std::uint64_t which) {
    const std::uint64_t site_hash = hash_bytes(name, which);
    // On or off is the same for all nodes of a run; when it fires is not.
    Random run = world_.random("fault point", site_hash);
    Site site{0, world_.random("fault point of node", site_hash, node_)};
    if (!world_.options().fault_points || !run.chance(1, 2)) return site;
    // Now and then, or often.
    const std::int64_t permille =
        run.chance(2, 3) ? run.log_between(1, 500) : run.between(100, 900);
    site.permille = static_cast<std::uint32_t>(permille);
    return site;
}

bool SimFaultPoints::fires(std::string_view name, std::uint64_t which) {
    if (!world_.options().fault_points && sites_.empty()) return false;
    Sites& sites = sites_of(name);
    auto found = sites.each.find(which);
    if (found == sites.each.end()) found = sites.each.emplace(which, draw(name, which)).first;
    Site& site = found->second;
    const std::uint32_t permille = sites.permille.value_or(site.permille);
    if (permille == 0 || !site.random.chance(permille, 1000)) return false;
    ++sites.fired;
    world_.trace().record(TraceKind::fault, node_, sites.fired, which, name);
    return true;
}

void SimFaultPoints::set(std::string_view name, std::uint32_t permille) {
    sites_of(name).permille = permille;
}

std::uint64_t SimFaultPoints::fired(std::string_view name) const {
    const auto found = sites_.find(name);
    return found == sites_.end() ? 0 : found->second.fired;
}

}  // namespace playback::sim
