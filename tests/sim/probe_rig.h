// ProbeRig: a small world that measures itself: two machines that talk, one with a disk, one with a
// container daemon. Gauges are named as in the fault catalogue; each grows with how bad things are.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/plan.h"

namespace playback::sim::test {

class Gauges {
public:
    void count(std::string_view name, std::int64_t by = 1) { values_[std::string(name)] += by; }
    void reach(std::string_view name, std::int64_t value) {
        std::int64_t& known = values_[std::string(name)];
        if (value > known) known = value;
    }
    [[nodiscard]] std::int64_t of(std::string_view name) const {
        const auto found = values_.find(name);
        return found == values_.end() ? 0 : found->second;
    }

private:
    std::map<std::string, std::int64_t, std::less<>> values_;
};

inline constexpr std::int64_t fault_begins_ms = 5'000;

// Twelve virtual seconds of everything, with these faults. Machines and nodes: "server", "client",
// "store" (with the disk; without power at 9.5 s), "docker" (the daemon), "user" (of the daemon).
Gauges measure(const std::vector<PlanFault>& faults);

}  // namespace playback::sim::test
