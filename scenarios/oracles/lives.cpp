#include "scenarios/oracles/lives.h"

#include <algorithm>
#include <set>
#include <string>

namespace playback::scenarios {

// Clocks may run fast by a little; a quarter is no longer a little.
void LifeOracle::client_not_found(std::uint64_t client, Instant active_at) {
    // A node that starts while its wall clock is wrong takes what it has stored for older than it
    // is.
    if (court_.was_disturbed("time", active_at, court_.now())) return;
    const Duration silent = court_.now() - active_at;
    const Duration least = (options_.client_inactive + options_.purge_after) * 3 / 4;
    court_.demand(silent >= least, "end-told", "client", [&] {
        return "client " + std::to_string(client) + " was not found after " +
               std::to_string(whole_milliseconds(silent)) + " ms of silence";
    });
}

void LifeOracle::runtime_let_in(std::uint64_t runtime) {
    const auto [it, is_new] = runtimes_.try_emplace(runtime);
    if (is_new) it->second.let_in_at = court_.now();
    it->second.active_at = std::max(it->second.active_at, court_.now());
}

void LifeOracle::runtime_answered(std::uint64_t runtime, Instant left, Duration held) {
    Runtime& state = runtimes_[runtime];
    if (left < state.active_at) return;
    state.active_at = left;
    state.held = held;
}

bool LifeOracle::is_needed(std::uint64_t runtime) const {
    const std::set<std::uint64_t> clients = seats_.clients_of(runtime);
    return std::ranges::any_of(clients, [this](std::uint64_t client) {
        return !options_.may_have_ended || !options_.may_have_ended(client);
    });
}

void LifeOracle::runtime_not_found(std::uint64_t runtime) {
    const auto it = runtimes_.find(runtime);
    if (it == runtimes_.end() || !is_needed(runtime)) return;
    const Instant now = court_.now();
    const Instant let_in = it->second.let_in_at;
    // Whatever may have lost the word of its start, or ended its container as others see it.
    const Instant settled = std::min(let_in + settling, now);
    for (const char* const group : {"time", "network", "stream", "disk", "process"})
        if (court_.was_disturbed(group, Instant{let_in.ns - settling.ns}, settled)) return;
    if (court_.was_disturbed("container", Instant{let_in.ns - settling.ns}, now)) return;
    const Instant active_at = it->second.active_at;
    // That it wished to be held is known to who heard it: a node that starts again, or a slot whose
    // batch failed, counts from then on.
    const bool is_forgotten = court_.was_disturbed("process", active_at, now) ||
                              court_.was_disturbed("disk", active_at, now);
    const Duration held = is_forgotten ? Duration{} : it->second.held;
    const Instant least = active_at + held + options_.runtime_inactive * 3 / 4;
    court_.demand(now >= least, "runtime-kept", "runtime", [&] {
        return "runtime " + std::to_string(runtime) + " was dropped with clients, and called " +
               std::to_string(whole_milliseconds(now - active_at)) + " ms ago";
    });
}

}  // namespace playback::scenarios
