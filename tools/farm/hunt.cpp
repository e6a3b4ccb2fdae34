#include "tools/farm/hunt.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace playback::tools {
namespace {

constexpr std::chrono::seconds least_shrink_time{10};

bool is_about_real_time(const std::string& fingerprint) {
    return fingerprint.starts_with("budget/") || fingerprint.starts_with("budget.wall");
}

bool differ(const Outcome& a, const Outcome& b) {
    return a.fingerprint != b.fingerprint || a.trace_hash != b.trace_hash;
}

}  // namespace

Hunt::Hunt(Farm& farm, HuntOptions options) : farm_(farm), options_(std::move(options)) {
    CHECK(!options_.scenarios.empty() && options_.first_seed <= options_.last_seed);
    const std::uint64_t seeds = options_.last_seed - options_.first_seed + 1;
    tally_.runs_planned = seeds * options_.scenarios.size();
}

bool Hunt::is_over() const {
    if (options_.stop && options_.stop()) return true;
    if (has_enough()) return true;
    return options_.limit && Clock::now() - begin_ > *options_.limit;
}

bool Hunt::has_enough() const {
    return options_.failures_max != 0 && counted_ >= options_.failures_max;
}

bool Hunt::has_more() const {
    return next_run_ < tally_.runs_planned || !to_repeat_.empty();
}

Result<void> Hunt::run() {
    while (!is_over() && (has_more() || farm_.busy() > 0)) {
        // What is new waits until the workers are free, and is then shrunk by all of them.
        const bool shrinks =
            std::ranges::any_of(new_, [this](const auto& one) { return is_ripe(one); });
        if (!shrinks) TRY_VOID(feed());
        std::optional<Outcome> outcome = farm_.wait(std::chrono::milliseconds(200));
        if (outcome && outcome->is_refusal())
            return Error{Errc::unsupported, "the worker cannot play: " + outcome->message};
        if (outcome) TRY_VOID(take(*std::move(outcome)));
        if (shrinks && farm_.busy() == 0) shrink_new(false);
        tell();
    }
    farm_.abandon();
    playing_.clear();
    shrink_new(true);
    tell();
    return {};
}

// Each seed in every scenario, then the next.
Hunt::Playing Hunt::next_run() {
    const scenarios::Scenario& scenario =
        *options_.scenarios[next_run_ % options_.scenarios.size()];
    Playing playing{.scenario = &scenario, .draw = {}, .first = {}};
    playing.draw.scenario = scenario.name;
    playing.draw.profile = options_.profile;
    if (options_.profile.empty()) playing.draw.profile = scenario.profiles.front();
    playing.draw.seed = options_.first_seed + next_run_ / options_.scenarios.size();
    ++next_run_;
    return playing;
}

Result<void> Hunt::feed() {
    while (farm_.idle() > 0 && has_more()) {
        const std::uint64_t id = ++next_id_;
        Playing playing;
        if (to_repeat_.empty()) {
            playing = next_run();
            TRY_VOID(farm_.submit(id, playing.draw));
        } else {
            playing = std::move(to_repeat_.front());
            to_repeat_.pop_front();
            // Drawn here and not there: both must draw the same.
            TRY(plan, playing.scenario->draw(playing.draw.seed, playing.draw.profile));
            TRY_VOID(farm_.submit(id, plan, true));
        }
        playing_.emplace(id, std::move(playing));
    }
    return {};
}

Result<void> Hunt::take(Outcome outcome) {
    auto node = playing_.extract(outcome.id);
    CHECK(!node.empty());
    Playing& playing = node.mapped();
    if (playing.first) {
        ++tally_.repeated;
        if (!differ(*playing.first, outcome) || is_about_real_time(outcome.fingerprint)) return {};
        Outcome unstable{.id = outcome.id, .fingerprint = "determinism/run"};
        unstable.message = "a fresh process says " + outcome.fingerprint + " " +
                           sim::hash_text(outcome.trace_hash) + ", not " +
                           playing.first->fingerprint + " " +
                           sim::hash_text(playing.first->trace_hash);
        unstable.trace_hash = playing.first->trace_hash;
        return fail(playing, unstable);
    }
    ++tally_.runs;
    tally_.checks += outcome.checks;
    tally_.events += outcome.events;
    tally_.requests += outcome.requests;
    tally_.virtual_time = tally_.virtual_time + outcome.virtual_time;
    for (const auto& [kind, count] : outcome.faults) tally_.faults[kind] += count;
    if (!outcome.died.empty()) ++tally_.died[outcome.died];
    if (!outcome.passed) TRY_VOID(fail(playing, outcome));
    const bool is_of_share = options_.repeat_every != 0 && tally_.runs % options_.repeat_every == 0;
    if (is_of_share && !is_about_real_time(outcome.fingerprint))
        to_repeat_.push_back({playing.scenario, playing.draw, std::move(outcome)});
    return {};
}

