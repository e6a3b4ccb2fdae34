#include "sim/fault_catalogue.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "sim/faults/kinds.h"

namespace playback::sim {
namespace {

constexpr Duration shortest = milliseconds(1);

std::vector<FaultKind> all_kinds() {
    std::vector<FaultKind> kinds;
    for (const auto& group : {time_faults,
                              network_faults,
                              stream_faults,
                              disk_faults,
                              process_faults,
                              container_faults,
                              client_faults,
                              load_faults}) {
        const std::vector<FaultKind> more = group();
        kinds.insert(kinds.end(), more.begin(), more.end());
    }
    return kinds;
}

std::int64_t draw_value(Random& random, const FaultParameter& parameter) {
    if (parameter.low > 0) return random.log_between(parameter.low, parameter.high);
    return random.between(parameter.low, parameter.high);
}

PlanFault draw_fault(Random& random,
                     const FaultKind& kind,
                     const std::vector<std::string>& targets,
                     Instant at,
                     Duration longest_wanted) {
    PlanFault fault{.at = at, .kind = std::string(kind.name)};
    fault.target = targets[random.below(targets.size())];
    if (kind.lasts) {
        const std::int64_t longest = std::max<std::int64_t>(longest_wanted.ns, 1);
        fault.duration =
            nanoseconds(random.log_between(std::min<std::int64_t>(shortest.ns, longest), longest));
    }
    for (const FaultParameter& parameter : kind.parameters)
        fault.args.emplace(parameter.name, draw_value(random, parameter));
    return fault;
}

// From once in several runs to some dozens of times.
void draw_times(Random& random,
                const FaultKind& kind,
                const std::vector<std::string>& targets,
                const FaultWindow& window,
                std::vector<PlanFault>& faults) {
    const std::int64_t length = (window.until - window.from).ns;
    const std::int64_t low = std::max<std::int64_t>(length / 40, 2);
    const Duration gap = nanoseconds(random.log_between(low, std::max(low, length * 2)));
    Instant at = window.from + random.between(nanoseconds(1), gap);
    while (at < window.until) {
        faults.push_back(draw_fault(random, kind, targets, at, (window.until - at) / 2));
        at = at + random.between(gap / 2, gap * 3 / 2);
    }
}

void number(std::vector<PlanFault>& faults, std::uint64_t first_id) {
    std::ranges::sort(faults, {}, [](const PlanFault& f) { return std::pair(f.at, f.id); });
    for (PlanFault& fault : faults) fault.id = first_id++;
}

// Which ones stay depends on each alone.
void leave_out(std::uint64_t swarm, std::size_t most, std::vector<PlanFault>& faults) {
    if (faults.size() <= most) return;
    const auto weight = [swarm](const PlanFault& fault) {
        const std::uint64_t kind = hash_bytes(fault.kind, swarm);
        return std::tuple(hash_mix(kind, static_cast<std::uint64_t>(fault.at.ns)), fault.id);
    };
    std::ranges::sort(faults, {}, weight);
    faults.resize(most);
}

}  // namespace

std::span<const FaultKind> fault_catalogue() {
    static const std::vector<FaultKind> kinds = all_kinds();
    return kinds;
}

const FaultKind* find_fault_kind(std::string_view name) {
    const auto kinds = fault_catalogue();
    const auto found = std::ranges::find(kinds, name, &FaultKind::name);
    return found == kinds.end() ? nullptr : &*found;
}

std::vector<PlanFault> draw_faults(Random& random,
                                   const std::vector<FaultChoice>& choices,
                                   const FaultWindow& window,
                                   std::uint64_t first_id) {
    const std::uint64_t swarm = random.next();
    std::vector<PlanFault> faults;
    if (window.until <= window.from) return faults;
    Random density = Random::stream(swarm, "density");
    const auto permille = static_cast<std::uint64_t>(density.log_between(10, 700));
    for (const FaultChoice& choice : choices) {
        const FaultKind* const kind = find_fault_kind(choice.kind);
        CHECK(kind != nullptr);
        if (!Random::stream(swarm, kind->group).chance(1, 2)) continue;
        Random own = Random::stream(swarm, choice.kind);
        const std::uint64_t of_kind = std::min<std::uint64_t>(permille * choice.weight / 100, 1000);
        if (!own.chance(of_kind, 1000) || choice.targets.empty()) continue;
        draw_times(own, *kind, choice.targets, window, faults);
    }
    std::uint64_t drawn = 0;
    for (PlanFault& fault : faults) fault.id = drawn++;
    leave_out(swarm, window.faults_max, faults);
    number(faults, first_id);
    return faults;
}

std::vector<PlanFault> draw_quotas(Random& random,
                                   const std::vector<FaultQuota>& quotas,
                                   const FaultWindow& window) {
    const std::uint64_t seed = random.next();
    std::vector<PlanFault> faults;
    if (window.until <= window.from) return faults;
    const Duration length = window.until - window.from;
    for (const auto& [choice, many, longest] : quotas) {
        const FaultKind* const kind = find_fault_kind(choice.kind);
        CHECK(kind != nullptr && !choice.targets.empty());
        Random own = Random::stream(seed, choice.kind);
        for (std::size_t i = 0; i < many; ++i) {
            const Instant at = window.from + own.between(Duration{}, length);
            const Duration room = std::min(longest, window.until - at);
            faults.push_back(draw_fault(own, *kind, choice.targets, at, room));
            faults.back().id = faults.size();
        }
    }
    number(faults, 1);
    return faults;
}

}  // namespace playback::sim
