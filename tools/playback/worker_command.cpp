// `playback worker`, not shown in --help: plays plans for hunt and shrink (tools/farm/worker.h).
#include <CLI/CLI.hpp>

#include "tools/farm/worker.h"
#include "tools/playback/commands.h"

namespace playback::tools {

void add_worker_command(CLI::App& app, Run& run) {
    CLI::App* const command = app.add_subcommand("worker", "plays plans from standard input");
    command->group("");
    command->callback([&run] { run = work_for_farm; });
}

}  // namespace playback::tools
