// `playback doctor`: what is missing on this machine for a node, and how to mend it.
#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/playback/commands.h"
#include "tools/playback/doctor.h"
#include "tools/playback/interrupt.h"
#include "tools/playback/node_call.h"
#include "tools/playback/node_options.h"
#include "tools/playback/output.h"

namespace playback::tools {
namespace {

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

int run_doctor(const NodeCall& call) {
    const Output output(call.json_wanted);
    const Result<NodeSettings> settings = node_settings(call.options);
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
    const auto call = std::make_shared<NodeCall>();
    CLI::App* const command =
        app.add_subcommand("doctor", "say what this machine lacks for a node, and how to mend it");
    take_node_settings(*command,
                       call,
                       "one JSON object {can_run, checks: [{name, health, found, mend}]}",
                       run,
                       [call] { return run_doctor(*call); });
    command->footer(footer);
}

}  // namespace playback::tools
