// SimNode: one simulated process, and SimCore, one of its cores with a full io::Io.
//
//     node.start([](SimNode& self) { return std::make_unique<Server>(self.io()); });
//
// A boot builds the program inside a step of the world; killing the node destroys its coroutines
// first, in the order of their suspension, then the program, then its cores. Before any of that the
// node counts as dead: nothing that a destructor does has an effect on others. A restart runs the
// same boot again in a new incarnation; the machine (addresses, clocks) stays. Owned by the World.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/time.h"
#include "engine/io/io.h"
#include "sim/absent.h"
#include "sim/cores.h"
#include "sim/event_queue.h"
#include "sim/fault_points.h"
#include "sim/log.h"
#include "sim/machine.h"
#include "sim/metrics.h"
#include "sim/network.h"
#include "sim/offload.h"
#include "sim/scheduler.h"
#include "sim/security.h"

namespace playback::sim {

class SimNode;
class World;

struct NodeOptions {
    std::string name;                         // unique among the nodes of a world
    std::string machine = {};                 // of an earlier node, to share it; else its own
    std::vector<std::string> addresses = {};  // of its own machine; empty: one is made up
    std::size_t cores = 1;
    std::optional<SchedulingKnobs> scheduling = {};  // else those of the world
    Duration wall_offset = {};                       // of its own machine
    std::int64_t drift_ppb = 0;
    std::optional<Duration> restart_after = {};  // after Process::die
    std::uint64_t signing_key = 1;
    bool starts_with_machine = true;  // when power comes back after a power loss fault
};

// What runs on a node. Destroyed when the node dies, after its coroutines.
class Program {
public:
    Program() = default;
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    virtual ~Program() = default;

    // Asked to end (SIGTERM), inside a step of its first core. `done` ends the process; call it
    // when all is in order, or never.
    virtual void stop(std::function<void()> done) { done(); }
};

// For what must know of the life of a node: disks above all. All are called outside of any core.
struct NodeHooks {
    std::function<void()> killed;      // the process ended; its machine goes on
    std::function<void()> power_lost;  // instead of `killed`
    std::function<void()> starting;    // before the boot
};

// One core of an incarnation: everything behind its io::Io.
class SimCore {
public:
    SimCore(SimNode& node, std::size_t index, const Vitals& vitals);

    SimScheduler scheduler;
    SimClock clock;
    SimEntropy entropy;
    SimOffload offload;
    SimPasswordHasher passwords;
    SimTokenSigner tokens;
    std::unique_ptr<SimCores> cores;
    std::map<std::string, std::unique_ptr<SimNetwork>, std::less<>> networks;  // by source
};

class SimNode final : public io::Process {
public:
    using Boot = std::function<std::unique_ptr<Program>(SimNode&)>;

    SimNode(World& world, Machine& machine, std::uint64_t id, NodeOptions options);
    ~SimNode() override;

    [[nodiscard]] const std::string& name() const { return options_.name; }
    [[nodiscard]] std::uint64_t id() const { return id_; }
    [[nodiscard]] World& world() const { return world_; }
    [[nodiscard]] Machine& machine() const { return machine_; }
    [[nodiscard]] const NodeOptions& options() const { return options_; }

    // --- life ---
    // Boots in a step of its own, after `delay`. The boot is kept for restarts. Does nothing if the
    // node runs already.
    void start(Boot boot, Duration delay = {});
    // The process ends: at once if nothing is running, else after this step (from now on nothing it
    // does has an effect). `half_open`: its peers hear nothing of it.
    void kill(bool half_open = false);
    // Asks the program to end, in a step of its own. Nothing if it does not run.
    void stop();
    // Tells the program something, in a step of its own. Nothing if it ends before.
    void tell(std::function<void(Program&)> words);
    // The machine stops, with every process on it, and peers hear nothing.
    void power_loss();
    // Boots again with the boot of `start`; the machine has power again. Nothing if it runs or was
    // never started.
    void restart(Duration delay = {});
    // Nothing runs for a while; then everything that came meanwhile does.
    void pause(Duration duration);
    // Ends a pause early.
    void resume();
    // io::Process: the program gives up.
    void die(std::string_view reason) override;

    [[nodiscard]] bool alive() const { return incarnation_ && !incarnation_->vitals.dead; }
    [[nodiscard]] bool is_paused(Instant now) const {
        return incarnation_ && incarnation_->vitals.paused(now);
    }
    [[nodiscard]] std::uint64_t incarnations() const { return incarnations_; }
    [[nodiscard]] const std::vector<std::string>& deaths() const { return deaths_; }
    void add_hooks(NodeHooks hooks) { hooks_.push_back(std::move(hooks)); }
    // Called when the program died of itself, or was killed: (node, reason).
    void set_on_exit(std::function<void(SimNode&, std::string_view)> on_exit) {
        on_exit_ = std::move(on_exit);
    }

    // --- what the program sees; only while the node lives ---
    io::Io io(std::size_t core = 0);
    io::Io io(io::Store& store, std::size_t core = 0);
    // Connects come from `address`, which is added to the machine: one node, many players.
    io::Io io_from(std::string_view address, std::size_t core = 0);
    SimCore& core(std::size_t index = 0);
    // Later connects of `from` come from `to`; those that are open go silent, as behind a NAT that
    // gave the caller another address. False if nobody called from there.
    bool change_address(std::string_view from, std::string to);
    // A worker for an adapter that blocks; the program owns it.
    std::unique_ptr<io::Worker> make_worker(std::function<Instant()> completion,
                                            std::size_t core = 0);
    void set_containers(io::ContainerHosts* containers) { containers_ = containers; }

    [[nodiscard]] Program* program() const {
        return incarnation_ ? incarnation_->program.get() : nullptr;
    }
    SimLog& log() { return log_; }
    SimMetrics& metrics() { return metrics_; }
    SimFaultPoints& fault_points() { return fault_points_; }

private:
    struct Incarnation {
        Vitals vitals;
        std::vector<std::unique_ptr<SimCore>> cores;
        std::vector<std::unique_ptr<Crossing>> crossings;
        std::unique_ptr<Program> program;
    };

    void boot();
    void tell(std::uint64_t incarnation, std::function<void(Program&)> words);
    void make_cores();
    void end(std::string_view reason, bool half_open, bool power_lost);
    void destroy();
    SimNetwork& network(std::size_t core, std::string_view source);
    io::Io bundle(std::size_t core, SimNetwork& network, io::Store& store);

    World& world_;
    Machine& machine_;
    std::uint64_t id_;
    NodeOptions options_;
    SimLog log_;
    SimMetrics metrics_;
    SimFaultPoints fault_points_;
    AbsentStore no_store_;
    AbsentContainers no_containers_;
    io::ContainerHosts* containers_ = &no_containers_;
    std::vector<NodeHooks> hooks_;
    std::function<void(SimNode&, std::string_view)> on_exit_;
    std::vector<std::string> deaths_;
    Boot boot_;
    std::uint64_t incarnations_ = 0;
    std::unique_ptr<Incarnation> incarnation_;
    MemberEvent<&SimNode::boot> boot_event_{*this};
};

}  // namespace playback::sim