Result<void> Hunt::fail(const Playing& playing, const Outcome& outcome) {
    ++tally_.failed;
    // What differs between two hashes is no message to tell failures apart by.
    const std::string signature =
        outcome.fingerprint.starts_with("determinism/") ? outcome.fingerprint : outcome.signature();
    const auto known = failures_.find(signature);
    if (known == failures_.end() && failures_.size() >= failures_kept_max) {
        ++tally_.uncounted;
        return {};
    }
    ++tally_.failures[signature];
    Failure& failure = failures_[signature];
    if (failure.count++ > 0) {
        const bool is_new = std::ranges::find(new_, signature) != new_.end();
        if (is_new) TRY_VOID(keep_plan(failure, playing, outcome));
        return {};
    }
    failure.signature = signature;
    failure.first_seed = playing.draw.seed;
    new_.push_back(signature);
    failure.ripe_at = tally_.runs + smaller_plan_runs;
    return keep_plan(failure, playing, outcome);
}

// The smallest of the plans that failed so.
Result<void> Hunt::keep_plan(Failure& failure, const Playing& playing, const Outcome& outcome) {
    TRY(plan, playing.scenario->draw(playing.draw.seed, playing.draw.profile));
    const bool is_first = failure.count == 1;
    if (!is_first && sim::event_count(plan) >= sim::event_count(failure.original)) return {};
    failure.outcome = outcome;
    failure.seed = playing.draw.seed;
    failure.original = std::move(plan);
    failure.original.recorded = recorded_of(outcome);
    failure.plan = failure.original;
    return {};
}

bool Hunt::is_ripe(const std::string& signature) const {
    const Failure& failure = failures_.at(signature);
    return sim::event_count(failure.original) <= large_plan_events ||
           tally_.runs >= failure.ripe_at;
}

void Hunt::shrink_new(bool all) {
    std::vector<std::string> later;
    std::ranges::sort(new_, {}, [this](const std::string& signature) {
        return std::pair(sim::event_count(failures_.at(signature).original), signature);
    });
    for (const std::string& signature : std::exchange(new_, {})) {
        if (!all && !is_ripe(signature)) {
            later.push_back(signature);
            continue;
        }
        Failure& failure = failures_.at(signature);
        const bool can_shrink = !is_about_real_time(failure.outcome.fingerprint) &&
                                !failure.outcome.fingerprint.starts_with("determinism/");
        const bool is_stopped = has_enough() || (options_.stop && options_.stop());
        if (can_shrink && !is_stopped && shrunk_ < failures_shrunk_max) shrink(failure);
        if (options_.events_wanted == 0 || sim::event_count(failure.plan) <= options_.events_wanted)
            ++counted_;
        if (found) found(failure);
    }
    new_ = std::move(later);
}

void Hunt::shrink(Failure& failure) {
    ++shrunk_;
    std::chrono::seconds most(options_.shrink_seconds);
    if (options_.limit) {
        const auto left =
            std::chrono::ceil<std::chrono::seconds>(*options_.limit - (Clock::now() - begin_));
        most = std::min(most, std::max(left, least_shrink_time));
    }
    MinimiseOptions minimising;
    minimising.simulations_max = options_.shrink_simulations;
    minimising.seconds_max = static_cast<std::uint32_t>(most.count());
    minimising.stop = options_.stop;
    minimising.progress = [&](const sim::ShrinkProgress& at) {
        tally_.shrinking = failure.outcome.fingerprint + ": " + std::string(at.pass) + ", " +
                           std::to_string(at.simulations) + " simulations, " +
                           std::to_string(at.events) + " events";
        tell();
    };
    failure.minimised = minimise(farm_, failure.original, failure.outcome, minimising);
    failure.plan = failure.minimised->shrunk.plan;
    failure.outcome = failure.minimised->outcome;
    failure.is_shrunk = true;
    tally_.shrinking.clear();
}

void Hunt::tell() {
    tally_.seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    if (progress) progress(tally_);
}

}  // namespace playback::tools
