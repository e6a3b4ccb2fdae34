#include "sim/fault_driver.h"

#include <algorithm>
#include <array>

#include "engine/base/check.h"
#include "sim/disk.h"
#include "sim/fabric.h"
#include "sim/faults/compound.h"
#include "sim/faults/in_force.h"
#include "sim/machine.h"
#include "sim/network.h"
#include "sim/node.h"
#include "sim/world.h"

namespace playback::sim {
namespace {

constexpr std::int64_t day_ns = 24 * 3'600 * std::int64_t{1'000'000'000};

bool is_one_way(std::string_view kind) {
    return kind.ends_with("_one_way");
}

// Wall time is stepped by this while the fault lasts.
Duration wall_step(const PlanFault& fault) {
    if (fault.kind == "clock_far_off")
        return nanoseconds(number_of(fault.args, "by_days") * day_ns);
    return nanoseconds(number_of(fault.args, "by_ns"));
}

bool steps_wall(const PlanFault& fault) {
    return fault.kind == "clock_offset_step" || fault.kind == "clock_far_off";
}

}  // namespace

void FaultDriver::set_handler(std::string kind_or_group, Handler handler) {
    handlers_.insert_or_assign(std::move(kind_or_group), std::move(handler));
}

std::uint64_t FaultDriver::count(std::string_view kind) const {
    const auto found = injected_.find(kind);
    return found == injected_.end() ? 0 : found->second;
}

void FaultDriver::schedule(const std::vector<PlanFault>& faults) {
    for (const PlanFault& fault : faults) schedule(fault);
}

void FaultDriver::schedule(const PlanFault& fault) {
    world_.at(fault.at, [this, fault] { begin(fault); });
}

void FaultDriver::begin(const PlanFault& fault) {
    const FaultKind* const kind = find_fault_kind(fault.kind);
    const std::uint64_t sequence = next_sequence_++;
    // It counts as active while it is applied: what holds is worked out from all that are.
    Active& active =
        active_.try_emplace(sequence, Active{.fault = fault, .pairs = {}}).first->second;
    const bool applied =
        !over_ && kind != nullptr && (begin_parts(fault, *kind) || apply(active, *kind));
    if (!applied) {
        active_.erase(sequence);
        ++skipped_[fault.kind];
        return;
    }
    ++injected_[fault.kind];
    world_.trace().record(TraceKind::fault, fault.id, 1, 0, fault.kind + " " + fault.target);
    if (kind->lasts)
        world_.after(fault.duration, [this, sequence] { end(sequence); });
    else
        active_.erase(sequence);
}

// A fault that is made of others: they are scheduled, and each is applied for itself.
bool FaultDriver::begin_parts(const PlanFault& fault, const FaultKind& kind) {
    if (!has_target(fault, kind)) return false;
    std::vector<std::string> machines;
    for (const auto& machine : world_.machines()) machines.push_back(machine->name);
    const auto parts = parts_of(fault, machines, world_.random("fault", fault.id));
    for (const PlanFault& part : parts) schedule(part);
    return !parts.empty();
}

bool FaultDriver::has_target(const PlanFault& fault, const FaultKind& kind) const {
    switch (kind.target) {
        case FaultTarget::link:
            return !pairs_of(fault).empty();
        case FaultTarget::machine:
            return machine_of(fault.target) != nullptr;
        case FaultTarget::node:
            return world_.find_node(fault.target) != nullptr;
        case FaultTarget::handler:
            return false;
    }
    return false;
}

void FaultDriver::end(std::uint64_t sequence) {
    const auto found = active_.find(sequence);
    if (found == active_.end() || found->second.is_for_good) return;
    const auto ended = active_.extract(found);
    const Active& active = ended.mapped();
    world_.trace().record(TraceKind::fault, active.fault.id, 0, 0, active.fault.kind);
    revert(active, *find_fault_kind(active.fault.kind));
}

void FaultDriver::end_all(const std::function<bool(const PlanFault&)>& stays) {
    over_ = true;
    std::vector<std::uint64_t> sequences;
    for (auto& [sequence, active] : active_) {
        active.is_for_good = stays && stays(active.fault);
        sequences.push_back(sequence);
    }
    for (const std::uint64_t sequence : sequences) end(sequence);
}

