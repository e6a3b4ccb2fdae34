// RolloutOracle: what a redeploy owes to those who play, and to those who come.
//
//   rollout-newest       who asks for a client after a deployment was acknowledged comes into it,
//   or
//                        into a newer one
//   rollout-undisturbed  a client stays in runtimes of the version that greeted it; nobody who
//   calls
//                        is ended because a newer one is there, before the time that is stated
//   rollout-served       nobody is told that there is nothing to play, once there is
//
// Ids of deployments grow in the order in which a tenant opens them. Players and containers are
// told versions only, so one that was deployed twice stands for either deployment.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "scenarios/actors/observer.h"
#include "scenarios/oracles/court.h"

namespace playback::scenarios {

class RolloutOracle {
public:
    // `drain`: how long clients may stay in a deployment that a newer one has closed; zero: until
    // they leave.
    RolloutOracle(Court& court, Duration drain) : court_(court), drain_(drain) {}

    // A call that left at `left`: told of when it leaves (its outcome is unknown then, and the
    // deployment 0), and once more if its outcome is known.
    void rolled_out(std::uint64_t version,
                    std::uint64_t deployment,
                    Instant left,
                    NameOutcome outcome);

    void container_started(std::uint64_t runtime, std::uint64_t version);
    void created(std::uint64_t client, Instant wanted);
    void greeted(std::uint64_t client, std::uint64_t version);
    void assigned(std::uint64_t client, std::uint64_t runtime);
    // A call of it was answered: it lives.
    void was_active(std::uint64_t client);
    void call_seen(const CallSeen& call);

    // May a newer deployment have closed that of this client?
    [[nodiscard]] bool is_closing(std::uint64_t client) const;
    // May that have ended by now, with everybody in it?
    [[nodiscard]] bool may_have_ended(std::uint64_t client) const;
    [[nodiscard]] bool runtime_may_have_ended(std::uint64_t runtime) const;

private:
    struct Rollout {
        std::uint64_t version = 0;
        std::uint64_t deployment = 0;  // 0: unknown
        Instant left;
        Instant returned = never;  // never: whether it happened is unknown
    };
    struct Client {
        std::uint64_t version = 0;
        Instant wanted;
    };
    // When the first call that may have closed a deployment of this version had left.
    [[nodiscard]] std::optional<Instant> closing_since(std::uint64_t version) const;
    [[nodiscard]] bool is_drained(std::uint64_t version) const;
    [[nodiscard]] std::uint64_t version_of(std::uint64_t client) const;

    Court& court_;
    const Duration drain_;
    std::vector<Rollout> rollouts_;
    std::map<std::uint64_t, Client> clients_;
    std::map<std::uint64_t, std::uint64_t> versions_;  // by runtime
};

}  // namespace playback::scenarios
