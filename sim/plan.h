// Plan: the whole input of a run, as a value and as a readable file.
//
// A run is a function of its plan; a failing run is kept, shrunk and replayed as one. The JSON form
// is canonical: fields in a fixed order, one operation or fault per line, so that two plans are
// equal exactly if their texts are, and a diff shows what the shrinker removed. Unknown fields are
// refused by name: a plan of a newer version must not be half understood. Every sub-plan of a valid
// plan is valid: whoever runs it skips and counts what has lost its target.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "sim/schedule.h"

namespace playback::sim {

using PlanValue = std::variant<std::int64_t, std::string>;
using PlanArgs = std::map<std::string, PlanValue, std::less<>>;

// The number or text of that name, or the fallback if it is absent or of the other type.
std::int64_t number_of(const PlanArgs& args, std::string_view name, std::int64_t fallback = 0);
std::string text_of(const PlanArgs& args, std::string_view name, std::string_view fallback = "");

// Something that an actor does. The id names its random stream and stays when others are removed.
struct PlanOp {
    std::uint64_t id = 0;
    Instant at;
    std::string actor;
    std::string kind;
    PlanArgs args;
    friend bool operator==(const PlanOp&, const PlanOp&) = default;
};

// Something bad that happens (fault_catalogue.h). What ends, ends after `duration`.
struct PlanFault {
    std::uint64_t id = 0;
    Instant at;
    Duration duration;
    std::string kind;
    std::string target;  // "node", "machine", "from|to" or what its handler understands
    PlanArgs args;
    friend bool operator==(const PlanFault&, const PlanFault&) = default;
};

// What the run said that wrote the file.
struct Recorded {
    std::string verdict;      // "pass" or "fail"
    std::string fingerprint;  // of the first finding
    std::uint64_t trace_hash = 0;
    std::string build;
    friend bool operator==(const Recorded&, const Recorded&) = default;
};

inline constexpr std::int64_t plan_version = 1;
inline constexpr std::size_t plan_bytes_max = std::size_t{256} << 20;
inline constexpr std::size_t plan_events_max = 200'000;  // operations and faults, each
inline constexpr Duration plan_time_max = seconds(24 * 60 * 60);

struct Plan {
    std::string scenario;
    std::string profile;
    std::uint64_t seed = 1;
    Duration length;
    PlanArgs topology;
    std::map<std::string, std::int64_t, std::less<>> knobs;
    std::vector<PlanOp> ops;
    std::vector<PlanFault> faults;
    std::optional<Schedule> schedule;  // instead of a strategy, if the shrinker left one
    std::optional<Recorded> recorded;
    friend bool operator==(const Plan&, const Plan&) = default;

    [[nodiscard]] std::int64_t knob(std::string_view name, std::int64_t fallback) const {
        const auto found = knobs.find(name);
        return found == knobs.end() ? fallback : found->second;
    }
};

std::string to_json(const Plan& plan);

// Reads what to_json writes, in any layout. Fails with invalid_argument, naming the field
// ("faults[3].target: ..."), also for numbers that no run could mean: times beyond plan_time_max,
// parameters of faults outside of their range in the catalogue.
Result<Plan> parse_plan(std::string_view json);

// The hash of the canonical text without `recorded`: two plans with the same one run the same.
std::uint64_t plan_hash(const Plan& plan);

// The plan without a half of its operations and faults, drawn from its seed. Valid, as every
// sub-plan is: many more plans to try for whoever has a seed.
Plan half_of(const Plan& plan);

// "0x1122334455667788", as hashes are shown everywhere.
std::string hash_text(std::uint64_t hash);

}  // namespace playback::sim
