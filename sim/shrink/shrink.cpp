#include "sim/shrink/shrink.h"

#include <algorithm>
#include <utility>

#include "sim/shrink/parts.h"
#include "sim/shrink/schedule.h"
#include "sim/shrink/structure.h"
#include "sim/shrink/trials.h"
#include "sim/shrink/values.h"

namespace playback::sim {
namespace {

// Pieces of a plan are tried first if it has more events than this, and of what is left if more
// than that.
constexpr std::size_t large_events = 60;
constexpr std::size_t small_events = 12;

}  // namespace

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

    // In the usual order of events, if that fails too, an event that goes changes less of what the
    // others do.
    trials.name_pass("schedule");
    counted(shrunk.value_simulations, shrink_schedule_knobs);
    // The part pass is for what the structure pass cannot do well: a little of what the budget
    // allows.
    std::uint64_t tries = std::min<std::uint64_t>(8, options.simulations_max / 50);
    const auto part = [&tries](Trials& t) { return shrink_to_part(t, tries); };
    for (std::size_t small = large_events;; small = small_events) {
        trials.name_pass("parts");
        bool any = small == large_events;
        while (event_count(trials.best()) > small && counted(shrunk.structure_simulations, part))
            any = true;
        if (!any) break;
        trials.name_pass("structure");
        counted(shrunk.structure_simulations, [](Trials& t) { return shrink_structure(t), true; });
        tries = options.simulations_max / 20;  // what is left costs little
    }
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
