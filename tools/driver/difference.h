// Difference: where two runs of one plan part, when they should be one run.
//
// Their ladders of checkpoints say up to where they agree for certain. Both are then played again,
// side by side, and their events compared as they come; at the first that is not the same both
// processes are stopped, and their stacks of that moment read. A run that draws on real chance
// differs from time to time and at another place each time: what is shown is of the two runs that
// were compared.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "tools/driver/recording.h"

namespace playback::tools {

// One of the two: a command that is a simulation driver, and the list of plans that its process
// plays; the last of them is compared.
struct Side {
    std::string command;
    std::string list;
};

struct DifferenceOptions {
    Side a;
    Side b;
    std::string directory = ".";      // for the files of the stacks
    std::uint32_t attempts = 5;       // as often are runs compared that turn out to be the same
    std::uint64_t history = 500'000;  // events before the last common checkpoint, to find causes
};

struct Difference {
    std::uint64_t agreed = 0;  // so many events, by the checkpoints
    TraceRecord a;
    TraceRecord b;
    std::vector<TraceRecord> causes_of_a;  // nearest first
    std::vector<TraceRecord> causes_of_b;
    std::vector<std::string> stack_of_a;  // innermost first
    std::vector<std::string> stack_of_b;
};

// None if the runs are the same each time. Fails with io_failed if a side cannot be played.
Result<std::optional<Difference>> find_difference(const DifferenceOptions& options);

// What led to `record`, nearest first: `history` holds what came before it, in order.
std::vector<TraceRecord> causes_of(const TraceRecord& record,
                                   const std::vector<TraceRecord>& history);

}  // namespace playback::tools
