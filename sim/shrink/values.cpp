#include "sim/shrink/values.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>

#include "sim/fault_catalogue.h"

namespace playback::sim {
namespace {

constexpr Duration duration_floor = milliseconds(1);
constexpr std::array<std::string_view, 3> schedule_knobs{"draw_ties", "fault_points", "strategy"};

bool is_of_schedule(std::string_view knob) {
    return std::ranges::count(schedule_knobs, knob) > 0;
}

// 8,437,112,930 -> 8,000,000,000.
std::int64_t rounded_down(std::int64_t value) {
    std::int64_t unit = 1;
    while (value / unit >= 10) unit *= 10;
    return value / unit * unit;
}

bool accept_changed(Trials& trials, const Plan& candidate) {
    return candidate != trials.best() && trials.accept(candidate);
}

std::int64_t least_of(const PlanFault& fault, std::string_view parameter) {
    const FaultKind* const kind = find_fault_kind(fault.kind);
    if (kind == nullptr) return 0;
    for (const FaultParameter& known : kind->parameters) {
        if (known.name == parameter) return known.low;
    }
    return 0;
}

bool shrink_durations(Trials& trials) {
    Plan shortest = trials.best();
    for (PlanFault& fault : shortest.faults)
        fault.duration = std::min(fault.duration, duration_floor);
    if (accept_changed(trials, shortest)) return true;
    bool any = false;
    for (std::size_t i = 0; i < trials.best().faults.size(); ++i) {
        any |= lower(trials,
                     trials.best().faults[i].duration.ns,
                     duration_floor.ns,
                     [i](Plan& plan, std::int64_t value) { plan.faults[i].duration.ns = value; });
    }
    return any;
}

bool shrink_arguments(Trials& trials) {
    bool any = false;
    for (std::size_t i = 0; i < trials.best().faults.size(); ++i) {
        const PlanArgs args = trials.best().faults[i].args;
        for (const auto& [name, value] : args) {
            const auto* const number = std::get_if<std::int64_t>(&value);
            if (number == nullptr) continue;
            const std::int64_t least = least_of(trials.best().faults[i], name);
            any |= lower(trials, *number, least, [&, i](Plan& plan, std::int64_t lowered) {
                plan.faults[i].args[name] = lowered;
            });
        }
    }
    for (std::size_t i = 0; i < trials.best().ops.size(); ++i) {
        const PlanArgs args = trials.best().ops[i].args;
        for (const auto& [name, value] : args) {
            const auto* const number = std::get_if<std::int64_t>(&value);
            if (number == nullptr) continue;
            any |= lower(trials, *number, 0, [&, i](Plan& plan, std::int64_t lowered) {
                plan.ops[i].args[name] = lowered;
            });
        }
    }
    return any;
}

std::vector<Instant> event_times(const Plan& plan) {
    std::vector<Instant> times;
    times.reserve(event_count(plan));
    for (const PlanOp& op : plan.ops) times.push_back(op.at);
    for (const PlanFault& fault : plan.faults) times.push_back(fault.at);
    std::ranges::sort(times);
    times.erase(std::unique(times.begin(), times.end()), times.end());
    return times;
}

// Everything from `from` on happens earlier by `by`, and so does the end.
void pull_earlier(Plan& plan, Instant from, Duration by) {
    for (PlanOp& op : plan.ops) {
        if (op.at >= from) op.at = op.at - by;
    }
    for (PlanFault& fault : plan.faults) {
        if (fault.at >= from) fault.at = fault.at - by;
    }
    plan.length = std::max(plan.length - by, Duration{0});
}

bool shrink_gaps(Trials& trials) {
    bool any = false;
    for (std::size_t i = 0; !trials.is_exhausted(); ++i) {
        const std::vector<Instant> times = event_times(trials.best());
        if (i >= times.size()) break;
        const Instant before = i == 0 ? Instant{} : times[i - 1];
        const Instant from = times[i];
        const Plan unchanged = trials.best();
        const auto set = [&](Plan& plan, std::int64_t gap) {
            plan = unchanged;
            pull_earlier(plan, from, from - before - nanoseconds(gap));
        };
        any |= lower(trials, (from - before).ns, 0, set);
    }
    return any;
}

bool shrink_length(Trials& trials) {
    const std::vector<Instant> times = event_times(trials.best());
    const std::int64_t floor = times.empty() ? 0 : times.back().ns;
    return lower(trials, trials.best().length.ns, floor, [](Plan& plan, std::int64_t value) {
        plan.length.ns = value;
    });
}

bool shrink_topology(Trials& trials) {
    bool any = false;
    const PlanArgs topology = trials.best().topology;
    for (const auto& [name, value] : topology) {
        const auto* const number = std::get_if<std::int64_t>(&value);
        if (number == nullptr) continue;
        any |= lower(trials, *number, 1, [&](Plan& plan, std::int64_t lowered) {
            plan.topology[name] = lowered;
        });
    }
    return any;
}

// Absent is simplest: the scenario's default holds. Then 0, then 1.
bool shrink_knob(Trials& trials, const std::string& name, std::int64_t value) {
    Plan candidate = trials.best();
    candidate.knobs.erase(name);
    if (trials.accept(candidate)) return true;
    for (const std::int64_t simple : {0, 1}) {
        if (value == simple) return false;
        candidate = trials.best();
        candidate.knobs[name] = simple;
        if (trials.accept(candidate)) return true;
    }
    return false;
}

bool shrink_knobs(Trials& trials, bool of_schedule) {
    Plan plain = trials.best();
    std::erase_if(plain.knobs,
                  [&](const auto& knob) { return is_of_schedule(knob.first) == of_schedule; });
    if (plain == trials.best()) return false;
    if (trials.accept(plain)) return true;
    bool any = false;
    const auto knobs = trials.best().knobs;
    for (const auto& [name, value] : knobs) {
        if (is_of_schedule(name) == of_schedule) any |= shrink_knob(trials, name, value);
    }
    return any;
}

}  // namespace

bool lower(Trials& trials, std::int64_t value, std::int64_t floor, const SetValue& set) {
    bool any = false;
    while (value > floor && !trials.is_exhausted()) {
        const std::int64_t room = value - floor;
        std::vector<std::int64_t> tries{floor};
        for (const std::int64_t part : {room / 16, room / 2}) {
            const std::int64_t next = std::max(floor, rounded_down(floor + part));
            if (next > tries.back() && next < value) tries.push_back(next);
        }
        const std::int64_t round = rounded_down(value);
        if (round > tries.back() && round < value) tries.push_back(round);
        const auto candidate = [&](std::size_t n) {
            Plan plan = trials.best();
            set(plan, tries[n]);
            return plan;
        };
        bool is_lower = false;
        for (std::size_t n = 0; n < tries.size() && !is_lower; ++n) {
            const auto guess = [&](std::size_t m, Plan& likely) {
                if (n + 1 + m >= tries.size()) return false;
                likely = candidate(n + 1 + m);
                return true;
            };
            if (!trials.accept(candidate(n), guess)) continue;
            is_lower = any = true;
            // Below it everything was refused, but for what lies between it and the one before.
            if (n == 0 || tries[n] == round) return true;
            floor = tries[n - 1] + 1;
            value = tries[n];
        }
        if (!is_lower) break;
    }
    return any;
}

bool shrink_values(Trials& trials) {
    bool any = shrink_durations(trials);
    any |= shrink_gaps(trials);
    any |= shrink_length(trials);
    any |= shrink_arguments(trials);
    any |= shrink_topology(trials);
    any |= shrink_knobs(trials, false);
    return any;
}

bool shrink_schedule_knobs(Trials& trials) {
    return shrink_knobs(trials, true);
}

}  // namespace playback::sim
