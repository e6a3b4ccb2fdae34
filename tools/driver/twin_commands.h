// The commands of sim-driver that `tools/determinism` is made of.
#pragma once

namespace CLI {
class App;
}

namespace playback::tools {

// Each sets `code` to the exit code of the program when it has run.
void add_twin_commands(CLI::App& app, int& code);

}  // namespace playback::tools