bool FaultDriver::apply(Active& active, const FaultKind& kind) {
    switch (kind.target) {
        case FaultTarget::link:
            return apply_to_links(active);
        case FaultTarget::machine:
            return apply_to_machine(active);
        case FaultTarget::node:
            return apply_to_node(active.fault);
        case FaultTarget::handler:
            return dispatch(active.fault, kind, true);
    }
    return false;
}

bool FaultDriver::dispatch(const PlanFault& fault, const FaultKind& kind, bool begins) {
    auto found = handlers_.find(fault.kind);
    if (found == handlers_.end()) found = handlers_.find(kind.group);
    return found != handlers_.end() && found->second(fault, begins);
}

// --- links ---

std::vector<Machine*> FaultDriver::machines_of(std::string_view name) const {
    std::vector<Machine*> result;
    if (name == "*") {
        for (const auto& machine : world_.machines()) result.push_back(machine.get());
    } else if (Machine* const one = machine_of(name); one != nullptr) {
        result.push_back(one);
    }
    return result;
}

Machine* FaultDriver::machine_of(std::string_view name) const {
    if (SimNode* const node = world_.find_node(name); node != nullptr) return &node->machine();
    return world_.find_machine(name);
}

// The directions that "a|b" means. A machine's own loopback only if it is named twice.
std::vector<FaultDriver::Pair> FaultDriver::pairs_of(const PlanFault& fault) const {
    const std::size_t bar = fault.target.find('|');
    if (bar == std::string::npos) return {};
    const auto left = machines_of(std::string_view(fault.target).substr(0, bar));
    const auto right = machines_of(std::string_view(fault.target).substr(bar + 1));
    const bool wild = fault.target.find('*') != std::string::npos;
    const bool both_ways = !is_one_way(fault.kind);
    std::vector<Pair> pairs;
    const auto add = [&pairs](Machine* from, Machine* to) {
        const Pair pair(from, to);
        if (std::ranges::find(pairs, pair) == pairs.end()) pairs.push_back(pair);
    };
    for (Machine* const from : left) {
        for (Machine* const to : right) {
            if (wild && from == to) continue;
            add(from, to);
            if (both_ways) add(to, from);
        }
    }
    return pairs;
}

bool FaultDriver::apply_to_links(Active& active) {
    active.pairs = pairs_of(active.fault);
    if (active.pairs.empty()) return false;
    hit_connections(active);
    for (const Pair& pair : active.pairs) refresh_link(pair);
    return true;
}

// What happens once, to what is open now. A pair of machines comes in both directions; each
// connection is hit once.
void FaultDriver::hit_connections(const Active& active) {
    const std::string& kind = active.fault.kind;
    constexpr std::array kinds{
        "link_reset", "link_end", "link_half_open", "link_half_open_one_way"};
    if (std::ranges::find(kinds, kind) == kinds.end()) return;
    std::vector<std::pair<Connection*, const Machine*>> hit;
    for (const auto& [from, to] : active.pairs) {
        world_.fabric().for_each_between(*from, *to, [&, from](Connection& connection) {
            if (std::ranges::find(hit, &connection, [](auto& known) { return known.first; }) ==
                hit.end())
                hit.emplace_back(&connection, from);
        });
    }
    for (const auto& [connection, from] : hit) {
        if (kind == "link_reset")
            connection->reset();
        else if (kind == "link_end")
            connection->sever();
        else if (kind == "link_half_open")
            connection->silence();
        else
            connection->silence(connection->parts().machines[0] == from ? 0 : 1);
    }
}

void FaultDriver::refresh_link(const Pair& pair) {
    FaultSet in_force;
    for (const auto& [sequence, active] : active_)
        if (std::ranges::find(active.pairs, pair) != active.pairs.end()) in_force.add(active.fault);
    Link& link = world_.fabric().link(*pair.first, *pair.second);
    link.set_faults(link_faults(in_force), world_.now());
}

// --- machines ---

bool FaultDriver::apply_to_machine(Active& active) {
    const PlanFault& fault = active.fault;
    Machine* const machine = machine_of(fault.target);
    if (machine == nullptr) return false;
    active.machine = machine;
    if (fault.kind == "accept_fails") {
        const auto count = static_cast<int>(
            std::clamp<std::int64_t>(number_of(fault.args, "count"), 0, 1'000'000));
        return world_.fabric().fail_accepts(*machine, count) > 0;
    }
    if (steps_wall(fault)) machine->time.step_wall(wall_step(fault));
    if (fault.kind == "clock_drift") drift_before_.try_emplace(machine->id, machine->time.drift());
    refresh_machine(*machine);
    return true;
}

