// ContainerHost: one daemon that runs game runtimes. Everything is safe to do twice.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/io/task.h"

namespace playback::io {

using Labels = std::vector<std::pair<std::string, std::string>>;  // sorted by name, unique

struct ContainerSpec {
    std::string name;   // unique on the host; 2..128 of [a-zA-Z0-9_.-], first not a mark
    std::string image;  // "registry/ns/name:tag", or what the host understands
    std::vector<std::pair<std::string, std::string>> environment;
    Labels labels;
    std::uint32_t cpu_limit = 100;     // milliseconds of CPU per 100 ms: 100 is one core
    std::uint32_t memory_limit = 512;  // MB
    std::string network;               // "host" or a network's name
};

// What no host takes. Fails with invalid_argument.
Result<void> check_spec(const ContainerSpec& spec);

enum class ContainerState : std::uint8_t { created, running, exited };

struct ContainerStatus {
    std::string name;
    Labels labels;
    ContainerState state = ContainerState::created;
    std::int32_t exit_code = 0;  // when exited
    std::string reason;          // when exited: "exit 1", "out of memory", ... for people
};

// What `list` saw, and the version of the host's state that it has at least seen.
struct ContainerList {
    std::vector<ContainerStatus> containers;  // sorted by name
    std::uint64_t version = 0;
};

class ContainerHost {
public:
    virtual ~ContainerHost() = default;

    // Each fails with timed_out at the deadline, unavailable (daemon does not answer), or io_failed
    // with the daemon's own words. What timed out may still happen: do it again.

    virtual Task<Result<void>> ping(Instant deadline) = 0;

    // Makes the image present. `registry_token` is a bearer token for the image's registry, shown
    // to it if it asks for one; empty: none. Fails with not_found if no registry has the image.
    virtual Task<Result<void>> pull(std::string image,
                                    std::string registry_token,
                                    Instant deadline) = 0;

    // Creates and starts it. If a container of that name exists: running with these labels is
    // success, anything else is removed first. Fails with not_found if the image is not present
    // (pull it), with invalid_argument if the spec cannot be.
    virtual Task<Result<void>> start(ContainerSpec spec, Instant deadline) = 0;

    // Stops (grace, then kill) and removes it. Success if there is none.
    virtual Task<Result<void>> remove(std::string name, Duration grace, Instant deadline) = 0;

    // All containers, running or not, that carry the label name=value.
    virtual Task<Result<ContainerList>> list(std::string label,
                                             std::string value,
                                             Instant deadline) = 0;

    // The last `bytes_max` bytes of its output. Fails with not_found if there is none.
    virtual Task<Result<std::string>> logs(std::string name,
                                           std::size_t bytes_max,
                                           Instant deadline) = 0;

    // Returns when a container may have changed state since the list that returned version `seen`,
    // or the daemon came or went since, or at the deadline. May return for nothing: list again and
    // compare. Returns at once while `seen` is out of date, so pause after a list that failed.
    virtual Task<void> wait_for_change(std::uint64_t seen, Instant deadline) = 0;
    // All who wait for a change now return, for nothing.
    virtual void end_waits() = 0;
};

class ContainerHosts {
public:
    virtual ~ContainerHosts() = default;

    // The host of a daemon's address ("unix:///run/docker.sock", "tcp://127.0.0.1:2375",
    // "process:" for local processes). The same object for the same address; lives as long as this.
    // Fails with invalid_argument.
    virtual Result<ContainerHost*> at(std::string_view address) = 0;
};

}  // namespace playback::io
