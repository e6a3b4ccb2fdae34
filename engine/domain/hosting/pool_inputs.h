// What can be said to the pool of container hosts: wishes of runtimes, reports of the supervisor.
//
// The node sends EnsureHosts at start; the supervisor (engine/services/container_supervisor.h)
// lists and reports; runtimes want and unwant. Every report is safe to repeat, and one that is out
// of date has no effect.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/domain/ids.h"
#include "engine/domain/lobby/messages.h"
#include "engine/kernel/message.h"

namespace playback::hosting {

// What a runtime's container is to be; the password and addresses are the supervisor's to add.
struct ContainerWish {
    RuntimeId runtime;
    lobby::RuntimeQualifier qualifier = lobby::RuntimeQualifier::lobby;
    std::string image;  // reference without the registry
    std::uint32_t cpu_limit = 100;
    std::uint32_t memory_limit = 512;
    std::string tenant;  // labels (omgservers.md 7.2)
    std::string project;
    std::string stage;
    std::string version;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "runtime", self.runtime);
        v(2, "qualifier", self.qualifier);
        v(3, "image", self.image);
        v(4, "cpu_limit", self.cpu_limit);
        v(5, "memory_limit", self.memory_limit);
        v(6, "tenant", self.tenant);
        v(7, "project", self.project);
        v(8, "stage", self.stage);
        v(9, "version", self.version);
    }
    friend bool operator==(const ContainerWish&, const ContainerWish&) = default;
};

// Runtime -> pool: one container, please, for as long as I live.
struct WantContainer {
    static constexpr kernel::MessageKind kind = 450;
    using Reply = void;

    ContainerWish wish;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "wish", self.wish);
    }
};

// Runtime -> pool: no more.
struct UnwantContainer {
    static constexpr kernel::MessageKind kind = 451;
    using Reply = void;

    RuntimeId runtime;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "runtime", self.runtime);
    }
};

struct HostConfig {
    std::string address;          // as io::ContainerHosts::at takes it; unique
    std::uint32_t cpu_count = 0;  // capacity in cores
    std::uint32_t memory_mb = 0;
    std::uint32_t max_containers = 0;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "address", self.address);
        v(2, "cpu_count", self.cpu_count);
        v(3, "memory_mb", self.memory_mb);
        v(4, "max_containers", self.max_containers);
    }
    friend bool operator==(const HostConfig&, const HostConfig&) = default;
};

// Stored: never reuse a number. Only an open host is given new containers.
enum class HostStatus : std::uint8_t {
    open = 1,
    closed = 2,    // no longer of the configuration: goes with its last container
    draining = 3,  // until it is resumed or removed; a restart changes nothing
    leaving = 4,   // was removed with its containers: goes when they have gone, or in a minute
};

// Who named a host. Stored.
enum class HostOrigin : std::uint8_t {
    configuration = 0,  // EnsureHosts names it anew at each start
    request = 1,        // AddHost: stays until RemoveHost
};

struct HostDetails {
    HostId host;
    HostConfig config;
    HostStatus status = HostStatus::open;
    HostOrigin origin = HostOrigin::configuration;
    std::uint32_t containers = 0;  // that count against its capacity
    std::uint64_t cpu = 0;         // given away, in milliseconds per 100 ms
    std::uint64_t memory_mb = 0;   // given away
};

struct PoolDetails {
    std::vector<HostDetails> hosts;  // in id order
    std::uint32_t waiting = 0;       // containers that no host has room for, or that wait to retry
};

// The hosts of the configuration: new ones are added, known ones (by address) take the new
// capacity, those not named any more take no new containers. A host that drains goes on draining;
// one that was added by request and is named now is the configuration's from now on; those added by
// request and not named stay as they are. Refused: invalid_argument (a double or empty address),
// full (hosts_max).
struct EnsureHosts {
    static constexpr kernel::MessageKind kind = 460;
    using Reply = PoolDetails;

    std::vector<HostConfig> hosts;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "hosts", self.hosts);
    }
};

// One more host, by request. Of a host that is just leaving, or was closed, it makes an open one
// with this capacity. Refused: invalid_argument (an empty address), already_exists "host address",
// full (hosts_max).
struct AddHost {
    static constexpr kernel::MessageKind kind = 464;
    using Reply = HostDetails;

    HostConfig config;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "config", self.config);
    }
};

// From now on it is given no new containers; those it has stay until their runtimes end. It is
// empty when its details say so. Safe to repeat. Refused: not_found "host"; conflict (it leaves).
struct DrainHost {
    static constexpr kernel::MessageKind kind = 465;
    using Reply = HostDetails;

    HostId host;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "host", self.host);
    }
};

