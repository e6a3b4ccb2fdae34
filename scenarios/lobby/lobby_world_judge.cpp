// What the judge of a lobby may know of its world: how kind it was, and when.
#include "scenarios/lobby/lobby_plan.h"
#include "scenarios/lobby/lobby_world.h"
#include "sim/fault_catalogue.h"

namespace playback::scenarios {

JudgeOptions LobbyWorld::judge_options() {
    JudgeOptions options;
    options.client_inactive = milliseconds(plan_.knob("client_inactive_ms", 30'000));
    options.runtime_inactive = milliseconds(plan_.knob("runtime_inactive_ms", 10'000));
    options.purge_after = milliseconds(plan_.knob("purge_after_ms", 60'000));
    options.request_timeout = milliseconds(plan_.knob("request_timeout_ms", 30'000));
    options.now = [this] { return world_.now(); };
    options.report = [this](std::string invariant, std::string entity, std::string message) {
        if (!died_.empty()) return;
        world_.report(std::move(invariant), std::move(entity), std::move(message));
    };
    options.lobby_capacity = static_cast<std::uint32_t>(plan_.knob("max_assignments", 8));
    options.has_matches = matches_allowed(plan_) != 0;
    options.drain = seconds(plan_.knob("drain_seconds", 0));
    options.wall_error_max = wall_error_max();
    options.drained = [this](std::size_t host, std::uint64_t draining) {
        ask_what_drains(host, draining);
    };
    options.disturbed = [this](std::string_view group, Instant from, Instant to) {
        return was_disturbed(group, from, to);
    };
    return options;
}

bool LobbyWorld::was_disturbed(std::string_view group, Instant from, Instant to) const {
    // Outside of the healed core everything stays broken for good.
    const bool stays_broken = plan_.knob("healed_core", 0) != 0;
    if (stays_broken && to > Instant{} + plan_.length) return true;
    // Messages between slots that wait for seconds, hop by hop: nothing comes in time.
    if (group.empty() && backend_->fault_points().fired("kernel.very_late_departure") > 0)
        return true;
    return disturbances_.any(group, from, to);
}

// By how much clock faults may have moved wall clocks, all together.
Duration LobbyWorld::wall_error_max() const {
    Duration most = seconds(60);
    for (const sim::PlanFault& fault : plan_.faults) {
        const sim::FaultKind* const kind = sim::find_fault_kind(fault.kind);
        if (kind != nullptr && kind->group != "time") continue;
        most = most + fault.duration;
        if (kind == nullptr) continue;
        for (const sim::FaultParameter& parameter : kind->parameters) {
            const std::int64_t value = sim::number_of(fault.args, parameter.name, 0);
            const std::int64_t size = value < 0 ? -value : value;
            if (parameter.name.ends_with("_ns")) most = most + Duration{size};
            if (parameter.name == "by_days" && size != 0) most = most + minutes(24 * 60);
        }
        if (most > minutes(60)) break;  // no token lives that long
    }
    return most;
}

bool LobbyWorld::disk_is_faulty() const {
    const sim::DiskFaults& now = disk_->faults();
    return now.read_errors_ppm + now.write_errors_ppm + now.sync_errors_ppm + now.open_errors_ppm +
                   now.misdirected_ppm >
               0 ||
           now.capacity != UINT64_MAX || now.read_only || now.gone || now.syncs_lie;
}

}  // namespace playback::scenarios
