// Hosts: which container host has room for what, without any effect.
//
// Invariant: what a host is given never exceeds its containers, CPU or memory; a host whose
// configuration shrank is given nothing until it fits again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "engine/base/describe.h"
#include "engine/domain/hosting/pool_inputs.h"

namespace playback::hosting {

struct HostRow {
    HostConfig config;
    HostStatus status = HostStatus::open;
    HostOrigin origin = HostOrigin::configuration;
    Instant leaves_by;  // leaving: gone then, whatever it still has
    Unknown unknown;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "config", self.config);
        v(2, "status", self.status);
        v(3, "origin", self.origin);
        v(4, "leaves_by", self.leaves_by);
    }
};

struct Host {
    HostRow row;
    std::uint64_t containers = 0;
    std::uint64_t cpu = 0;     // milliseconds per 100 ms
    std::uint64_t memory = 0;  // MB

    [[nodiscard]] bool fits(const ContainerWish& wish) const;
    void take(const ContainerWish& wish);
    void release(const ContainerWish& wish);
};

using Hosts = std::map<HostId, Host>;

// The open host that would be the least loaded (in containers of its maximum) with the wish on it,
// the lowest id of several. `last_resort` is taken only if no other fits.
std::optional<HostId> choose_host(const Hosts& hosts,
                                  const ContainerWish& wish,
                                  HostId last_resort);

// Why no host fits, host by host, for people: "needs 2 cores, 512 MB; 10.0.0.1:2375 has 1.5 cores
// free; 10.0.0.2:2375 is draining".
std::string no_room_reason(const Hosts& hosts, const ContainerWish& wish);

}  // namespace playback::hosting
