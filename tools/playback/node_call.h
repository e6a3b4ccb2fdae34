// A call of a command that takes the settings of a node: `playback node` and `playback doctor`.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "tools/playback/commands.h"
#include "tools/playback/node_options.h"

namespace playback::tools {

struct NodeCall {
    NodeOptions options;
    std::string config;
    bool json_wanted = false;
};

// Adds every option of a node to `command`, --config, and --json with its words for --help. When
// the command is chosen, the environment and the file are read, and `run` becomes `work`; what is
// wrong with them is told instead.
void take_node_settings(CLI::App& command,
                        const std::shared_ptr<NodeCall>& call,
                        const char* json_help,
                        Run& run,
                        std::function<int()> work);

}  // namespace playback::tools
