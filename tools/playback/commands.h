// The commands of the one program, each in a file of its own.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace playback::tools {

// Each adds its subcommand; when that was chosen, `run` is set to what does it (the exit code).
using Run = std::function<int()>;

void add_node_command(CLI::App& app, Run& run);
void add_doctor_command(CLI::App& app, Run& run);
void add_demo_command(CLI::App& app, Run& run);
void add_sim_command(CLI::App& app, Run& run);
void add_replay_command(CLI::App& app, Run& run);
void add_hunt_command(CLI::App& app, Run& run);
void add_shrink_command(CLI::App& app, Run& run);
void add_faults_command(CLI::App& app, Run& run);
void add_report_command(CLI::App& app, Run& run);
void add_worker_command(CLI::App& app, Run& run);
void add_load_command(CLI::App& app, Run& run);
void add_bench_command(CLI::App& app, Run& run);
// Listed here, run by `run_ctl`: it reads its words by its own table.
void add_ctl_command(CLI::App& app, Run& run);
int run_ctl(int argc, char** argv);

}  // namespace playback::tools
