#include "sim/hunt.h"

#include <string>
#include <utility>
#include <vector>

namespace playback::sim {
namespace {

// An empty Shrunk but for the plan itself.
Shrunk as_drawn(Plan plan) {
    Shrunk shrunk;
    shrunk.events_before = shrunk.events_after = event_count(plan);
    shrunk.plan = std::move(plan);
    return shrunk;
}

}  // namespace

std::optional<Caught> hunt(std::uint64_t seeds,
                           const std::function<Plan(std::uint64_t seed)>& draw,
                           const std::function<Verdict(const Plan&)>& play,
                           const ShrinkOptions& options) {
    const JudgePlans judge = [&play](const std::vector<Plan>& plans) {
        std::vector<std::string> fingerprints;
        fingerprints.reserve(plans.size());
        for (const Plan& plan : plans) fingerprints.push_back(play(plan).fingerprint());
        return fingerprints;
    };
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        Plan plan = draw(seed);
        Verdict verdict = play(plan);
        if (verdict.passed()) continue;
        const Verdict again = play(plan);
        if (again.trace_hash != verdict.trace_hash ||
            again.fingerprint() != verdict.fingerprint()) {
            const std::string message = "the same plan made " + hash_text(verdict.trace_hash) +
                                        " and then " + hash_text(again.trace_hash);
            verdict.findings.insert(verdict.findings.begin(),
                                    {"determinism", "run", message, Instant{}});
            return Caught{seed, std::move(verdict), as_drawn(std::move(plan))};
        }
        Shrunk shrunk = shrink(std::move(plan), verdict.fingerprint(), judge, options);
        return Caught{seed, std::move(verdict), std::move(shrunk)};
    }
    return std::nullopt;
}

}  // namespace playback::sim
