#include "scenarios/oracles/rollouts.h"

#include <algorithm>
#include <string>

namespace playback::scenarios {

void RolloutOracle::rolled_out(std::uint64_t version,
                               std::uint64_t deployment,
                               Instant left,
                               NameOutcome outcome) {
    const auto is_this = [&](const Rollout& known) {
        return known.version == version && known.left == left && known.returned == never;
    };
    const auto known = std::ranges::find_if(rollouts_, is_this);
    if (known != rollouts_.end()) rollouts_.erase(known);
    if (outcome == NameOutcome::refused) return;
    const bool is_over = outcome == NameOutcome::done;
    rollouts_.push_back({version, deployment, left, is_over ? court_.now() : never});
}

void RolloutOracle::container_started(std::uint64_t runtime, std::uint64_t version) {
    versions_[runtime] = version;
}

void RolloutOracle::created(std::uint64_t client, Instant wanted) {
    clients_[client].wanted = wanted;
}

void RolloutOracle::greeted(std::uint64_t client, std::uint64_t version) {
    Client& state = clients_[client];
    state.version = version;
    std::uint64_t newest = 0;
    for (const Rollout& rollout : rollouts_)
        if (rollout.returned < state.wanted) newest = std::max(newest, rollout.deployment);
    if (newest == 0) return;
    const bool is_new = std::ranges::any_of(rollouts_, [&](const Rollout& rollout) {
        const bool may_be_newer = rollout.deployment == 0 || rollout.deployment >= newest;
        return rollout.version == version && may_be_newer;
    });
    court_.demand(is_new, "rollout-newest", "client", [&] {
        return "client " + std::to_string(client) + " came into version " +
               std::to_string(version) + ", and deployment " + std::to_string(newest) +
               " was there before it was asked for";
    });
}

void RolloutOracle::assigned(std::uint64_t client, std::uint64_t runtime) {
    const auto version = versions_.find(runtime);
    const std::uint64_t own = version_of(client);
    if (version == versions_.end() || own == 0) return;
    court_.demand(version->second == own, "rollout-undisturbed", "client", [&] {
        return "client " + std::to_string(client) + " of version " + std::to_string(own) +
               " was sent to a runtime of version " + std::to_string(version->second);
    });
}

void RolloutOracle::was_active(std::uint64_t client) {
    if (is_closing(client)) court_.check("rollout-undisturbed");
}

void RolloutOracle::call_seen(const CallSeen& call) {
    if (call.method != "create-client" || call.status == 0) return;
    const bool has_game = std::ranges::any_of(
        rollouts_, [&](const Rollout& rollout) { return rollout.returned < call.left; });
    if (!has_game) return;
    court_.demand(call.status != 409, "rollout-served", "client", [&] {
        return std::string(call.caller) +
               " was told that there is nothing to play: " + std::string(call.body);
    });
}

std::uint64_t RolloutOracle::version_of(std::uint64_t client) const {
    const auto it = clients_.find(client);
    return it == clients_.end() ? 0 : it->second.version;
}

std::optional<Instant> RolloutOracle::closing_since(std::uint64_t version) const {
    if (version == 0) return std::nullopt;
    std::uint64_t oldest = UINT64_MAX;
    const Rollout* own = nullptr;
    for (const Rollout& rollout : rollouts_) {
        if (rollout.version != version) continue;
        if (own == nullptr) own = &rollout;
        oldest = std::min(oldest, rollout.deployment);  // 0 if unknown: any may be newer
    }
    if (own == nullptr) oldest = 0;
    std::optional<Instant> since;
    for (const Rollout& rollout : rollouts_) {
        if (&rollout == own && own->deployment == 0) continue;
        if (rollout.deployment != 0 && rollout.deployment <= oldest) continue;
        since = std::min(since.value_or(never), rollout.left);
    }
    return since;
}

bool RolloutOracle::is_closing(std::uint64_t client) const {
    return closing_since(version_of(client)).has_value();
}

// Clocks may run fast by a little, a quarter is no longer a little. What a node that starts with a
// wrong wall clock takes for the time is anybody's guess, and it leaps again when the next start
// has a right one.
bool RolloutOracle::is_drained(std::uint64_t version) const {
    if (drain_ == Duration{}) return false;
    const std::optional<Instant> since = closing_since(version);
    if (!since) return false;
    const Instant now = court_.now();
    return now - *since >= drain_ * 3 / 4 || court_.was_disturbed("time", Instant{}, now);
}

bool RolloutOracle::may_have_ended(std::uint64_t client) const {
    return is_drained(version_of(client));
}

bool RolloutOracle::runtime_may_have_ended(std::uint64_t runtime) const {
    const auto version = versions_.find(runtime);
    return version != versions_.end() && is_drained(version->second);
}

}  // namespace playback::scenarios
