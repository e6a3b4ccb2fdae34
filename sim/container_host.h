// SimContainerHost: io::ContainerHost of one simulated process, towards a ContainerDaemon.
//
//     ContainerDaemon docker(world, {.name = "docker"});
//     SimContainerHosts hosts(backend);
//     hosts.add("unix:///run/docker.sock", docker);
//     backend.set_containers(&hosts);                 // before the boot
//
// It keeps nothing of an incarnation of its node, so it serves them all; calls of a killed process
// end unanswered. All calls come from core 0. Destroy it after the World has run, with its daemon.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/io/container_host.h"
#include "sim/container_host_daemon.h"

namespace playback::sim {

class SimContainerHost final : public io::ContainerHost {
public:
    SimContainerHost(SimNode& node, ContainerDaemon& daemon) : node_(node), daemon_(daemon) {}

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
    void end_waits() override { daemon_.end_watches(node_.machine()); }

private:
    template <class T>
    using Question = std::move_only_function<void(std::shared_ptr<CallOf<T>>)>;

    template <class T>
    io::Task<Result<T>> ask(Question<T> question, Instant deadline);

    SimNode& node_;
    ContainerDaemon& daemon_;
};

class SimContainerHosts final : public io::ContainerHosts {
public:
    explicit SimContainerHosts(SimNode& node) : node_(node) {}

    void add(std::string address, ContainerDaemon& daemon);
    Result<io::ContainerHost*> at(std::string_view address) override;

private:
    SimNode& node_;
    std::map<std::string, std::unique_ptr<SimContainerHost>, std::less<>> hosts_;
};

}  // namespace playback::sim
