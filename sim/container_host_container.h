// ContainerDaemon::Container: one simulated container, for the files of ContainerDaemon only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/container_host_daemon.h"

namespace playback::sim {

class ContainerDaemon::Container final : public ContainerLife {
public:
    struct Ending {
        std::int32_t code = 0;
        std::string reason;
    };

    Container(ContainerDaemon& daemon, io::ContainerSpec spec, std::uint64_t own_number)
        : number(own_number), daemon_(daemon), spec_(std::move(spec)) {
        status.name = spec_.name;
        status.labels = spec_.labels;
    }

    // --- ContainerLife, called by the program ---
    [[nodiscard]] const io::ContainerSpec& spec() const override { return spec_; }
    void exit(std::int32_t code) override {
        daemon_.end(*this, code, "exit " + std::to_string(code));
    }
    void print(std::string_view line) override {
        log.append(line).append("\n");
        if (log.size() > 2 * log_bytes_max) log.erase(0, log.size() - log_bytes_max);
    }
    void use_memory(std::uint32_t megabytes) override {
        if (megabytes > spec_.memory_limit) daemon_.end(*this, 137, "out of memory");
    }
    void on_terminate(std::function<void()> handler) override { terminate = std::move(handler); }

    [[nodiscard]] bool running() const { return status.state == io::ContainerState::running; }
    [[nodiscard]] bool carries(const io::Labels& labels) const;

    const std::uint64_t number;  // tells it from others of its name, before and after
    io::ContainerStatus status;
    std::string log;
    SimNode* process = nullptr;    // while it runs
    std::optional<Ending> ending;  // decided, and the process is about to be gone
    std::function<void()> terminate;
    bool removing = false;
    std::vector<Action> when_ended;

private:
    ContainerDaemon& daemon_;
    io::ContainerSpec spec_;
};

}  // namespace playback::sim
