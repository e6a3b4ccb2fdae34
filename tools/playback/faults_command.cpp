// `playback faults`: what the simulator can break, and how it is known that it does.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "sim/fault_catalogue.h"
#include "tools/playback/commands.h"
#include "tools/playback/interrupt.h"
#include "tools/playback/output.h"

namespace playback::tools {
namespace {

using nlohmann::json;

struct FaultsArguments {
    std::string group;
    bool json_wanted = false;
};

std::vector<std::string> groups() {
    std::vector<std::string> names;
    for (const sim::FaultKind& kind : sim::fault_catalogue())
        if (names.empty() || names.back() != kind.group) names.emplace_back(kind.group);
    return names;
}

json json_of(const sim::FaultKind& kind) {
    json parameters = json::array();
    for (const sim::FaultParameter& parameter : kind.parameters) {
        parameters.push_back({{"name", parameter.name},
                              {"low", parameter.low},
                              {"high", parameter.high},
                              {"what", parameter.what}});
    }
    return {{"name", kind.name},
            {"group", kind.group},
            {"probe", kind.probe},
            {"what", kind.what},
            {"lasts", kind.lasts},
            {"breaks_promises", kind.breaks_promises},
            {"parameters", std::move(parameters)}};
}

std::string padded(std::string_view text, std::size_t width) {
    std::string result(text);
    result.resize(std::max(width, result.size()), ' ');
    return result;
}

void say_kind(const Output& output, const sim::FaultKind& kind) {
    constexpr std::size_t name_width = 30;
    constexpr std::size_t probe_width = 32;
    output.say("  " + padded(kind.name, name_width) + padded(kind.probe, probe_width) +
               std::string(kind.what) + (kind.breaks_promises ? " *" : ""));
}

int list_faults(const FaultsArguments& arguments) {
    const Output output(arguments.json_wanted);
    json faults = json::array();
    std::string_view group;
    for (const sim::FaultKind& kind : sim::fault_catalogue()) {
        if (!arguments.group.empty() && kind.group != arguments.group) continue;
        if (kind.group != group) output.say(std::string(group = kind.group) + ":");
        say_kind(output, kind);
        faults.push_back(json_of(kind));
    }
    output.say(std::to_string(faults.size()) +
               " kinds of faults: name, probe (the number that the tests demand to move), what it "
               "does.\n* No promise survives it: it is tested, and not drawn for judged runs.");
    output.finish({{"faults", std::move(faults)}});
    return exit_fine;
}

}  // namespace

void add_faults_command(CLI::App& app, Run& run) {
    auto arguments = std::make_shared<FaultsArguments>();
    CLI::App* const command = app.add_subcommand(
        "faults", "List the kinds of faults that plans may hold, each with its probe.");
    command->add_option("--group", arguments->group, "only this group")
        ->check(CLI::IsMember(groups()));
    command->add_flag("--json", arguments->json_wanted, "one object: faults");
    command->callback([arguments, &run] { run = [arguments] { return list_faults(*arguments); }; });
}

}  // namespace playback::tools
