// ContainerSupervisor: makes the containers of every host of the pool match what is wanted.
//
// Level-triggered: it lists what is wanted and what runs, takes the steps between them
// (reconcile.h), and looks again when the pool changes, when the host says that something changed,
// when a step has ended, and every minute to be safe. A restart begins with a full listing, so
// nothing is leaked or started twice. Slow pulls delay only their own container; a daemon that does
// not answer is asked again with growing pauses. Hosts come and go with the list that the pool has
// of them. Spec: omgservers.md section 7, weaknesses 1,
// 4, 17.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "engine/base/result.h"
#include "engine/domain/hosting/pool_inputs.h"
#include "engine/domain/ids.h"
#include "engine/io/io.h"
#include "engine/io/task.h"

namespace playback::kernel {
class Kernel;
}

namespace playback::services {

class RegistryTokens;

struct ContainerSupervisorOptions {
    std::string installation;  // the label by which this installation knows its containers
    std::string runtime_url;   // OMGSERVERS_SERVICE_URL
    std::string registry;      // "host:port" before image references; empty: none
    std::string network = "host";
    // Makes what the hosts show the registry, for each pull anew; none: they show nothing.
    RegistryTokens* registry_tokens = nullptr;
};

class ContainerSupervisor {
public:
    // `io` and `kernel` outlive it.
    ContainerSupervisor(io::Io& io, kernel::Kernel& kernel, ContainerSupervisorOptions options);
    ContainerSupervisor(const ContainerSupervisor&) = delete;
    ContainerSupervisor& operator=(const ContainerSupervisor&) = delete;
    ~ContainerSupervisor();

    // Begins to mind the hosts that the pool has, and from now on those that come. Fails if the
    // pool or one of its present hosts cannot be named.
    io::Task<Result<void>> start();
    // Ends its coroutines; containers keep running. Wake the kernel's watchers after calling it.
    void start_stopping();
    io::Task<void> stopped();

    // Has one of the hosts answered when it was last asked? True without hosts.
    [[nodiscard]] bool any_host_answers() const;

private:
    class HostMinder;

    Result<void> adopt(const hosting::PoolDetails& pool);
    io::Task<void> watch_hosts();
    void part_with_gone();

    io::Io& io_;
    kernel::Kernel& kernel_;
    ContainerSupervisorOptions options_;
    std::map<HostId, std::unique_ptr<HostMinder>> minders_;
    std::set<HostId> nameless_;  // hosts that cannot be reached by their address; said once
    bool is_stopping_ = false;
    io::TaskGroup tasks_;
};

}  // namespace playback::services
