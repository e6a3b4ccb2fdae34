// The fault catalogue: every kind of fault that a plan may hold, in one table.
//
// A kind says what it does, to what, with which parameters in which range; generators draw from it
// and documentation is printed from it. `FaultDriver` applies them. The swarm helper draws which
// kinds exist in a run at all, how often, and then each one; all of them end inside the window, so
// that what follows is quiet.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/random.h"
#include "engine/base/time.h"
#include "sim/plan.h"

namespace playback::sim {

struct FaultParameter {
    std::string_view name;
    std::int64_t low = 0;  // drawn log-uniform if low > 0, else uniform
    std::int64_t high = 0;
    std::string_view what;
};

enum class FaultTarget : std::uint8_t {
    link,     // "a|b": machines or "*", both directions unless the kind says otherwise
    machine,  // a machine or the machine of a node
    node,     // a process
    handler,  // what the handler of its group understands
};

struct FaultKind {
    std::string_view name;
    // time, network, stream, disk, process, container, client, load
    std::string_view group;
    FaultTarget target = FaultTarget::handler;
    bool lasts = true;  // has an end; else it happens once and its duration means nothing
    std::string_view what;
    // The gauge that it moves, measured from outside: tests play the same plan with the fault and
    // without it, and demand that this number at least doubles (tests/sim/fault_probes_test.cpp,
    // tests/scenarios/fault_probes_test.cpp).
    std::string_view probe;
    std::vector<FaultParameter> parameters = {};
    // No promise of durability or of content survives it: for tests of what notices, not for runs
    // under a judge.
    bool breaks_promises = false;
};

std::span<const FaultKind> fault_catalogue();

// nullptr if there is no such kind.
const FaultKind* find_fault_kind(std::string_view name);

// What a swarm may choose from: a kind, the targets that it may hit, and how likely it is to be
// among those of a run.
struct FaultChoice {
    std::string kind;
    std::vector<std::string> targets;
    std::uint64_t weight = 100;  // percent of what it would be
};

struct FaultWindow {
    Instant from;
    Instant until;
    std::size_t faults_max = 200;
};

// A kind that comes exactly `many` times, for at most `longest` each.
struct FaultQuota {
    FaultChoice choice;
    std::size_t many = 1;
    Duration longest;
};

// A swarm: each run draws which groups there are at all (each with an even chance), how many kinds
// it has of them about (from one in a hundred to seven in ten), which, and how often each comes,
// log-uniformly. So most runs have a few kinds, undisturbed by others, and some have nearly all.
// The draws of a kind depend on one number of `random`, its group and its name only. Sorted by
// time, with ids from `first_id` on; of more than `faults_max` a drawn part is left out.
std::vector<PlanFault> draw_faults(Random& random,
                                   const std::vector<FaultChoice>& choices,
                                   const FaultWindow& window,
                                   std::uint64_t first_id = 1);

// No swarm: all quotas, each at drawn moments of the window. What one brings depends on one number
// of `random`, on itself and on its row of the catalogue, never on other rows. Sorted by time, with
// ids from 1 on.
std::vector<PlanFault> draw_quotas(Random& random,
                                   const std::vector<FaultQuota>& quotas,
                                   const FaultWindow& window);

}  // namespace playback::sim
