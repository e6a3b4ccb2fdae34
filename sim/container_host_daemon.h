// ContainerDaemon: a simulated Docker: images, containers and the daemon that minds them.
//
// The daemon is a process on a machine; killed, paused or without power as any other node. Its
// containers are further nodes on the same machine (the host network), so they share its addresses
// and clocks, and outlive the daemon and whoever asked for them. What runs in them are programs
// that the scenario registers by the name of an image.
//
// Requests arrive after drawn time and answers take drawn time back; whoever gave up meanwhile may
// find that the thing was done all the same. A daemon that goes answers what is open with
// `unavailable`; one that comes back without live restore ends the containers that it finds.
// Drawn times come from streams named by daemon, container and image. Declare it after its World
// and destroy it before. DESIGN section 3 (workers are level-triggered), omgservers.md section 7.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/random.h"
#include "engine/io/container_host.h"
#include "sim/container_host_call.h"
#include "sim/faults/fault_set.h"
#include "sim/node.h"
#include "sim/plan.h"

namespace playback::sim {

class World;

// What a program can do to the container that it runs in. It knows no more of it than a process.
class ContainerLife {
public:
    virtual ~ContainerLife() = default;

    [[nodiscard]] virtual const io::ContainerSpec& spec() const = 0;
    // The value of an environment variable, or nothing.
    [[nodiscard]] std::string variable(std::string_view name) const;
    // The process ends after this step.
    virtual void exit(std::int32_t code) = 0;
    virtual void print(std::string_view line) = 0;
    // Memory in use from now on; above the limit the process is killed.
    virtual void use_memory(std::uint32_t megabytes) = 0;
    // SIGTERM. Without a handler only the end of the grace ends the process.
    virtual void on_terminate(std::function<void()> handler) = 0;
};

using ContainerProgram = std::function<std::unique_ptr<Program>(SimNode& node, ContainerLife&)>;

struct ContainerKnobs {
    Duration latency_low = microseconds(200);  // of a request, and of an answer
    Duration latency_high = milliseconds(3);
    Duration pull_low = milliseconds(50);
    Duration pull_high = seconds(8);
    std::int64_t pull_slow_factor = 20;  // while a fault makes pulls slow
    Duration start_low = milliseconds(20);
    Duration start_high = milliseconds(800);
    Duration removal_low = milliseconds(1);
    Duration removal_high = milliseconds(200);

    // Drawn for one run.
    static ContainerKnobs draw(Random& random);
};

struct ContainerDaemonOptions {
    std::string name;          // of the daemon's node; what faults aim at
    std::string machine = {};  // of an earlier node, to share it; else its own
    ContainerKnobs knobs = {};
    bool live_restore = true;
};

class ContainerDaemon {
public:
    using Ended = std::function<void(const io::ContainerSpec&, const io::ContainerStatus&)>;

    ContainerDaemon(World& world, ContainerDaemonOptions options);
    ContainerDaemon(const ContainerDaemon&) = delete;
    ContainerDaemon& operator=(const ContainerDaemon&) = delete;
    ~ContainerDaemon();

    // --- for the scenario ---
    // `present`: needs no pull.
    void add_image(std::string name, ContainerProgram program, bool present = false);
    void set_live_restore(bool on) { live_restore_ = on; }
    // Called whenever the process of a container has ended, of itself or not.
    void set_on_ended(Ended ended) { ended_ = std::move(ended); }
    [[nodiscard]] SimNode& node() { return node_; }
    [[nodiscard]] const std::string& name() const { return node_.name(); }
    [[nodiscard]] std::vector<io::ContainerStatus> containers() const;
    // The process of a running container; nullptr if it does not run.
    [[nodiscard]] SimNode* process(std::string_view container) const;

    // Handles the faults of the group "container" (fault_catalogue.h). Their target is this
    // daemon's name, where a running container is then drawn, or "name/container".
    bool fault(const PlanFault& fault, bool begins);

    // --- for SimContainerHost: what a request does when it has arrived ---
    using Action = std::move_only_function<void()>;
    void send(const Machine& from, std::shared_ptr<ContainerCall> call, Action action);
    void ping(std::shared_ptr<CallOf<void>> call);
    void pull(std::shared_ptr<CallOf<void>> call, const std::string& image);
    void start(std::shared_ptr<CallOf<void>> call, const io::ContainerSpec& spec);
    void remove(std::shared_ptr<CallOf<void>> call, const std::string& name, Duration grace);
    void list(std::shared_ptr<CallOf<io::ContainerList>> call,
              const std::string& label,
              const std::string& value);
    void logs(std::shared_ptr<CallOf<std::string>> call,
              const std::string& name,
              std::size_t bytes_max);
    // Answered when the version differs from `seen`.
    void watch(const Machine& from, std::shared_ptr<CallOf<void>> call, std::uint64_t seen);
    // Answers all calls of watch from there.
    void end_watches(const Machine& from);

private:
    static constexpr std::size_t log_bytes_max = 64 * 1024;

    struct Image {
        ContainerProgram program;
        bool present = false;
        std::uint64_t pulls = 0;
    };
    class Container;
    struct Watcher {
        const Machine* from = nullptr;
        std::shared_ptr<CallOf<void>> call;
        std::uint64_t seen = 0;
    };

    void arrive(const Machine& from, std::shared_ptr<ContainerCall> call, Action action);
    template <class T>
    void answer(const std::shared_ptr<CallOf<T>>& call, Result<T> result);
    void reply(const std::shared_ptr<ContainerCall>& call, Action deliver);
    [[nodiscard]] bool reaches(const Machine& from) const;
    Duration latency();

    void went();
    void came();
    void changed();
    void tell_watchers();

    void create(std::shared_ptr<CallOf<void>> call, const io::ContainerSpec& spec);
    void launch(std::shared_ptr<CallOf<void>> call, std::uint64_t number);
    void terminate(std::uint64_t number);
    void end(Container& container, std::int32_t code, std::string reason);
    void process_ended(std::uint64_t number, std::string_view why);
    void erase(std::uint64_t number);
    [[nodiscard]] Container* find(std::string_view name) const;
    [[nodiscard]] Container* find(std::uint64_t number) const;
    [[nodiscard]] Container* victim(const PlanFault& fault) const;
    bool fault_of_daemon(const PlanFault& fault, bool begins);
    bool fault_of_container(const PlanFault& fault, bool begins);
    void suffer(const PlanFault& fault, bool begins);
    [[nodiscard]] bool refuses();

    World& world_;
    ContainerKnobs knobs_;
    bool live_restore_;
    Random random_;
    Ended ended_;
    std::map<std::string, Image, std::less<>> images_;
    std::map<std::string, std::unique_ptr<Container>, std::less<>> containers_;
    std::map<std::uint64_t, SimNode*> processes_;       // by number, until they are forgotten
    std::map<std::uint64_t, std::string> hung_;         // containers, by the fault that holds them
    std::vector<std::shared_ptr<ContainerCall>> open_;  // arrived and not answered
    std::vector<Watcher> watchers_;
    bool telling_ = false;  // watchers are about to be told
    std::uint64_t version_ = 1;
    std::uint64_t life_ = 0;  // of the daemon: what an earlier one began is not finished
    std::uint64_t last_number_ = 0;
    FaultSet in_force_;
    std::vector<io::ContainerStatus> stale_list_;  // while a fault shows it
    std::uint64_t stale_version_ = 0;
    SimNode& node_;
};

}  // namespace playback::sim
