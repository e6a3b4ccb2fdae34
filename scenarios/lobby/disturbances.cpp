#include "scenarios/lobby/disturbances.h"

#include <algorithm>

#include "sim/fault_catalogue.h"

namespace playback::scenarios {

Disturbances::Disturbances(const sim::Plan& plan) {
    for (const sim::PlanOp& op : plan.ops) {
        // Who removes a host by force ends what runs there, some time after the order; and while
        // the first one drains there may be no room for anybody.
        if (op.kind == "remove_host" && sim::number_of(op.args, "force", 0) != 0)
            all_.push_back({"container", op.at, never});
        if (op.kind == "drain_host" && sim::number_of(op.args, "nth", 0) == 0)
            all_.push_back({"room", op.at, never});
    }
    for (const sim::PlanFault& fault : plan.faults) {
        const sim::FaultKind* const kind = sim::find_fault_kind(fault.kind);
        const std::string_view group = kind != nullptr ? kind->group : std::string_view();
        all_.push_back({group, fault.at, fault.at + fault.duration});
    }
}

bool Disturbances::any(std::string_view group, Instant from, Instant to) const {
    return std::ranges::any_of(all_, [&](const Disturbance& one) {
        if (one.from > to || one.to < from) return false;
        return group.empty() || one.group.empty() || one.group == group;
    });
}

}  // namespace playback::scenarios
