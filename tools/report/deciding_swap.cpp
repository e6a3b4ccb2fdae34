#include "tools/report/deciding_swap.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <utility>

#include "engine/base/hash.h"
#include "sim/report/mask.h"
#include "sim/trace.h"

namespace playback::tools {
namespace {

using sim::TraceEvent;
using sim::TraceKind;

// What is kept of each event that counts for the hash.
struct Seen {
    std::uint64_t digest = 0;
    std::uint64_t cause = 0;    // as in TraceEvent
    std::uint64_t subject = 0;  // of picks, the core; else none
    std::uint64_t number = 0;   // of picks, of the operation
    friend bool operator==(const Seen&, const Seen&) = default;
};

constexpr std::uint64_t no_subject = UINT64_MAX;

Seen seen_of(const TraceEvent& event, std::uint64_t picked) {
    const std::array<std::uint64_t, 6> words{static_cast<std::uint64_t>(event.kind),
                                             event.subject,
                                             static_cast<std::uint64_t>(event.at.ns),
                                             event.a,
                                             event.b,
                                             hash_bytes(event.bytes)};
    const auto bytes = std::as_bytes(std::span(words));
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const bool is_pick = event.kind == TraceKind::schedule;
    return {
        hash_bytes(text), event.cause, is_pick ? event.subject : no_subject, is_pick ? picked : 0};
}

// Plays a plan and shows each event that counts for the hash, and the number of the operation that
// was picked last.
template <class Look>
scenarios::RunReport play(const sim::Plan& plan,
                          const scenarios::Scenario& scenario,
                          scenarios::RunOptions options,
                          Look look) {
    std::uint64_t picked = 0;
    options.recorder = [&](const TraceEvent& event) {
        if (event.kind == TraceKind::picked) picked = event.a;
        if (is_hashed(event.kind)) look(event, picked);
    };
    return scenario.run(plan, options);
}

// The line of an event, without secrets.
std::string line_of(TraceEvent event, sim::Masker& masker) {
    const std::string shown = masker.mask(event.bytes);
    event.bytes = shown;
    return to_text(event);
}

// One of the two: an event of the failing run, or one that only the other run has.
struct Side {
    std::size_t index = 0;
    std::optional<std::pair<std::string, std::uint64_t>> other;  // its line and its cause
};

// The operation that was held back at `from` runs later, or the run fails before that; what ran
// last until then, on its core or else on any.
std::optional<std::size_t> last_before(const std::vector<Seen>& run, std::size_t from) {
    const std::uint64_t core = run[from].subject;
    std::optional<std::size_t> here;
    std::optional<std::size_t> anywhere;
    for (std::size_t i = from + 1; i < run.size(); ++i) {
        if (run[i].subject == no_subject) continue;
        if (run[i].subject == core && run[i].cause == from + 1) break;
        (run[i].subject == core ? here : anywhere) = i;
    }
    return here ? here : anywhere;
}

std::vector<std::size_t> chain_of(const std::vector<Seen>& run, std::uint64_t cause) {
    std::vector<std::size_t> chain;
    while (cause != 0 && cause <= run.size() && chain.size() < swap_causes_max) {
        chain.push_back(cause - 1);
        const std::uint64_t next = run[cause - 1].cause;
        if (next >= cause) break;
        cause = next;
    }
    return chain;
}

}  // namespace

DecidingSwap deciding_swap(const sim::Plan& plan,
                           const scenarios::Scenario& scenario,
                           const scenarios::RunOptions& options) {
    if (!plan.schedule || plan.schedule->empty()) return {};
    std::vector<Seen> run;
    const auto failed =
        play(plan, scenario, options, [&run](const TraceEvent& event, std::uint64_t picked) {
            if (run.size() < swap_events_max) run.push_back(seen_of(event, picked));
        });
    if (run.size() == swap_events_max) return {};

    sim::Plan without = plan;
    without.schedule->pop_back();
    std::size_t index = 0;
    bool differs = false;
    Side second;
    sim::Masker masker;
    const auto other =
        play(without, scenario, options, [&](const TraceEvent& event, std::uint64_t picked) {
            if (differs) return;
            differs = index >= run.size() || run[index] != seen_of(event, picked);
            if (differs)
                second.other.emplace(line_of(event, masker), event.cause);
            else
                ++index;
        });
    if (!differs || index >= run.size() || other.fingerprint == failed.fingerprint) return {};

    Side first{index, {}};
    const bool is_hold = plan.schedule->back().hold.ns > 0;
    if (is_hold) {
        if (index == 0) return {};
        const std::optional<std::size_t> overtaker = last_before(run, index - 1);
        if (!overtaker) return {};
        first.index = *overtaker;
        second = {index - 1, {}};
    }

    std::map<std::size_t, std::string> lines;
    const auto wants = [&](const Side& side) {
        std::vector<std::size_t> chain =
            chain_of(run, side.other ? side.other->second : run[side.index].cause);
        if (!side.other) chain.insert(chain.begin(), side.index);
        for (const std::size_t wanted : chain) lines[wanted];
        return chain;
    };
    const std::vector<std::size_t> chain_of_first = wants(first);
    const std::vector<std::size_t> chain_of_second = wants(second);
    index = 0;
    play(plan, scenario, options, [&](const TraceEvent& event, std::uint64_t) {
        const auto wanted = lines.find(index++);
        if (wanted != lines.end()) wanted->second = line_of(event, masker);
    });

    DecidingSwap swap;
    if (second.other) swap.second.push_back(second.other->first);
    for (const std::size_t i : chain_of_first) swap.first.push_back(lines[i]);
    for (const std::size_t i : chain_of_second) swap.second.push_back(lines[i]);
    return swap;
}

}  // namespace playback::tools
