// FaultSet: the faults that hold now, on one thing. What they do is worked out from all of them, so
// overlapping faults of one kind do not lift each other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/plan.h"

namespace playback::sim {

class FaultSet {
public:
    void add(const PlanFault& fault) { faults_.push_back(fault); }
    // One that is equal; nothing if there is none.
    void remove(const PlanFault& fault) {
        const auto found = std::ranges::find(faults_, fault);
        if (found != faults_.end()) faults_.erase(found);
    }

    [[nodiscard]] bool has(std::string_view kind) const {
        return std::ranges::find(faults_, kind, &PlanFault::kind) != faults_.end();
    }
    // The largest, smallest argument of that name among the faults of a kind; `none` if there are
    // no such faults.
    [[nodiscard]] std::int64_t most(std::string_view kind,
                                    std::string_view argument,
                                    std::int64_t none = 0) const {
        return fold(kind, argument, none, [](auto a, auto b) { return std::max(a, b); });
    }
    [[nodiscard]] std::int64_t least(std::string_view kind,
                                     std::string_view argument,
                                     std::int64_t none = 0) const {
        return fold(kind, argument, none, [](auto a, auto b) { return std::min(a, b); });
    }
    // Of the one that came last.
    [[nodiscard]] std::int64_t last(std::string_view kind,
                                    std::string_view argument,
                                    std::int64_t none = 0) const {
        return fold(kind, argument, none, [](auto, auto b) { return b; });
    }

private:
    template <class Choose>
    [[nodiscard]] std::int64_t fold(std::string_view kind,
                                    std::string_view argument,
                                    std::int64_t none,
                                    Choose choose) const {
        bool any = false;
        std::int64_t result = none;
        for (const PlanFault& fault : faults_) {
            if (fault.kind != kind) continue;
            const std::int64_t value = number_of(fault.args, argument);
            result = any ? choose(result, value) : value;
            any = true;
        }
        return result;
    }

    std::vector<PlanFault> faults_;  // in the order of their beginning
};

}  // namespace playback::sim
