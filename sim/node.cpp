#include "sim/node.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "sim/world.h"

namespace playback::sim {
namespace {

// A stream that belongs to one core of one incarnation of a node.
Random stream_of(SimNode& node, std::string_view what, std::size_t core) {
    const std::uint64_t life = node.incarnations() << 16 | core;
    return node.world().random(what, hash_bytes(node.name()), life);
}

const SchedulingKnobs& knobs_of(const SimNode& node) {
    const auto& own = node.options().scheduling;
    return own ? *own : node.world().options().scheduling;
}

}  // namespace

SimCore::SimCore(SimNode& node, std::size_t index, const Vitals& vitals)
    : scheduler(
          node.world(),
          vitals,
          node.id() << 8 | index,
          stream_of(node, "scheduler", index),
          knobs_of(node),
          node.name() + "/" + std::to_string(node.incarnations()) + "/" + std::to_string(index)),
      clock(node.world(), node.machine(), scheduler, stream_of(node, "timer", index)),
      entropy(stream_of(node, "entropy", index)),
      offload(node.world(), scheduler, stream_of(node, "offload", index)),
      passwords(offload, entropy),
      tokens(offload, node.options().signing_key) {
}

SimNode::SimNode(World& world, Machine& machine, std::uint64_t id, NodeOptions options)
    : world_(world),
      machine_(machine),
      id_(id),
      options_(std::move(options)),
      log_(world, options_.name),
      fault_points_(world, hash_bytes(options_.name)) {
}

SimNode::~SimNode() {
    if (incarnation_) destroy();
}

// --- life ---

void SimNode::start(Boot boot, Duration delay) {
    boot_ = std::move(boot);
    restart(delay);
}

void SimNode::restart(Duration delay) {
    if (boot_ && !boot_event_.scheduled()) world_.schedule(boot_event_, world_.now() + delay);
}

void SimNode::boot() {
    if (incarnation_) return;
    if (machine_.faults.asleep && machine_.powered) {
        // It starts when the machine is awake.
        world_.schedule(boot_event_, world_.now() + milliseconds(50));
        return;
    }
    if (!machine_.powered) {
        machine_.powered = true;
        Random random = world_.random("monotonic", hash_bytes(machine_.name), incarnations_);
        const Duration up = nanoseconds(random.log_between(1'000'000'000, 1'000'000'000'000));
        machine_.time.reboot(world_.now(), Instant{} + up);
        world_.fabric().wake_all();
    }
    ++incarnations_;
    world_.trace().record(TraceKind::process, id_, incarnations_, 0, "boot " + name());
    for (const NodeHooks& hooks : hooks_)
        if (hooks.starting) hooks.starting();
    incarnation_ = std::make_unique<Incarnation>();
    incarnation_->vitals.machine = &machine_.faults;
    make_cores();
    const auto build = [this] { incarnation_->program = boot_(*this); };
    incarnation_->cores.front()->scheduler.inside(build);
}

void SimNode::make_cores() {
    auto& cores = incarnation_->cores;
    for (std::size_t i = 0; i < options_.cores; ++i)
        cores.push_back(std::make_unique<SimCore>(*this, i, incarnation_->vitals));
    for (std::size_t from = 0; from < cores.size(); ++from) {
        std::vector<Crossing*> out;
        for (std::size_t to = 0; to < cores.size(); ++to) {
            const std::uint64_t subject = id_ << 16 | from << 8 | to;
            Random random = stream_of(*this, "crossing", from << 8 | to);
            incarnation_->crossings.push_back(std::make_unique<Crossing>(
                world_, cores[to]->scheduler, subject, random, knobs_of(*this).crossing_max));
            out.push_back(incarnation_->crossings.back().get());
        }
        cores[from]->cores = std::make_unique<SimCores>(from, std::move(out));
    }
}

void SimNode::kill(bool half_open) {
    boot_event_.cancel();
    end("killed", half_open, false);
}

void SimNode::stop() {
    if (!alive()) return;
    world_.trace().record(TraceKind::process, id_, incarnations_, 0, "asked to stop " + name());
    tell([this, incarnation = incarnations_](Program& program) {
        program.stop([this, incarnation] {
            if (incarnation == incarnations_) end("stopped", false, false);
        });
    });
}

void SimNode::tell(std::function<void(Program&)> words) {
    tell(incarnations_, std::move(words));
}

void SimNode::tell(std::uint64_t incarnation, std::function<void(Program&)> words) {
    if (!alive() || incarnation != incarnations_) return;
    SimScheduler& scheduler = core().scheduler;
    if (!scheduler.can_run()) {
        const Instant soon = std::max(scheduler.retry_at(), world_.now() + nanoseconds(1));
        world_.at(soon, [this, incarnation, words = std::move(words)]() mutable {
            tell(incarnation, std::move(words));
        });
        return;
    }
    scheduler.inside([this, &words] { words(*program()); });
}

void SimNode::power_loss() {
    machine_.powered = false;
    for (SimNode* const node : world_.nodes()) {
        if (&node->machine_ != &machine_) continue;
        node->boot_event_.cancel();
        node->end("power lost", true, true);
    }
}

void SimNode::die(std::string_view reason) {
    if (!alive()) return;
    end(reason, false, false);
    if (options_.restart_after) restart(*options_.restart_after);
}

void SimNode::pause(Duration duration) {
    if (!alive()) return;
    world_.trace().record(
        TraceKind::process, id_, static_cast<std::uint64_t>(duration.ns), 0, "pause " + name());
    Instant& until = incarnation_->vitals.paused_until;
    until = std::max(until, world_.now() + duration);
}

void SimNode::resume() {
    if (alive()) incarnation_->vitals.paused_until = world_.now();
}

void SimNode::end(std::string_view reason, bool half_open, bool power_lost) {
    if (!alive()) return;
    world_.trace().record(TraceKind::process, id_, half_open, power_lost, reason);
    deaths_.emplace_back(reason);
    incarnation_->vitals.dead = true;
    world_.fabric().node_gone(id_, half_open);
    // The disk learns of it now: what is issued from here on is not kept.
    for (const NodeHooks& hooks : hooks_) {
        const auto& hook = power_lost ? hooks.power_lost : hooks.killed;
        if (hook) hook();
    }
    world_.after_step([this, why = std::string(reason)] {
        destroy();
        if (on_exit_) on_exit_(*this, why);
    });
}

// The order of engine/io/executor.h: suspended coroutines and queues until both are empty, while
// everything that they refer to still lives; then the program; then the cores.
void SimNode::destroy() {
    Incarnation& life = *incarnation_;
    if (!life.vitals.dead) {
        life.vitals.dead = true;
        world_.fabric().node_gone(id_, true);
    }
    const auto drain = [&life] {
        for (bool again = true; again;) {
            again = false;
            for (const auto& core : life.cores) again = core->scheduler.destroy_all() || again;
            for (const auto& crossing : life.crossings) again = crossing->clear() || again;
        }
    };
    drain();
    life.program.reset();
    drain();
    incarnation_.reset();
}

// --- what the program sees ---

SimCore& SimNode::core(std::size_t index) {
    CHECK(incarnation_ != nullptr && index < incarnation_->cores.size());
    return *incarnation_->cores[index];
}

SimNetwork& SimNode::network(std::size_t index, std::string_view source) {
    SimCore& own = core(index);
    const auto found = own.networks.find(source);
    if (found != own.networks.end()) return *found->second;
    const NetworkSite site{world_.fabric(), machine_, id_, own.scheduler, own.clock};
    auto made = std::make_unique<SimNetwork>(site, std::string(source));
    return *own.networks.emplace(std::string(source), std::move(made)).first->second;
}

io::Io SimNode::bundle(std::size_t index, SimNetwork& network, io::Store& store) {
    SimCore& own = core(index);
    return io::Io{.executor = io::Executor(own.scheduler),
                  .clock = own.clock,
                  .entropy = own.entropy,
                  .network = network,
                  .store = store,
                  .cores = *own.cores,
                  .containers = *containers_,
                  .offload = own.offload,
                  .passwords = own.passwords,
                  .tokens = own.tokens,
                  .log = log_,
                  .metrics = metrics_,
                  .faults = fault_points_,
                  .process = *this};
}

io::Io SimNode::io(std::size_t index) {
    return io(no_store_, index);
}

io::Io SimNode::io(io::Store& store, std::size_t index) {
    return bundle(index, network(index, machine_.addresses.front()), store);
}

io::Io SimNode::io_from(std::string_view address, std::size_t index) {
    world_.fabric().add_address(machine_, std::string(address));
    return bundle(index, network(index, address), no_store_);
}

bool SimNode::change_address(std::string_view from, std::string to) {
    if (!alive()) return false;
    bool any = false;
    for (const auto& core : incarnation_->cores) {
        for (const auto& [name, network] : core->networks) {
            if (network->source() != from) continue;
            world_.fabric().add_address(machine_, to);
            network->set_source(to);
            any = true;
        }
    }
    if (any) world_.fabric().silence_from(from);
    return any;
}

std::unique_ptr<io::Worker> SimNode::make_worker(std::function<Instant()> completion,
                                                 std::size_t index) {
    return std::make_unique<SimWorker>(world_, core(index).scheduler, std::move(completion));
}

}  // namespace playback::sim
