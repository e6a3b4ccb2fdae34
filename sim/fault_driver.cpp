#include "sim/fault_driver.h"

#include <algorithm>

#include "engine/base/check.h"
#include "sim/fabric.h"
#include "sim/machine.h"
#include "sim/network.h"
#include "sim/node.h"
#include "sim/world.h"

namespace playback::sim {

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
    if (over_ || kind == nullptr || !apply(active, *kind)) {
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

void FaultDriver::end(std::uint64_t sequence) {
    auto ended = active_.extract(sequence);
    if (ended.empty()) return;
    const Active& active = ended.mapped();
    world_.trace().record(TraceKind::fault, active.fault.id, 0, 0, active.fault.kind);
    revert(active, *find_fault_kind(active.fault.kind));
}

void FaultDriver::end_all() {
    over_ = true;
    while (!active_.empty()) end(active_.begin()->first);
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
    const bool both_ways = fault.kind != "link_partition_one_way";
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
    const std::string& kind = active.fault.kind;
    active.pairs = pairs_of(active.fault);
    if (active.pairs.empty()) return false;
    Fabric& fabric = world_.fabric();
    // A pair of machines comes in both directions; each connection is hit once.
    std::vector<Connection*> hit;
    for (const auto& [from, to] : active.pairs) {
        Link& link = fabric.link(*from, *to);
        if (kind == "link_partition" || kind == "link_partition_one_way") ++link.blocked;
        if (kind == "link_stall") ++link.stalled;
        if (kind != "link_reset" && kind != "link_half_open") continue;
        fabric.for_each_between(*from, *to, [&hit](Connection& connection) {
            if (std::ranges::find(hit, &connection) == hit.end()) hit.push_back(&connection);
        });
    }
    for (Connection* const connection : hit) {
        if (kind == "link_reset")
            connection->reset();
        else
            connection->silence();
    }
    for (const Pair& pair : active.pairs) refresh_link(pair);
    return true;
}

void FaultDriver::refresh_link(const Pair& pair) {
    Link& link = world_.fabric().link(*pair.first, *pair.second);
    link.extra = {};
    link.extra_jitter = {};
    link.segment = 0;
    std::int64_t slow = 0;
    for (const auto& [sequence, active] : active_) {
        if (std::ranges::find(active.pairs, pair) == active.pairs.end()) continue;
        const PlanArgs& args = active.fault.args;
        if (active.fault.kind == "link_latency") {
            link.extra = std::max(link.extra, nanoseconds(number_of(args, "extra_ns")));
            link.extra_jitter =
                std::max(link.extra_jitter, nanoseconds(number_of(args, "jitter_ns")));
        } else if (active.fault.kind == "slow_bandwidth") {
            const std::int64_t rate =
                std::max<std::int64_t>(number_of(args, "bytes_per_second"), 1);
            slow = slow == 0 ? rate : std::min(slow, rate);
        } else if (active.fault.kind == "segment_bytes") {
            const auto most =
                static_cast<std::size_t>(std::max<std::int64_t>(number_of(args, "most"), 1));
            link.segment = link.segment == 0 ? most : std::min(link.segment, most);
        }
    }
    link.set_slow(slow, world_.now());
}

// --- machines ---

bool FaultDriver::apply_to_machine(Active& active) {
    const PlanFault& fault = active.fault;
    Machine* const machine = machine_of(fault.target);
    if (machine == nullptr) return false;
    active.machine = machine;
    if (fault.kind == "connect_refused") ++machine->refusing;
    if (fault.kind == "connect_hang") ++machine->hanging;
    if (fault.kind == "accept_fails") {
        const auto count = static_cast<int>(
            std::clamp<std::int64_t>(number_of(fault.args, "count"), 0, 1'000'000));
        return world_.fabric().fail_accepts(*machine, count) > 0;
    }
    if (fault.kind == "clock_offset_step")
        machine->time.step_wall(nanoseconds(number_of(fault.args, "by_ns")));
    if (fault.kind == "clock_drift") drift_before_.try_emplace(machine->id, machine->time.drift());
    refresh_machine(*machine);
    return true;
}

void FaultDriver::refresh_machine(Machine& machine) {
    Duration late{};
    const auto before = drift_before_.find(machine.id);
    std::int64_t drift = before == drift_before_.end() ? machine.time.drift() : before->second;
    for (const auto& [sequence, active] : active_) {
        if (active.machine != &machine) continue;
        const PlanArgs& args = active.fault.args;
        if (active.fault.kind == "timer_late")
            late = std::max(late, nanoseconds(number_of(args, "most_ns")));
        if (active.fault.kind == "clock_drift")
            drift = std::clamp(
                number_of(args, "ppb"), -NodeTime::drift_max_ppb, NodeTime::drift_max_ppb);
    }
    if (late != machine.timer_lateness) machine.set_timer_lateness(late);
    if (drift != machine.time.drift()) machine.set_drift(world_.now(), drift);
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
    else if (fault.kind == "node_power_loss")
        node->power_loss();
    else
        node->pause(fault.duration);
    return true;
}

void FaultDriver::revert_node(const PlanFault& fault) {
    SimNode* const node = world_.find_node(fault.target);
    if (node == nullptr) return;
    if (fault.kind == "node_pause") node->resume();
    if (fault.kind == "node_kill") node->restart();
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
            for (const Pair& pair : active.pairs) {
                Link& link = world_.fabric().link(*pair.first, *pair.second);
                if (kind.name.starts_with("link_partition")) --link.blocked;
                if (kind.name == "link_stall") --link.stalled;
                refresh_link(pair);
            }
            world_.fabric().wake_all();
            break;
        case FaultTarget::machine:
            if (kind.name == "connect_refused") --active.machine->refusing;
            if (kind.name == "connect_hang") --active.machine->hanging;
            if (kind.name == "clock_offset_step")
                active.machine->time.step_wall(nanoseconds(-number_of(fault.args, "by_ns")));
            refresh_machine(*active.machine);
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
