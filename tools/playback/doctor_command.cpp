// `playback doctor`: what is missing on this machine for a node, and how to mend it.
#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/playback/commands.h"
#include "tools/playback/doctor.h"
#include "tools/playback/interrupt.h"
#include "tools/playback/node_environment.h"
#include "tools/playback/node_options.h"
#include "tools/playback/option_table.h"
#include "tools/playback/output.h"

namespace playback::tools {
namespace {

struct DoctorArguments {
    NodeOptions options;
    std::string config;
    bool json_wanted = false;
};

const char* word_of(Health health) {
    if (health == Health::fine) return "fine";
    return health == Health::doubtful ? "doubtful" : "missing";
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(width, text.size()), ' ');
    return text;
}

int report(const std::vector<Finding>& findings, const Output& output) {
    nlohmann::json checks = nlohmann::json::array();
    std::size_t missing = 0;
    for (const Finding& finding : findings) {
        output.say(padded(word_of(finding.health), 10) + padded(finding.name, 12) + finding.found);
        nlohmann::json check{
            {"name", finding.name}, {"health", word_of(finding.health)}, {"found", finding.found}};
        if (!finding.mend.empty()) {
            output.say(padded("", 22) + finding.mend);
            check["mend"] = finding.mend;
        }
        if (finding.health == Health::missing) ++missing;
        checks.push_back(std::move(check));
    }
    output.say(missing == 0 ? "a node can run here" : "a node cannot run here yet");
    output.finish({{"can_run", missing == 0}, {"checks", std::move(checks)}});
    return missing == 0 ? exit_fine : exit_failure_found;
}

int run_doctor(const DoctorArguments& arguments) {
    const Output output(arguments.json_wanted);
    const Result<NodeSettings> settings = node_settings(arguments.options);
    if (!settings) return output.fail(settings.error().detail);
    return report(examine(*settings), output);
}

constexpr const char* footer =
    "It takes the options, the environment and the file of `playback node`, and asks the machine\n"
    "what that node would need: a Docker daemon, its addresses, a data directory that can be\n"
    "written, room on its disk and how fast that syncs, the token key, the registry, open files,\n"
    "the clock. It changes nothing. `doubtful` is for somebody to look at.\n"
    "Exit codes: 0 nothing is missing, 1 something is, 2 wrong use.";

}  // namespace

void add_doctor_command(CLI::App& app, Run& run) {
    auto arguments = std::make_shared<DoctorArguments>();
    CLI::App* const command =
        app.add_subcommand("doctor", "say what this machine lacks for a node, and how to mend it");
    add_node_options(*command, arguments->options);
    command->add_option("--config", arguments->config, "file with any of these options");
    command->add_flag("--json",
                      arguments->json_wanted,
                      "one JSON object {can_run, checks: [{name, health, found, mend}]}");
    describe_options(*command);
    command->footer(footer);
    command->callback([arguments, command, &run] {
        const Result<void> read =
            read_everything(*command, arguments->options, own_variables(), arguments->config);
        if (read)
            run = [arguments] { return run_doctor(*arguments); };
        else
            run = [arguments, detail = read.error().detail] {
                return Output(arguments->json_wanted).fail(detail);
            };
    });
}

}  // namespace playback::tools
