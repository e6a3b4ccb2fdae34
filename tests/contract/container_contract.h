// The contract of io::ContainerHost: one suite for Docker, local processes and the simulator.
//
// An arm is one host with the image `probe` (tests/support/container_probe) and a clock, real or
// virtual. Each check has names and a label of its own and removes what it made, so that one host
// serves them all.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "engine/io/container_host.h"
#include "engine/io/wait.h"

namespace playback::contract {

// What a restarted daemon does with the containers that it finds.
enum class OnRestart : std::uint8_t { containers_end, containers_live };

class ContainerArm {
public:
    virtual ~ContainerArm() = default;

    virtual io::ContainerHost& host() = 0;
    virtual io::Clock& clock() = 0;

    [[nodiscard]] virtual std::string image() const { return "probe:1"; }
    // One that can be pulled and is not present yet; empty if the arm has no such thing.
    [[nodiscard]] virtual std::string distant_image() const { return {}; }
    [[nodiscard]] virtual std::string missing_image() const { return "no-such-image:1"; }

    // For hosts with a daemon.
    virtual void end_daemon() {}  // at once, without goodbye
    virtual void begin_daemon([[maybe_unused]] OnRestart what) {}
    virtual void freeze_daemon([[maybe_unused]] bool frozen) {}
};

// A test's hands: short calls with a deadline, and expectations about what comes back.
class ContainerHands {
public:
    using Environment = std::vector<std::pair<std::string, std::string>>;

    ContainerHands(ContainerArm& owner, std::string test) : arm(owner), test_(std::move(test)) {}

    [[nodiscard]] io::ContainerSpec spec(std::string_view what, Environment environment) const {
        io::ContainerSpec spec;
        spec.name = "probe-" + test_ + "-" + std::string(what);
        spec.image = arm.image();
        spec.environment = std::move(environment);
        spec.labels = {{"playback.test", test_}, {"playback.what", std::string(what)}};
        spec.network = "host";
        return spec;
    }
    [[nodiscard]] Instant soon(Duration patience = seconds(30)) const {
        return arm.clock().now() + patience;
    }
    io::Task<Result<void>> start(io::ContainerSpec spec) {
        return arm.host().start(std::move(spec), soon());
    }
    io::Task<Result<void>> remove(std::string name, Duration grace = {}) {
        return arm.host().remove(std::move(name), grace, soon());
    }
    io::Task<Result<io::ContainerList>> list() {
        return arm.host().list("playback.test", test_, soon());
    }
    io::Task<void> remove_all();
    // Lists, and waits for changes, until `done` holds of the list or patience ends. The last list.
    io::Task<std::vector<io::ContainerStatus>> await(
        std::function<bool(const std::vector<io::ContainerStatus>&)> done);
    // Waits until the container has exited.
    io::Task<io::ContainerStatus> await_exit(std::string name);
    // Waits until its log reads `text`: output needs a moment to get there.
    io::Task<std::string> await_log(std::string name, std::string text);

    ContainerArm& arm;

private:
    std::string test_;
};

struct ContainerCheck {
    const char* name;
    io::Task<void> (*run)(ContainerHands& hands);
};

// What every host does.
std::span<const ContainerCheck> container_checks();
// What a host with a daemon does when that goes, comes back, or stands still.
std::span<const ContainerCheck> daemon_checks();

}  // namespace playback::contract
