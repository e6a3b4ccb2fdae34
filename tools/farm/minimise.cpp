#include "tools/farm/minimise.h"

#include <chrono>

namespace playback::tools {
namespace {

constexpr int verifying_runs = 2;

bool same(const Outcome& a, const Outcome& b) {
    return a.signature() == b.signature() && a.trace_hash == b.trace_hash;
}

}  // namespace

sim::Recorded recorded_of(const Outcome& outcome) {
    return {outcome.passed ? "pass" : "fail",
            outcome.fingerprint,
            outcome.trace_hash,
            "playback " PLAYBACK_VERSION};
}

Minimised minimise(Farm& farm,
                   const sim::Plan& plan,
                   const Outcome& failed,
                   const MinimiseOptions& options) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begin = Clock::now();
    const auto limit = begin + std::chrono::seconds(options.seconds_max);
    const auto is_interrupted = [&] { return options.stop && options.stop(); };
    const auto is_over = [&] { return is_interrupted() || Clock::now() > limit; };

    Minimised result;
    sim::ShrinkOptions shrinking;
    shrinking.simulations_max = options.simulations_max;
    shrinking.width = farm.jobs();
    shrinking.record = record_on(farm, is_over);
    shrinking.stop = is_over;
    shrinking.progress = options.progress;
    result.shrunk = sim::shrink(plan, failed.signature(), judge_on(farm, is_over), shrinking);
    // An interrupt does not cost the verdict: one run is bounded by its own budget.
    const auto go_on = [] { return false; };
    result.outcome = failed;
    for (int run = 0; run < verifying_runs; ++run) {
        const std::optional<Outcome> again = play_on(farm, result.shrunk.plan, true, go_on);
        if (!again) continue;
        const bool is_same =
            run == 0 ? again->signature() == failed.signature() : same(*again, result.outcome);
        result.is_stable = result.is_stable && is_same;
        result.outcome = *again;
        if (is_interrupted()) break;
    }
    if (result.shrunk.plan.schedule && !is_interrupted()) {
        const RunRequest request{.plan = result.shrunk.plan, .swap_wanted = true};
        if (farm.submit(request)) {
            std::optional<Outcome> shown = wait_for(farm, is_interrupted);
            if (shown) result.swap = std::move(shown->swap);
        }
    }
    result.shrunk.plan.recorded = recorded_of(result.outcome);
    result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    return result;
}

}  // namespace playback::tools
