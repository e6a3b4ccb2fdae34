#include "sim/shrink/schedule.h"

#include <cstdint>

#include "sim/shrink/structure.h"
#include "sim/shrink/values.h"

namespace playback::sim {
namespace {

constexpr const char* strategy_knob = "strategy";

// From a strategy to plain FIFO, or to the choices that it made.
bool write_down(Trials& trials, std::size_t& choices) {
    if (trials.best().schedule || !trials.can_record()) return false;
    Plan candidate = trials.best();
    candidate.knobs.erase(strategy_knob);
    candidate.schedule = Schedule{};
    if (trials.accept(candidate)) return true;
    candidate.schedule = trials.record();
    if (!candidate.schedule || candidate.schedule->size() > schedule_choices_max) return false;
    if (!trials.accept(candidate)) return false;
    choices = candidate.schedule->size();
    return true;
}

// Neighbours swap places, and what is held back is so for a moment.
bool shorten(Trials& trials) {
    bool any = false;
    for (std::size_t i = 0; trials.best().schedule && i < trials.best().schedule->size(); ++i) {
        const Choice choice = (*trials.best().schedule)[i];
        any |= lower(trials, choice.hold.ns, 0, [i](Plan& plan, std::int64_t value) {
            (*plan.schedule)[i].hold.ns = value;
        });
        // What is held back comes from anywhere; its place is where the hold begins.
        if ((*trials.best().schedule)[i].hold.ns > 0) continue;
        const auto distance = static_cast<std::int64_t>(choice.from - choice.to);
        any |= lower(trials, distance, 0, [i](Plan& plan, std::int64_t value) {
            Choice& shorter = (*plan.schedule)[i];
            shorter.to = shorter.from - static_cast<std::uint64_t>(value);
        });
    }
    return any;
}

}  // namespace

bool shrink_schedule(Trials& trials, std::size_t& choices) {
    bool any = shrink_schedule_knobs(trials);
    any |= write_down(trials, choices);
    if (!trials.best().schedule) return any;
    any |= remove_choices(trials);
    any |= shorten(trials);
    return any;
}

}  // namespace playback::sim