// It is given containers again. Safe to repeat. Refused: as DrainHost; conflict for a closed one,
// too, which the configuration alone opens.
struct ResumeHost {
    static constexpr kernel::MessageKind kind = 466;
    using Reply = HostDetails;

    HostId host;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "host", self.host);
    }
};

struct HostRemoved {
    std::uint32_t lost = 0;  // runtimes that lost their containers
};

// Without `force` an empty host only. With it the runtimes that have containers there are lost, and
// replaced elsewhere as after a crash; the host leaves until its containers were seen removed, for
// a minute at most. Refused: not_found "host"; conflict (it has containers).
struct RemoveHost {
    static constexpr kernel::MessageKind kind = 467;
    using Reply = HostRemoved;

    HostId host;
    bool force = false;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "host", self.host);
        v(2, "force", self.force);
    }
};

// Never refused. Watch address_of(default_pool).
struct GetPool {
    static constexpr kernel::MessageKind kind = 461;
    using Reply = PoolDetails;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

enum class ContainerStage : std::uint8_t {
    waiting = 1,  // no host has room, or a failed start waits for its next attempt
    placed,       // is to be started on its host
    running,      // was seen running there
    removing,     // is to be removed from there
};

struct WantedContainer {
    ContainerWish wish;
    ContainerStage stage = ContainerStage::placed;  // placed, running or removing
    std::uint32_t attempt = 0;                      // goes back with the reports
};

struct HostWishes {
    std::vector<WantedContainer> containers;  // in runtime order
};

// What this host is to run. Refused: not_found "host".
struct ListHost {
    static constexpr kernel::MessageKind kind = 462;
    using Reply = HostWishes;

    HostId host;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "host", self.host);
    }
};

struct WaitingContainer {
    RuntimeId runtime;
    ContainerStage stage = ContainerStage::waiting;
    HostId host;
    std::uint32_t attempt = 0;
    std::string reason;  // why it does not run yet; empty: nothing is wrong
    ContainerWish wish;
};

struct WaitingContainers {
    std::vector<WaitingContainer> containers;  // in runtime order: the longest waiting first
};

// Containers that have no host, with what each of them misses. Never refused.
struct ListWaiting {
    static constexpr kernel::MessageKind kind = 468;
    using Reply = WaitingContainers;

    std::uint32_t count_max = 16;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "count_max", self.count_max);
    }
};

// Why does the container of this runtime not run? Refused: not_found "container".
struct GetContainer {
    static constexpr kernel::MessageKind kind = 463;
    using Reply = WaitingContainer;

    RuntimeId runtime;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "runtime", self.runtime);
    }
};

struct Noted {
    bool wanted = false;  // the container is still wanted there, as reported
};

// It runs there.
struct ReportStarted {
    static constexpr kernel::MessageKind kind = 470;
    using Reply = Noted;

    HostId host;
    RuntimeId runtime;
    std::uint32_t attempt = 0;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "host", self.host);
        v(2, "runtime", self.runtime);
        v(3, "attempt", self.attempt);
    }
};

// It could not be started, for this reason. It is tried again later, perhaps elsewhere.
struct ReportFailed {
    static constexpr kernel::MessageKind kind = 471;
    using Reply = Noted;

    HostId host;
    RuntimeId runtime;
    std::uint32_t attempt = 0;
    std::string reason;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "host", self.host);
        v(2, "runtime", self.runtime);
        v(3, "attempt", self.attempt);
        v(4, "reason", self.reason);
    }
};

// It ran there and does not any more: its runtime is lost.
struct ReportExited {
    static constexpr kernel::MessageKind kind = 472;
    using Reply = Noted;

    HostId host;
    RuntimeId runtime;
    std::uint32_t attempt = 0;
    std::string reason;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "host", self.host);
        v(2, "runtime", self.runtime);
        v(3, "attempt", self.attempt);
        v(4, "reason", self.reason);
    }
};

// It was to be removed from there, and nothing of it is left.
struct ReportRemoved {
    static constexpr kernel::MessageKind kind = 473;
    using Reply = Noted;

    HostId host;
    RuntimeId runtime;

    template <class Self, class V>
    static void describe(Self& self, V& v) {
        v(1, "host", self.host);
        v(2, "runtime", self.runtime);
    }
};

// Timer: hosts that leave have had their time.
struct ForgetHosts {
    static constexpr kernel::MessageKind kind = 481;
    using Reply = void;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

// Timer and continuation: place what waits.
struct PlaceWaiting {
    static constexpr kernel::MessageKind kind = 480;
    using Reply = void;
    template <class Self, class V>
    static void describe(Self&, V&) {}
};

}  // namespace playback::hosting