void FaultDriver::refresh_machine(Machine& machine) {
    FaultSet in_force;
    for (const auto& [sequence, active] : active_)
        if (active.machine == &machine) in_force.add(active.fault);
    machine.set_faults(machine_faults(in_force), world_.now());
    const auto before = drift_before_.find(machine.id);
    const std::int64_t own = before == drift_before_.end() ? machine.time.drift() : before->second;
    const std::int64_t drift = std::clamp(in_force.last("clock_drift", "ppb", own),
                                          -NodeTime::drift_max_ppb,
                                          NodeTime::drift_max_ppb);
    if (drift != machine.time.drift()) machine.set_drift(world_.now(), drift);
}

void FaultDriver::revert_machine(const Active& active) {
    Machine& machine = *active.machine;
    const PlanFault& fault = active.fault;
    if (steps_wall(fault)) machine.time.step_wall(nanoseconds(-wall_step(fault).ns));
    refresh_machine(machine);
    // A processor that was slow, a listener without descriptors: who waits looks again.
    world_.fabric().wake_listeners(machine);
}

// --- nodes ---

bool FaultDriver::apply_to_node(const PlanFault& fault) {
    SimNode* const node = world_.find_node(fault.target);
    if (node == nullptr) return false;
    if (fault.kind == "node_restart") {
        if (node->alive()) return false;
        node->restart();
        return true;
    }
    if (!node->alive()) return false;
    if (fault.kind == "node_kill")
        node->kill(number_of(fault.args, "half_open") != 0);
    else if (fault.kind == "node_stop")
        node->stop();
    else if (fault.kind == "node_power_loss")
        node->power_loss();
    else if (fault.kind == "node_pause")
        node->pause(fault.duration);
    else
        return interrupt(*node, fault);
    return true;
}

// Kills the process when it gets to a certain point of its work, if it does so before the end.
bool FaultDriver::interrupt(SimNode& node, const PlanFault& fault) {
    const auto nth =
        static_cast<std::uint64_t>(std::max<std::int64_t>(number_of(fault.args, "nth"), 1));
    const Instant until = world_.now() + fault.duration;
    const std::uint64_t life = node.incarnations();
    const auto strike = [this, name = node.name(), until, life, fault] {
        SimNode* const hit = world_.find_node(name);
        const bool is_same = hit != nullptr && hit->alive() && hit->incarnations() == life;
        if (over_ || !is_same || world_.now() > until) return;
        world_.trace().record(TraceKind::fault, fault.id, 2, 0, fault.kind);
        hit->kill(number_of(fault.args, "half_open") != 0);
    };
    if (fault.kind == "node_kill_at_send") {
        world_.fabric().interrupt_send(node.id(), nth, strike);
        return true;
    }
    const auto disk = disks_.find(node.name());
    if (disk == disks_.end()) return false;
    const Duration offset = nanoseconds(number_of(fault.args, "offset_ns"));
    disk->second->on_sync(
        nth, [this, offset, strike](Instant done) { world_.at(done + offset, strike); });
    return true;
}

void FaultDriver::revert_node(const PlanFault& fault) {
    SimNode* const node = world_.find_node(fault.target);
    if (node == nullptr) return;
    if (fault.kind == "node_pause") node->resume();
    // It had its time to end in order.
    if (fault.kind == "node_stop") node->kill();
    const bool ends_it = fault.kind.starts_with("node_kill") || fault.kind == "node_stop";
    if (ends_it) node->restart();
    if (fault.kind != "node_power_loss") return;
    for (SimNode* const other : world_.nodes())
        if (&other->machine() == &node->machine() && other->options().starts_with_machine)
            other->restart();
}

// --- ends ---

void FaultDriver::revert(const Active& active, const FaultKind& kind) {
    const PlanFault& fault = active.fault;
    switch (kind.target) {
        case FaultTarget::link:
            for (const Pair& pair : active.pairs) refresh_link(pair);
            world_.fabric().wake_all();
            break;
        case FaultTarget::machine:
            if (active.machine != nullptr) revert_machine(active);
            break;
        case FaultTarget::node:
            revert_node(fault);
            break;
        case FaultTarget::handler:
            (void)dispatch(fault, kind, false);
            break;
    }
}

}  // namespace playback::sim
