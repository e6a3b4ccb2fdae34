#include "engine/domain/hosting/hosts.h"

#include "engine/base/check.h"
#include "engine/base/plant.h"

namespace playback::hosting {
namespace {

constexpr std::size_t reasons_max = 8;        // hosts that a reason names
constexpr std::uint64_t cpu_of_a_core = 100;  // milliseconds per 100 ms

// "2 cores", "0.5 cores", "1 core".
std::string cores_of(std::uint64_t cpu) {
    std::string text = std::to_string(cpu / cpu_of_a_core);
    std::string part = std::to_string(cpu_of_a_core + cpu % cpu_of_a_core).substr(1);
    while (part.ends_with('0')) part.pop_back();
    if (!part.empty()) text.append(".").append(part);
    return text + (cpu == cpu_of_a_core ? " core" : " cores");
}

std::uint64_t left(std::uint64_t all, std::uint64_t taken) {
    return taken < all ? all - taken : 0;
}

// Why the wish does not fit there; one reason is enough.
std::string lack_of(const Host& host, const ContainerWish& wish) {
    const HostConfig& has = host.row.config;
    switch (host.row.status) {
        case HostStatus::draining:
            return "is draining";
        case HostStatus::closed:
            return "is not of the configuration any more";
        case HostStatus::leaving:
            return "is being removed";
        case HostStatus::open:
            break;
    }
    const std::uint64_t cpu_all = has.cpu_count * cpu_of_a_core;
    if (host.containers >= has.max_containers)
        return "has all of its " + std::to_string(has.max_containers) + " containers";
    if (wish.cpu_limit > cpu_all) return "has " + cores_of(cpu_all) + " in all";
    if (host.cpu + wish.cpu_limit > cpu_all)
        return "has " + cores_of(left(cpu_all, host.cpu)) + " free";
    if (wish.memory_limit > has.memory_mb)
        return "has " + std::to_string(has.memory_mb) + " MB in all";
    if (host.memory + wish.memory_limit > has.memory_mb)
        return "has " + std::to_string(left(has.memory_mb, host.memory)) + " MB free";
    return "has room";
}

}  // namespace

bool Host::fits(const ContainerWish& wish) const {
    const HostConfig& has = row.config;
    const bool is_open = row.status == HostStatus::open || (row.status == HostStatus::draining &&
                                                            PLAYBACK_PLANT(drained_still_chosen));
    return is_open && containers + 1 <= has.max_containers &&
           cpu + wish.cpu_limit <= has.cpu_count * cpu_of_a_core &&
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
    if (hosts.empty()) return "there is no container host";
    std::string text =
        "needs " + cores_of(wish.cpu_limit) + " and " + std::to_string(wish.memory_limit) + " MB";
    std::size_t named = 0;
    for (const auto& [id, host] : hosts) {
        if (named++ == reasons_max) break;
        text.append("; ").append(host.row.config.address).append(" ").append(lack_of(host, wish));
    }
    if (hosts.size() > reasons_max)
        text += "; and " + std::to_string(hosts.size() - reasons_max) + " more";
    return text;
}

}  // namespace playback::hosting
