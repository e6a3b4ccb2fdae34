// DockerHost: runs game runtimes on a Docker daemon, over the Engine API 1.41.
//
// Every call stands alone and may be repeated: a name that is taken, a container that already runs
// or is already gone are not errors but the state that was asked for, or are brought to it
// (omgservers.md section 7.2). One stream of events stays open from the first wait_for_change on:
// each event, and each coming or going of the daemon, wakes who waits. Belongs to one core; `stop`
// it before it goes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/docker/exchange.h"
#include "adapters/docker/messages.h"
#include "engine/io/container_host.h"
#include "engine/io/log.h"
#include "engine/io/network.h"
#include "engine/io/wait.h"

namespace playback::adapters {

// "unix:///run/docker.sock" or "tcp://127.0.0.1:2375". Fails with invalid_argument.
Result<io::Endpoint> docker_endpoint(std::string_view address);

class DockerHost final : public io::ContainerHost {
public:
    // What is given outlives this.
    DockerHost(io::Executor executor,
               io::Clock& clock,
               io::Network& network,
               io::Log& log,
               io::Endpoint daemon);

    // Ends the stream of events. Nothing may be called after it.
    io::Task<void> stop();

    io::Task<Result<void>> ping(Instant deadline) override;
    io::Task<Result<void>> pull(std::string image,
                                std::string registry_token,
                                Instant deadline) override;
    io::Task<Result<void>> start(io::ContainerSpec spec, Instant deadline) override;
    io::Task<Result<void>> remove(std::string name, Duration grace, Instant deadline) override;
    io::Task<Result<io::ContainerList>> list(std::string label,
                                             std::string value,
                                             Instant deadline) override;
    io::Task<Result<std::string>> logs(std::string name,
                                       std::size_t bytes_max,
                                       Instant deadline) override;
    io::Task<void> wait_for_change(std::uint64_t seen, Instant deadline) override;
    void end_waits() override { changed(); }

private:
    io::Task<Result<docker::Answer>> call(docker::Request request, Instant deadline);
    io::Task<Result<void>> pull_absent(std::string image,
                                       std::string registry_token,
                                       Instant deadline);
    io::Task<Result<void>> start_created(std::string name, Instant deadline);
    io::Task<Result<void>> await_removal(std::string name, Instant deadline);
    io::Task<Result<docker::Inspection>> inspect(std::string name, Instant deadline);

    io::Task<void> watch();
    io::Task<bool> follow_events();
    io::Task<void> read_events(docker::Exchange& events);
    io::Task<void> settle(docker::Event event);
    void changed();

    io::Clock& clock_;
    io::Network& network_;
    io::Log& log_;
    io::Endpoint daemon_;

    std::uint64_t version_ = 0;  // of the state of its containers, as far as we know
    io::Signal changed_;
    bool watching_ = false;
    bool stopping_ = false;
    docker::Exchange* events_ = nullptr;  // it, while it stands
    io::Signal stopped_;
    io::TaskGroup tasks_;
};

}  // namespace playback::adapters
