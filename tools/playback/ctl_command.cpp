// `playback ctl`: tools/ctl reads the rest of the line itself, by its own table of commands.
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "tools/ctl/ctl.h"
#include "tools/playback/commands.h"

namespace playback::tools {

void add_ctl_command(CLI::App& app, Run& run) {
    CLI::App* const command = app.add_subcommand(
        "ctl", "the command line of a node: tenants, developers, versions, deployments");
    command->set_help_flag();
    command->prefix_command();
    command->callback([&run] { run = [] { return ctl::run({}); }; });
}

int run_ctl(int argc, char** argv) {
    return ctl::run(std::vector<std::string>(argv + 2, argv + argc));
}

}  // namespace playback::tools
