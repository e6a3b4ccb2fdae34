#include "tools/playback/node_call.h"

#include <utility>

#include <CLI/CLI.hpp>

#include "tools/playback/node_environment.h"
#include "tools/playback/option_table.h"
#include "tools/playback/output.h"

namespace playback::tools {

void take_node_settings(CLI::App& command,
                        const std::shared_ptr<NodeCall>& call,
                        const char* json_help,
                        Run& run,
                        std::function<int()> work) {
    add_node_options(command, call->options);
    command.add_option("--config", call->config, "file with any of these options");
    command.add_flag("--json", call->json_wanted, json_help);
    describe_options(command);
    command.callback([call, &command, &run, work = std::move(work)] {
        const Result<void> read =
            read_everything(command, call->options, own_variables(), call->config);
        if (read)
            run = work;
        else
            run = [call, detail = read.error().detail] {
                return Output(call->json_wanted).fail(detail);
            };
    });
}

}  // namespace playback::tools
