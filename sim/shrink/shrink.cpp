#include "sim/shrink/shrink.h"

#include <utility>

#include "sim/shrink/schedule.h"
#include "sim/shrink/structure.h"
#include "sim/shrink/trials.h"
#include "sim/shrink/values.h"

namespace playback::sim {

std::size_t event_count(const Plan& plan) {
    return plan.ops.size() + plan.faults.size();
}

Shrunk shrink(Plan plan,
              const std::string& wanted,
              const JudgePlans& judge,
              const ShrinkOptions& options) {
    Shrunk shrunk;
    shrunk.events_before = event_count(plan);
    Trials trials(std::move(plan), wanted, judge, options);
    const auto counted = [&trials](std::uint64_t& into, const auto& pass) {
        const std::uint64_t before = trials.simulations();
        const bool changed = pass(trials);
        into += trials.simulations() - before;
        return changed;
    };

    counted(shrunk.structure_simulations, [](Trials& t) { return shrink_structure(t), true; });
    for (bool goes_on = true; goes_on && !trials.is_exhausted();) {
        trials.name_pass("values");
        goes_on = counted(shrunk.value_simulations, shrink_values);
        trials.name_pass("schedule");
        goes_on |= counted(shrunk.value_simulations, [&shrunk](Trials& t) {
            return shrink_schedule(t, shrunk.choices_before);
        });
        trials.name_pass("structure");
        // Other values may make an event needless; without that, values have nothing new to try.
        goes_on = goes_on && counted(shrunk.structure_simulations, remove_events);
    }

    shrunk.plan = trials.best();
    shrunk.events_after = event_count(shrunk.plan);
    shrunk.simulations = trials.simulations();
    shrunk.remembered = trials.remembered();
    shrunk.finished = !trials.is_exhausted();
    shrunk.others = std::move(trials.others());
    return shrunk;
}

}  // namespace playback::sim
