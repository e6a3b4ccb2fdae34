// Trials: asks the judge about candidates, remembers every answer, keeps the best plan, and stops
// when a budget is used up. From then on every candidate counts as rejected.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/plan.h"
#include "sim/shrink/shrink.h"

namespace playback::sim {

class Trials {
public:
    // Makes the n-th candidate that is likely to be asked about next; false if there is none.
    using Guess = std::function<bool(std::size_t n, Plan& candidate)>;

    Trials(Plan plan, std::string wanted, const JudgePlans& judge, const ShrinkOptions& options);

    [[nodiscard]] const Plan& best() const { return best_; }
    [[nodiscard]] bool is_exhausted() const { return is_exhausted_; }
    [[nodiscard]] std::uint64_t simulations() const { return simulations_; }
    [[nodiscard]] std::uint64_t remembered() const { return remembered_; }
    [[nodiscard]] std::map<std::string, Plan>& others() { return others_; }
    [[nodiscard]] bool can_record() const { return static_cast<bool>(options_.record); }
    // What the run of the best did otherwise than FIFO. Counts as a simulation.
    std::optional<Schedule> record();
    void name_pass(std::string_view pass) { pass_ = pass; }

    // Does it fail as wanted? Then it is the best from now on.
    bool accept(const Plan& candidate, const Guess& guess = {});

private:
    void judge(const Plan& candidate, std::uint64_t hash, const Guess& guess);

    Plan best_;
    std::string wanted_;
    const JudgePlans& judge_;
    const ShrinkOptions& options_;
    std::string_view pass_ = "structure";
    std::map<std::uint64_t, bool> verdicts_;  // by plan hash: fails as wanted
    std::map<std::string, Plan> others_;
    std::uint64_t simulations_ = 0;
    std::uint64_t remembered_ = 0;
    bool is_exhausted_ = false;
};

}  // namespace playback::sim
