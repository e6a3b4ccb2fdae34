// The options of commands that play plans in worker processes.
#pragma once

#include <cstdint>
#include <string>

#include "tools/farm/farm.h"

namespace CLI {
class App;
}

namespace playback::tools {

struct FarmArguments {
    std::size_t jobs = 2;
    std::uint32_t run_seconds = 60;
    std::uint64_t events_max = 50'000'000;
    std::string worker;  // empty: this program
    std::string plant;
};

void add_farm_options(CLI::App& command, FarmArguments& arguments);

// What replays a plan of these workers.
std::string replay_command(const std::string& plan, const FarmArguments& farm);

// Fails with invalid_argument if the worker program cannot be run.
Result<FarmOptions> farm_options(const FarmArguments& arguments);

}  // namespace playback::tools
