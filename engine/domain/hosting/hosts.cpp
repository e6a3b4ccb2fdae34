#include "engine/domain/hosting/hosts.h"

#include "engine/base/check.h"

namespace playback::hosting {

bool Host::fits(const ContainerWish& wish) const {
    const HostConfig& has = row.config;
    return row.status == HostStatus::open && containers + 1 <= has.max_containers &&
           cpu + wish.cpu_limit <= std::uint64_t{has.cpu_count} * 100 &&
           memory + wish.memory_limit <= has.memory_mb;
}

void Host::take(const ContainerWish& wish) {
    ++containers;
    cpu += wish.cpu_limit;
    memory += wish.memory_limit;
}

void Host::release(const ContainerWish& wish) {
    CHECK(containers > 0 && cpu >= wish.cpu_limit && memory >= wish.memory_limit);
    --containers;
    cpu -= wish.cpu_limit;
    memory -= wish.memory_limit;
}

std::optional<HostId> choose_host(const Hosts& hosts,
                                  const ContainerWish& wish,
                                  HostId last_resort) {
    std::optional<HostId> best;
    const Host* best_host = nullptr;
    for (const auto& [id, host] : hosts) {
        if (id == last_resort || !host.fits(wish)) continue;
        // (containers + 1) / max_containers, compared without a division.
        const bool is_better = best_host == nullptr ||
                               (host.containers + 1) * best_host->row.config.max_containers <
                                   (best_host->containers + 1) * host.row.config.max_containers;
        if (!is_better) continue;
        best = id;
        best_host = &host;
    }
    if (best) return best;
    const auto last = hosts.find(last_resort);
    if (last != hosts.end() && last->second.fits(wish)) return last_resort;
    return std::nullopt;
}

std::string no_room_reason(const Hosts& hosts, const ContainerWish& wish) {
    std::size_t open = 0;
    for (const auto& [id, host] : hosts) open += host.row.status == HostStatus::open ? 1 : 0;
    if (open == 0) return "there is no container host";
    return "no container host has room for " + std::to_string(wish.cpu_limit) +
           " ms of CPU per 100 ms and " + std::to_string(wish.memory_limit) + " MB (" +
           std::to_string(open) + " hosts are open)";
}

}  // namespace playback::hosting
