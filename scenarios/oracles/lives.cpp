#include "scenarios/oracles/lives.h"

#include <algorithm>
#include <set>
#include <string>

namespace playback::scenarios {

// Clocks may run fast by a little; a quarter is no longer a little.
void LifeOracle::client_not_found(std::uint64_t client, Instant active_at) {
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
    it->second.active_until = std::max(it->second.active_until, court_.now());
}

void LifeOracle::runtime_answered(std::uint64_t runtime, Instant left, Duration held) {
    Instant& until = runtimes_[runtime].active_until;
    until = std::max(until, left + held);
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
    if (now - let_in < settling) return;
    // Whatever may have lost the word of its start, or ended its container as others see it.
    if (court_.was_disturbed("", Instant{let_in.ns - settling.ns}, let_in + settling)) return;
    if (court_.was_disturbed("container", let_in, now)) return;
    const Instant least = it->second.active_until + options_.runtime_inactive * 3 / 4;
    court_.demand(now >= least, "runtime-kept", "runtime", [&] {
        return "runtime " + std::to_string(runtime) + " was dropped with clients, and called " +
               std::to_string(whole_milliseconds(now - it->second.active_until)) + " ms ago";
    });
}

}  // namespace playback::scenarios
