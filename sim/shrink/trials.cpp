#include "sim/shrink/trials.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace playback::sim {

Trials::Trials(Plan plan, std::string wanted, const JudgePlans& judge, const ShrinkOptions& options)
    : best_(std::move(plan)), wanted_(std::move(wanted)), judge_(judge), options_(options) {
    best_.recorded.reset();
    verdicts_[plan_hash(best_)] = true;
}

bool Trials::accept(const Plan& candidate, const Guess& guess) {
    const std::uint64_t hash = plan_hash(candidate);
    if (verdicts_.contains(hash))
        ++remembered_;
    else if (!is_exhausted_)
        judge(candidate, hash, guess);
    const auto found = verdicts_.find(hash);
    if (found == verdicts_.end() || !found->second) return false;
    best_ = candidate;
    return true;
}

std::optional<Schedule> Trials::record() {
    if (!options_.record || is_exhausted_) return std::nullopt;
    ++simulations_;
    return options_.record(best_);
}

void Trials::judge(const Plan& candidate, std::uint64_t hash, const Guess& guess) {
    if (simulations_ >= options_.simulations_max || (options_.stop && options_.stop())) {
        is_exhausted_ = true;
        return;
    }
    std::vector<Plan> plans{candidate};
    std::vector<std::uint64_t> hashes{hash};
    const std::uint64_t left = options_.simulations_max - simulations_;
    const std::size_t most =
        std::min<std::uint64_t>(std::max<std::size_t>(options_.width, 1), left);
    for (std::size_t n = 0; guess && plans.size() < most; ++n) {
        Plan likely;
        if (!guess(n, likely)) break;
        const std::uint64_t its_hash = plan_hash(likely);
        const bool is_known =
            verdicts_.contains(its_hash) || std::ranges::count(hashes, its_hash) > 0;
        if (is_known) continue;
        plans.push_back(std::move(likely));
        hashes.push_back(its_hash);
    }
    const std::vector<std::string> fingerprints = judge_(plans);
    CHECK(fingerprints.size() == plans.size());
    for (std::size_t i = 0; i < plans.size(); ++i) {
        const std::string& fingerprint = fingerprints[i];
        if (fingerprint.empty()) continue;
        ++simulations_;
        verdicts_[hashes[i]] = fingerprint == wanted_;
        if (fingerprint == wanted_ || fingerprint == passing_fingerprint) continue;
        others_.try_emplace(fingerprint, std::move(plans[i]));
    }
    if (options_.progress) {
        const std::size_t smallest = std::min(
            event_count(best_), verdicts_[hash] ? event_count(candidate) : event_count(best_));
        options_.progress({pass_, simulations_, smallest});
    }
}

}  // namespace playback::sim
