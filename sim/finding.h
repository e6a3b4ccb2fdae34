// Finding and Verdict: what a run found out.
//
// A finding is named by its fingerprint: which invariant failed, on which kind of entity, never on
// which one; the shrinker keeps a candidate only if the fingerprint stays the same. CheckFailed is
// how a failed CHECK leaves a step; only World catches it.
#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/time.h"

namespace playback::sim {

struct Finding {
    std::string invariant;  // "profile_not_older", "check", "budget.events"
    std::string entity;     // kind of the entity: "client", "container"; for a CHECK its place
    std::string message;    // for people
    Instant at;             // world time

    [[nodiscard]] std::string fingerprint() const { return invariant + "/" + entity; }
    friend bool operator==(const Finding&, const Finding&) = default;
};

struct Verdict {
    std::vector<Finding> findings;
    std::uint64_t trace_hash = 0;
    std::uint64_t events = 0;
    Duration virtual_time;

    [[nodiscard]] bool passed() const { return findings.empty(); }
    // "pass", or the fingerprint of the first finding.
    [[nodiscard]] std::string fingerprint() const {
        return findings.empty() ? "pass" : findings.front().fingerprint();
    }
};

class CheckFailed : public std::exception {
public:
    explicit CheckFailed(const CheckSite& site);
    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

    // "expression engine/kernel/slot.cpp": without the line, which moves with every edit.
    [[nodiscard]] const std::string& place() const { return place_; }

private:
    std::string place_;
    std::string text_;
};

}  // namespace playback::sim
