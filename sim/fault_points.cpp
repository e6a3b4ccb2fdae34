#include "sim/fault_points.h"

#include "engine/base/hash.h"
#include "sim/world.h"

namespace playback::sim {

SimFaultPoints::Site& SimFaultPoints::site_of(std::string_view name) {
    const auto found = sites_.find(name);
    if (found != sites_.end()) return found->second;
    // On or off is the same for all nodes of a run; when it fires is not.
    Random run = world_.random("fault point", hash_bytes(name));
    Site site{0, world_.random("fault point of node", hash_bytes(name), node_)};
    if (world_.options().fault_points && run.chance(1, 4))
        site.permille = static_cast<std::uint32_t>(run.log_between(1, 500));
    return sites_.emplace(std::string(name), site).first->second;
}

bool SimFaultPoints::fires(std::string_view name) {
    Site& site = site_of(name);
    if (site.permille == 0 || !site.random.chance(site.permille, 1000)) return false;
    ++site.fired;
    world_.trace().record(TraceKind::fault, node_, site.fired, 0, name);
    return true;
}

void SimFaultPoints::set(std::string_view name, std::uint32_t permille) {
    site_of(name).permille = permille;
}

std::uint64_t SimFaultPoints::fired(std::string_view name) const {
    const auto found = sites_.find(name);
    return found == sites_.end() ? 0 : found->second.fired;
}

}  // namespace playback::sim
