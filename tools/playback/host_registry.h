// HostRegistry: the container hosts of a real node, by the addresses of its configuration.
//
// "unix:///var/run/docker.sock" and "tcp://127.0.0.1:2375" are Docker daemons, "process:" is this
// machine itself. A host is made when it is first asked for and lives as long as this. `stop` it
// while the loop still runs; destroying it ends the processes that it started.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/asio/real_world.h"
#include "adapters/docker/docker_host.h"
#include "adapters/process/process_host.h"
#include "engine/io/container_host.h"

namespace playback::tools {

inline constexpr std::string_view process_address = "process:";
inline constexpr std::string_view usual_docker_address = "unix:///var/run/docker.sock";

class HostRegistry final : public io::ContainerHosts {
public:
    HostRegistry(adapters::RealWorld& world, io::Log& log, adapters::ProcessHostOptions processes);

    // Fails with invalid_argument, or as ProcessHost::open.
    Result<io::ContainerHost*> at(std::string_view address) override;

    io::Task<void> stop();

    // Of the local processes, if there are any (ProcessHost).
    io::Task<Result<void>> leave(Instant deadline);
    io::Task<Result<void>> come_back(Instant deadline);
    void outlive(int lifeline) {
        if (process_) process_->outlive(lifeline);
    }

private:
    adapters::RealWorld& world_;
    io::Log& log_;
    adapters::ProcessHostOptions processes_;
    std::map<std::string, std::unique_ptr<adapters::DockerHost>, std::less<>> docker_;
    std::unique_ptr<adapters::ProcessHost> process_;
};

// What `address` may be. Fails with invalid_argument.
Result<void> check_host_address(std::string_view address);

// Where containers are to run: `wanted` if it says so, else the daemon that DOCKER_HOST or the
// usual socket names, if it answers within two seconds, else local processes.
io::Task<std::string> choose_host(HostRegistry& hosts, io::Clock& clock, std::string wanted);

}  // namespace playback::tools
