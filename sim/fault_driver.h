// FaultDriver: applies the faults of a plan to a World, and takes them back when they end.
//
// Faults may overlap: what a link or a machine suffers is worked out from all that are in force, so
// none lifts another (faults/in_force.cpp). A fault whose target is not there is skipped and
// counted, so every sub-plan runs. Kinds of the groups "disk", "container", "client" and "load" go
// to handlers that the scenario registers by group or by kind. Must outlive the run; the World
// calls back into it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/fault_catalogue.h"
#include "sim/plan.h"

namespace playback::sim {

class Disk;
class Machine;
class SimNode;
class World;
struct Link;

class FaultDriver {
public:
    // Begins or ends a fault; false if its target is not there. The end is told only if the
    // beginning was accepted.
    using Handler = std::function<bool(const PlanFault& fault, bool begins)>;
    using Counts = std::map<std::string, std::uint64_t, std::less<>>;

    explicit FaultDriver(World& world) : world_(world) {}
    FaultDriver(const FaultDriver&) = delete;
    FaultDriver& operator=(const FaultDriver&) = delete;

    // For a kind ("disk_full") or a group ("disk"); the kind is looked for first.
    void set_handler(std::string kind_or_group, Handler handler);

    // The disk under a node: what node_kill_at_sync listens to.
    void set_disk(std::string node, Disk& disk) { disks_.insert_or_assign(std::move(node), &disk); }

    void schedule(const std::vector<PlanFault>& faults);
    void schedule(const PlanFault& fault);

    // Ends all that last and lets none begin any more: from here on the world is kind. What
    // `stays` says yes to lasts for good instead.
    void end_all(const std::function<bool(const PlanFault&)>& stays = {});

    [[nodiscard]] const Counts& injected() const { return injected_; }
    [[nodiscard]] const Counts& skipped() const { return skipped_; }
    [[nodiscard]] std::uint64_t count(std::string_view kind) const;

private:
    using Pair = std::pair<Machine*, Machine*>;
    struct Active {
        PlanFault fault;
        std::vector<Pair> pairs;     // directed, of link faults
        Machine* machine = nullptr;  // of machine faults
        bool is_for_good = false;
    };

    void begin(const PlanFault& fault);
    void end(std::uint64_t sequence);
    bool apply(Active& active, const FaultKind& kind);
    bool apply_to_links(Active& active);
    bool apply_to_machine(Active& active);
    bool apply_to_node(const PlanFault& fault);
    bool begin_parts(const PlanFault& fault, const FaultKind& kind);
    [[nodiscard]] bool has_target(const PlanFault& fault, const FaultKind& kind) const;
    void hit_connections(const Active& active);
    bool interrupt(SimNode& node, const PlanFault& fault);
    bool dispatch(const PlanFault& fault, const FaultKind& kind, bool begins);
    void revert(const Active& active, const FaultKind& kind);
    void revert_machine(const Active& active);
    void revert_node(const PlanFault& fault);
    void refresh_link(const Pair& pair);
    void refresh_machine(Machine& machine);
    [[nodiscard]] std::vector<Pair> pairs_of(const PlanFault& fault) const;
    [[nodiscard]] std::vector<Machine*> machines_of(std::string_view name) const;
    [[nodiscard]] Machine* machine_of(std::string_view name) const;

    World& world_;
    std::map<std::string, Handler, std::less<>> handlers_;
    std::map<std::uint64_t, Active> active_;              // by sequence
    std::map<std::uint64_t, std::int64_t> drift_before_;  // of machines with a drift fault
    std::map<std::string, Disk*, std::less<>> disks_;     // by node
    std::uint64_t next_sequence_ = 1;
    bool over_ = false;
    Counts injected_;
    Counts skipped_;
};

}  // namespace playback::sim
