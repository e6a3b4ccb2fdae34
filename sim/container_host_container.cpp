// The containers of a ContainerDaemon: how they start and end, and the faults that hit them.
#include "sim/container_host_container.h"

#include <algorithm>
#include <array>

#include "engine/base/hash.h"
#include "sim/world.h"

namespace playback::sim {

bool ContainerDaemon::Container::carries(const io::Labels& labels) const {
    return std::ranges::includes(status.labels, labels);
}

SimNode* ContainerDaemon::process(std::string_view name) const {
    const Container* const container = find(name);
    return container == nullptr ? nullptr : container->process;
}

ContainerDaemon::Container* ContainerDaemon::find(std::string_view name) const {
    const auto found = containers_.find(name);
    return found == containers_.end() ? nullptr : found->second.get();
}

ContainerDaemon::Container* ContainerDaemon::find(std::uint64_t number) const {
    for (const auto& [name, container] : containers_)
        if (container->number == number) return container.get();
    return nullptr;
}

// --- life ---

void ContainerDaemon::create(std::shared_ptr<CallOf<void>> call, const io::ContainerSpec& spec) {
    const std::uint64_t number = ++last_number_;
    containers_.emplace(spec.name, std::make_unique<Container>(*this, spec, number));
    world_.trace().record(TraceKind::container, node_.id(), number, 0, "create " + spec.name);
    changed();
    Random random = world_.random("container start", hash_bytes(spec.name), number);
    const Duration takes =
        nanoseconds(random.log_between(knobs_.start_low.ns, knobs_.start_high.ns)) +
        nanoseconds(in_force_.most("container_start_slow", "by_ns"));
    // A daemon that dies in between leaves it created and never started.
    world_.after(takes, [this, call = std::move(call), number, life = life_]() mutable {
        if (life == life_) launch(std::move(call), number);
    });
}

void ContainerDaemon::launch(std::shared_ptr<CallOf<void>> call, std::uint64_t number) {
    Container* const container = find(number);
    if (container == nullptr || container->removing) {
        answer<void>(call, Error{Errc::io_failed, "the container was removed before it ran"});
        return;
    }
    if (in_force_.has("container_start_fails")) {
        erase(number);
        answer<void>(call, Error{Errc::io_failed, "the container does not start"});
        return;
    }
    const Image& image = images_.find(container->spec().image)->second;
    SimNode& process = world_.add_node(
        {.name = name() + "/" + container->status.name + "#" + std::to_string(number),
         .machine = node_.machine().name,
         .starts_with_machine = false});
    processes_.emplace(number, &process);
    container->process = &process;
    container->status.state = io::ContainerState::running;
    world_.trace().record(TraceKind::container, node_.id(), number, 0, "start");
    process.set_on_exit(
        [this, number](SimNode&, std::string_view why) { process_ended(number, why); });
    process.start(
        [container, program = image.program](SimNode& node) { return program(node, *container); });
    changed();
    answer<void>(call, {});
}

// SIGTERM, once the process runs at all.
void ContainerDaemon::terminate(std::uint64_t number) {
    Container* const container = find(number);
    if (container == nullptr || !container->process || container->ending) return;
    SimNode& process = *container->process;
    if (!process.alive() || !process.core().scheduler.can_run()) {
        const Instant next =
            process.alive() ? process.core().scheduler.retry_at() : world_.now() + milliseconds(1);
        world_.at(std::max(next, world_.now() + milliseconds(1)),
                  [this, number] { terminate(number); });
        return;
    }
    if (container->terminate) process.core().scheduler.inside(container->terminate);
}

// The process ends after this step at the latest; `process_ended` does the rest.
void ContainerDaemon::end(Container& container, std::int32_t code, std::string reason) {
    if (!container.process || container.ending) return;
    container.ending = Container::Ending{code, std::move(reason)};
    if (container.process->alive())
        container.process->kill();
    else
        process_ended(container.number, "killed");  // before it booted
}

void ContainerDaemon::process_ended(std::uint64_t number, std::string_view why) {
    const auto process = processes_.find(number);
    if (process == processes_.end()) return;
    // It may be on the stack of its own callback.
    world_.at(world_.now(), [this, number] {
        const auto forgotten = processes_.extract(number);
        if (!forgotten.empty()) world_.remove_node(*forgotten.mapped());
    });
    Container* const container = find(number);
    if (container == nullptr || !container->running()) return;
    container->process = nullptr;
    container->terminate = nullptr;
    io::ContainerStatus& status = container->status;
    status.state = io::ContainerState::exited;
    const Container::Ending killed{137, std::string(why)};
    const Container::Ending& ending = container->ending ? *container->ending : killed;
    status.exit_code = ending.code;
    status.reason = ending.reason;
    world_.trace().record(TraceKind::container,
                          node_.id(),
                          number,
                          static_cast<std::uint64_t>(ending.code),
                          "end " + ending.reason);
    changed();
    if (ended_) ended_(container->spec(), status);
    for (Action& action : std::exchange(container->when_ended, {}))
        world_.at(world_.now(), std::move(action));
}

void ContainerDaemon::erase(std::uint64_t number) {
    Container* const container = find(number);
    if (container == nullptr || container->process) return;
    world_.trace().record(TraceKind::container, node_.id(), number, 0, "remove");
    containers_.erase(container->status.name);
    changed();
}

// --- faults ---

bool ContainerDaemon::fault(const PlanFault& fault, bool begins) {
    const std::string_view target = fault.target;
    if (target.substr(0, target.find('/')) != name()) return false;
    return fault_of_daemon(fault, begins) || fault_of_container(fault, begins);
}

bool ContainerDaemon::fault_of_daemon(const PlanFault& fault, bool begins) {
    constexpr std::array of_containers{"container_crash",
                                       "container_exit",
                                       "container_vanishes",
                                       "container_oom",
                                       "container_hang"};
    if (std::ranges::find(of_containers, fault.kind) != of_containers.end()) return false;
    if (fault.kind == "container_image_gone") {
        for (auto& [name, image] : images_) image.present = false;
    } else if (fault.kind == "container_daemon_restart") {
        if (begins && !node_.alive()) return false;
        live_restore_ = number_of(fault.args, "live_restore", 1) != 0;
        if (begins)
            node_.kill();
        else
            node_.restart();
    } else {
        suffer(fault, begins);
    }
    return true;
}

void ContainerDaemon::suffer(const PlanFault& fault, bool begins) {
    if (begins && fault.kind == "container_list_stale") {
        stale_list_ = containers();
        stale_version_ = version_;
    }
    if (begins)
        in_force_.add(fault);
    else
        in_force_.remove(fault);
    // What nobody was told of meanwhile.
    if (!begins) changed();
}

// A running container: the one that is named, or one drawn by the fault's own number.
ContainerDaemon::Container* ContainerDaemon::victim(const PlanFault& fault) const {
    std::vector<Container*> running;
    const std::size_t slash = fault.target.find('/');
    for (const auto& [name, container] : containers_) {
        const bool meant =
            slash == std::string::npos || std::string_view(fault.target).substr(slash + 1) == name;
        if (meant && container->running() && container->process->alive())
            running.push_back(container.get());
    }
    if (running.empty()) return nullptr;
    Random random = world_.random("container fault", fault.id);
    return running[random.below(running.size())];
}

bool ContainerDaemon::fault_of_container(const PlanFault& fault, bool begins) {
    if (!begins) {
        const auto held = hung_.extract(fault.id);
        SimNode* const node = held.empty() ? nullptr : process(held.mapped());
        if (node != nullptr) node->resume();
        return true;
    }
    Container* const hit = victim(fault);
    if (hit == nullptr) return false;
    if (fault.kind == "container_crash") {
        end(*hit, 1, "exit 1");
    } else if (fault.kind == "container_exit") {
        end(*hit, 0, "exit 0");
    } else if (fault.kind == "container_vanishes") {
        const std::uint64_t number = hit->number;
        hit->when_ended.emplace_back([this, number] { erase(number); });
        end(*hit, 137, "exit 137");
    } else if (fault.kind == "container_oom") {
        end(*hit, 137, "out of memory");
    } else if (fault.kind == "container_hang") {
        const bool for_good = number_of(fault.args, "for_good") != 0;
        if (!for_good) hung_.insert_or_assign(fault.id, hit->status.name);
        hit->process->pause(for_good ? minutes(60 * 24 * 365) : fault.duration);
    } else {
        return false;
    }
    return true;
}

}  // namespace playback::sim
