// `playback report`: a plan, played and shown on one page.
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/farm/plan_file.h"
#include "tools/farm/report.h"
#include "tools/playback/commands.h"
#include "tools/playback/farm_options.h"
#include "tools/playback/interrupt.h"
#include "tools/playback/output.h"

namespace playback::tools {
namespace {

struct ReportArguments {
    std::string plan;
    std::string out;
    FarmArguments farm;
    bool json_wanted = false;
};

int run_report(const ReportArguments& arguments) {
    const Output output(arguments.json_wanted);
    const Result<sim::Plan> plan = read_plan_file(arguments.plan);
    if (!plan) return output.fail(plan.error().detail);
    const Result<FarmOptions> options = farm_options(arguments.farm);
    if (!options) return output.fail(options.error().detail);
    const std::string out =
        arguments.out.empty() ? without_plan_ending(arguments.plan) + ".html" : arguments.out;

    watch_for_interrupt();
    Farm farm(*options);
    const Result<Outcome> outcome =
        report_on(farm, *plan, out, replay_command(arguments.plan, arguments.farm), interrupted);
    if (interrupted()) return exit_interrupted;
    if (!outcome) return output.fail(outcome.error().detail);
    std::error_code error;
    const auto bytes = std::filesystem::file_size(out, error);
    output.say("verdict       " + outcome->fingerprint);
    if (!outcome->passed) output.say("              " + outcome->message);
    output.say("trace hash    " + sim::hash_text(outcome->trace_hash));
    output.say("report        " + out + " (" + std::to_string(bytes / 1024) + " KB)");
    output.finish({{"report", out},
                   {"bytes", bytes},
                   {"verdict", outcome->passed ? "pass" : "fail"},
                   {"fingerprint", outcome->fingerprint},
                   {"message", outcome->message},
                   {"trace_hash", sim::hash_text(outcome->trace_hash)}});
    return exit_fine;
}

}  // namespace

std::string replay_command(const std::string& plan, const FarmArguments& farm) {
    if (farm.worker.empty()) return "playback replay " + plan;
    // Only the build that failed can fail again.
    return "playback report " + plan + " --worker " + farm.worker +
           (farm.plant.empty() ? "" : " --plant " + farm.plant);
}

void add_report_command(CLI::App& app, Run& run) {
    auto arguments = std::make_shared<ReportArguments>();
    CLI::App* const command =
        app.add_subcommand("report", "play a plan and show the run on one HTML page");
    command->add_option("plan", arguments->plan, "a plan file")->required();
    command->add_option("-o,--out", arguments->out, "the page (PLAN.html)");
    add_farm_options(*command, arguments->farm);
    command->add_flag("--json", arguments->json_wanted, "one JSON object as the last line");
    command->footer(
        "The page needs no network and nothing beside it. Nothing is recorded during hunts: the\n"
        "plan is played again with a recorder, and the trace hash proves that it is the same run.\n"
        "Exit code 0: the page is written, whatever the verdict. 2: the plan cannot be read or\n"
        "played, or the page cannot be written. 130: interrupted; nothing is written.");
    command->callback([arguments, &run] { run = [arguments] { return run_report(*arguments); }; });
}

}  // namespace playback::tools
