// Node: one whole game backend, put together from an io::Io and a configuration.
//
// It reads like a table of contents: which rules there are, which workers run, what is served. The
// same class is the production node and the simulated one; only the Io differs. Owned by the
// program; `io` and everything behind it outlive it. One core.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/base/result.h"
#include "engine/io/io.h"
#include "engine/io/network.h"
#include "engine/io/task.h"
#include "engine/kernel/machine.h"
#include "engine/node_config.h"
#include "engine/services/handover.h"

namespace playback {

namespace kernel {
class Kernel;
}

// Every kind of aggregate there is, with its rules. `settings` outlives the table.
kernel::MachineTable machine_table(const DomainSettings& settings);

class Node {
public:
    Node(const io::Io& io, NodeConfig config);
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    ~Node();

    // Listens, takes its data, makes what must exist, and serves. Fails with what was in the way;
    // then the node is of no more use. Call once.
    io::Task<Result<void>> start();

    // The same with what the process before has handed over. `confirm` is asked when all data is
    // open and nothing is served yet: its refusal is that of the start.
    using Confirm = std::function<io::Task<Result<void>>()>;
    io::Task<Result<void>> start(services::Luggage luggage, Confirm confirm);

    // Instead of `stop`: serves no more, though no peer hears of it, and commits what it knows. The
    // store may be closed then. What is returned goes to the `start` of another Node.
    io::Task<services::Luggage> hand_over();

    // Serves no more, finishes what runs (at most stop_grace), and commits what it knows.
    io::Task<void> stop();

    // Once started: where it listens, with the ports that were chosen for port 0.
    [[nodiscard]] const std::vector<io::Endpoint>& listening() const { return listening_; }
    [[nodiscard]] const NodeConfig& config() const { return config_; }
    // The name of this installation, as container hosts know it.
    [[nodiscard]] const std::string& installation() const { return config_.installation; }
    [[nodiscard]] kernel::Kernel& kernel();

private:
    struct Parts;

    Result<void> listen(std::vector<services::ListenerParcel> inherited);
    Result<std::unique_ptr<io::Listener>> listen_at(
        const io::Endpoint& endpoint,
        std::vector<services::ListenerParcel>& inherited);
    io::Task<Result<void>> open();
    void serve(std::vector<services::Parcel> parcels);

    io::Io io_;
    NodeConfig config_;
    std::vector<std::unique_ptr<io::Listener>> listeners_;
    std::vector<io::Endpoint> listening_;
    std::unique_ptr<Parts> parts_;
};

}  // namespace playback
