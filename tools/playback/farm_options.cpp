#include "tools/playback/farm_options.h"

#include <CLI/CLI.hpp>
#include <unistd.h>

namespace playback::tools {

void add_farm_options(CLI::App& command, FarmArguments& arguments) {
    command.add_option("--jobs", arguments.jobs, "worker processes")
        ->check(CLI::Range(std::size_t{1}, farm_jobs_max))
        ->capture_default_str();
    command.add_option("--run-seconds", arguments.run_seconds, "of wall time for one run")
        ->check(CLI::Range(1, 86'400))
        ->capture_default_str();
    command.add_option("--events-max", arguments.events_max, "for one run; more is a finding")
        ->capture_default_str();
    command.add_option("--worker",
                       arguments.worker,
                       "the program whose `worker` command plays the runs (this one by default); "
                       "build/gcc/sim-driver has the planted bugs");
    command.add_option("--plant", arguments.plant, "the planted bug that its runs have");
}

Result<FarmOptions> farm_options(const FarmArguments& arguments) {
    FarmOptions options;
    options.program = arguments.worker.empty() ? own_program() : arguments.worker;
    if (::access(options.program.c_str(), X_OK) != 0)
        return Error{Errc::invalid_argument, "--worker: cannot run " + options.program};
    if (!arguments.plant.empty()) options.arguments = {"worker", "--plant", arguments.plant};
    options.jobs = arguments.jobs;
    options.seconds_max = arguments.run_seconds;
    options.events_max = arguments.events_max;
    return options;
}

}  // namespace playback::tools
