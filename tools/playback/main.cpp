// playback: run production nodes, replay failure seeds, benchmark. One program; see --help.
#include <iostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/playback/commands.h"
#include "tools/playback/interrupt.h"
#include "tools/playback/memory.h"
#include "tools/playback/output.h"

int main(int argc, char** argv) {
    playback::tools::end_when_memory_ends();
    if (argc > 1 && std::string_view(argv[1]) == "ctl") return playback::tools::run_ctl(argc, argv);
    CLI::App app("Playback: a game backend that can be replayed.", "playback");
    app.set_version_flag("--version", "playback " PLAYBACK_VERSION);
    app.require_subcommand(1);
    app.footer(
        "Exit codes: 0 fine, 1 a failure was found, 2 wrong use or environment, 130 interrupted.\n"
        "Each command has --help. Commands with --json print one object as their last line.");

    playback::tools::Run run;
    playback::tools::add_node_command(app, run);
    playback::tools::add_doctor_command(app, run);
    playback::tools::add_demo_command(app, run);
    playback::tools::add_sim_command(app, run);
    playback::tools::add_replay_command(app, run);
    playback::tools::add_hunt_command(app, run);
    playback::tools::add_shrink_command(app, run);
    playback::tools::add_faults_command(app, run);
    playback::tools::add_report_command(app, run);
    playback::tools::add_load_command(app, run);
    playback::tools::add_bench_command(app, run);
    playback::tools::add_worker_command(app, run);
    playback::tools::add_ctl_command(app, run);

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool is_help = app.exit(error) == 0;
        for (int i = 1; i < argc && !is_help; ++i) {
            if (std::string_view(argv[i]) != "--json") continue;
            playback::tools::Output(true).finish({{"error", error.what()}});
            break;
        }
        return is_help ? playback::tools::exit_fine : playback::tools::exit_wrong_use;
    }
    return run();
}
