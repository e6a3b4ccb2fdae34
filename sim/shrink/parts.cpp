#include "sim/shrink/parts.h"

#include <algorithm>
#include <set>
#include <string>

#include "engine/base/random.h"

namespace playback::sim {
namespace {

constexpr std::uint64_t shares[] = {16, 8, 4, 2};

// One actor in `share` with all that it does, and one event in `share` of the others' faults: or
// everything that some actors do in one stretch of time, with the faults in it.
Plan part_of(const Plan& plan, std::uint64_t share, std::uint64_t number) {
    Random random = Random::stream(plan.seed, "part of a plan", share, number);
    const bool is_stretch = number % 2 == 0;
    const std::uint64_t of_actors = is_stretch ? 2 : share;
    const std::uint64_t of_faults = is_stretch ? 1 : std::max<std::uint64_t>(share / 4, 1);
    const Duration length = plan.length / static_cast<std::int64_t>(is_stretch ? share : 1);
    const Instant begin =
        Instant{} + random.between(Duration{}, std::max(plan.length - length, Duration{1}));
    const Instant end = begin + length;

    std::set<std::string> actors;
    std::set<std::uint64_t> first;  // what an actor does first may be what makes it one
    for (const PlanOp& op : plan.ops)
        if (actors.insert(op.actor).second) first.insert(op.id);
    std::set<std::string> kept;
    for (const std::string& actor : actors)
        if (random.chance(1, of_actors)) kept.insert(actor);

    Plan part = plan;
    part.seed = random.next();
    part.schedule.reset();
    std::erase_if(part.ops, [&](const PlanOp& op) {
        const bool is_inside = !is_stretch || op.at >= begin || first.contains(op.id);
        return !kept.contains(op.actor) || !is_inside || (is_stretch && op.at >= end);
    });
    std::erase_if(part.faults, [&](const PlanFault& fault) {
        const bool is_inside = !is_stretch || (fault.at >= begin && fault.at < end);
        return !is_inside || !random.chance(1, of_faults);
    });
    if (is_stretch) part.length = std::min(plan.length, end - Instant{});
    return part;
}

}  // namespace

bool shrink_to_part(Trials& trials, std::uint64_t tries) {
    const std::size_t events = event_count(trials.best());
    for (const std::uint64_t share : shares) {
        for (std::uint64_t n = 0; n < tries && !trials.is_exhausted(); ++n) {
            const Plan& best = trials.best();
            const auto guess = [&](std::size_t ahead, Plan& candidate) {
                if (n + 1 + ahead >= tries) return false;
                candidate = part_of(best, share, n + 1 + ahead);
                return true;
            };
            const Plan candidate = part_of(best, share, n);
            if (event_count(candidate) * 2 > events) continue;
            if (trials.accept(candidate, guess)) return true;
        }
    }
    return false;
}

}  // namespace playback::sim
