// `playback hunt`: many runs on all cores; each new failure shrunk, written and told.
#include <charconv>
#include <chrono>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/farm/hunt.h"
#include "tools/farm/plan_file.h"
#include "tools/farm/report.h"
#include "tools/farm/scenario_names.h"
#include "tools/playback/commands.h"
#include "tools/playback/farm_options.h"
#include "tools/playback/hunt_files.h"
#include "tools/playback/hunt_progress.h"
#include "tools/playback/interrupt.h"
#include "tools/playback/output.h"

namespace playback::tools {
namespace {

using nlohmann::json;

struct HuntArguments {
    std::vector<std::string> scenarios;
    std::string seeds = "1..1000";
    double minutes = 0;
    std::string out = "hunt";
    std::string junit;
    std::uint32_t shrink_seconds = 60;
    std::uint64_t shrink_simulations = 400;
    std::uint64_t failures = 0;
    std::uint64_t events_wanted = 0;
    std::uint64_t repeat_every = 50;
    std::string profile;
    FarmArguments farm;
    bool json_wanted = false;
};

bool read_number(std::string_view text, std::uint64_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

// "1..1000" or "7".
bool read_seeds(std::string_view text, HuntOptions& options) {
    const std::size_t dots = text.find("..");
    if (dots == std::string_view::npos) {
        if (!read_number(text, options.first_seed)) return false;
        options.last_seed = options.first_seed;
        return true;
    }
    if (!read_number(text.substr(0, dots), options.first_seed)) return false;
    if (!read_number(text.substr(dots + 2), options.last_seed)) return false;
    // So many that counting them cannot overflow.
    return options.first_seed <= options.last_seed &&
           options.last_seed - options.first_seed < 1'000'000'000'000;
}

Result<HuntOptions> hunt_options(const HuntArguments& arguments) {
    HuntOptions options;
    for (const std::string& name : arguments.scenarios) {
        TRY(scenario, scenario_of(name));
        options.scenarios.push_back(scenario);
    }
    if (options.scenarios.empty()) {
        for (const scenarios::Scenario& one : scenarios::scenarios())
            options.scenarios.push_back(&one);
    }
    if (!read_seeds(arguments.seeds, options))
        return Error{Errc::invalid_argument,
                     "--seeds must be FIRST..LAST or one number, for example 1..1000, not " +
                         arguments.seeds};
    options.profile = arguments.profile;
    for (const scenarios::Scenario* const scenario : options.scenarios) {
        if (options.profile.empty()) break;
        TRY_VOID(scenario->draw(options.first_seed, options.profile));
    }
    if (arguments.minutes > 0)
        options.limit = std::chrono::ceil<std::chrono::seconds>(
            std::chrono::duration<double>(arguments.minutes * 60));
    options.failures_max = arguments.failures;
    options.events_wanted = arguments.events_wanted;
    options.repeat_every = arguments.repeat_every;
    options.shrink_seconds = arguments.shrink_seconds;
    options.shrink_simulations = arguments.shrink_simulations;
    options.stop = interrupted;
    return options;
}

json describe(const Failure& failure, const HuntFiles& files, const HuntTally& tally) {
    const auto count = tally.failures.find(failure.signature);
    const std::string page = files.path_of(failure, ".html");
    return {{"fingerprint", failure.outcome.fingerprint},
            {"signature", failure.signature},
            {"message", failure.outcome.message},
            {"scenario", failure.plan.scenario},
            {"first_seed", failure.first_seed},
            {"seed", failure.seed},
            {"runs", count == tally.failures.end() ? 0 : count->second},
            {"shrunk", failure.is_shrunk},
            {"events_before", sim::event_count(failure.original)},
            {"events_after", sim::event_count(failure.plan)},
            {"plan", files.path_of(failure, ".plan.json")},
            {"report", files.path_of(failure, ".txt")},
            {"page", std::filesystem::exists(page) ? json(page) : json()}};
}

json describe(const Hunt& hunt, const HuntFiles& files) {
    const HuntTally& tally = hunt.tally();
    json failures = json::array();
    for (const auto& [signature, failure] : hunt.failures())
        failures.push_back(describe(failure, files, tally));
    return {{"runs", tally.runs},
            {"runs_planned", tally.runs_planned},
            {"repeated", tally.repeated},
            {"failed_runs", tally.failed},
            {"failures", failures},
            {"seconds", tally.seconds},
            {"runs_per_second", static_cast<double>(tally.runs) / std::max(tally.seconds, 1e-3)},
            {"virtual_seconds", static_cast<double>(tally.virtual_time.ns) / 1e9},
            {"events", tally.events},
            {"requests", tally.requests},
            {"checks", tally.checks},
            {"faults", tally.faults},
            {"died", tally.died},
            {"interrupted", interrupted()}};
}

void show(const Output& output, const Hunt& hunt, const HuntFiles& files) {
    const HuntTally& tally = hunt.tally();
    output.say("runs          " + std::to_string(tally.runs) + " of " +
               std::to_string(tally.runs_planned) + " in " + span_text(tally.seconds) + ", " +
               std::to_string(tally.repeated) + " repeated in a fresh process");
    output.say("virtual time  " + span_text(static_cast<double>(tally.virtual_time.ns) / 1e9) +
               ", " + std::to_string(tally.requests) + " requests, " +
               std::to_string(tally.checks) + " checks");
    std::uint64_t faults = 0;
    for (const auto& [kind, count] : tally.faults) faults += count;
    output.say("faults        " + std::to_string(faults) + " of " +
               std::to_string(tally.faults.size()) + " kinds");
    std::string died;
    for (const auto& [kind, count] : tally.died)
        died += (died.empty() ? "" : ", ") + kind + " " + std::to_string(count);
    if (!died.empty())
        output.say("died          of what no program can keep, and not judged after it: " + died);
    output.say("failures      " + std::to_string(tally.failed) + " runs in " +
               std::to_string(hunt.failures().size()) + " ways");
    for (const auto& [signature, failure] : hunt.failures()) {
        output.say("  " + std::to_string(failure.count) + " x  " + signature);
        output.say("        seed " + std::to_string(failure.seed) + ", " +
                   std::to_string(sim::event_count(failure.original)) + " events, shrunk to " +
                   std::to_string(sim::event_count(failure.plan)));
        output.say("        playback replay " + files.path_of(failure, ".plan.json"));
    }
    if (tally.uncounted > 0)
        output.say("  " + std::to_string(tally.uncounted) + " runs failed in still other ways");
}

// Errors of writing do not end a hunt; the first is told at its end.
struct Sink {
    const HuntFiles& files;
    HuntProgress& progress;
    Farm& farm;
    const FarmArguments& farming;
    Result<void> written;

    void take(const Failure& failure) {
        progress.note("hunt: NEW " + failure.signature + " (seed " + std::to_string(failure.seed) +
                      ", " + std::to_string(sim::event_count(failure.original)) + " -> " +
                      std::to_string(sim::event_count(failure.plan)) + " events)");
        progress.note("      " + files.path_of(failure, ".txt"));
        const Result<void> result = files.write(failure);
        if (!result && written) written = result;
        if (result && farm.busy() == 0 && !interrupted()) report(failure);
    }

    // A failure without a picture is still a failure: what is missing is only said.
    void report(const Failure& failure) {
        const std::string path = files.path_of(failure, ".html");
        const std::string command = replay_command(files.path_of(failure, ".plan.json"), farming);
        const Result<Outcome> outcome = report_on(farm, failure.plan, path, command, interrupted);
        progress.note("      " + (outcome ? path : "no report: " + outcome.error().detail));
    }
};

int run_hunt(const HuntArguments& arguments) {
    const Output output(arguments.json_wanted);
    const Result<HuntOptions> options = hunt_options(arguments);
    if (!options) return output.fail(options.error().detail);
    const Result<FarmOptions> farming = farm_options(arguments.farm);
    if (!farming) return output.fail(farming.error().detail);
    const HuntFiles files(arguments.out);
    const Result<void> prepared = files.prepare();
    if (!prepared) return output.fail("--out: " + prepared.error().detail);

    watch_for_interrupt();
    Farm farm(*farming);
    Hunt hunt(farm, *options);
    HuntProgress progress(options->limit);
    Sink sink{files, progress, farm, arguments.farm, {}};
    hunt.progress = [&](const HuntTally& tally) { progress.show(tally); };
    hunt.found = [&](const Failure& failure) { sink.take(failure); };
    progress.note("hunt: " + std::to_string(hunt.tally().runs_planned) + " runs, " +
                  std::to_string(farm.jobs()) + " workers, files in " + arguments.out);
    const Result<void> ended = hunt.run();
    progress.end();
    if (!ended) return output.fail(ended.error().detail);
    show(output, hunt, files);
    if (!arguments.junit.empty() && sink.written)
        sink.written = write_file(arguments.junit, junit_of(hunt, *options));
    if (!sink.written) return output.fail(sink.written.error().detail);
    output.finish(describe(hunt, files));
    if (interrupted()) return exit_interrupted;
    return hunt.tally().failed == 0 ? exit_fine : exit_failure_found;
}

}  // namespace

void add_hunt_command(CLI::App& app, Run& run) {
    auto arguments = std::make_shared<HuntArguments>();
    CLI::App* const command =
        app.add_subcommand("hunt", "play many seeds and shrink each new failure");
    command->add_option("scenario", arguments->scenarios, "which (all)");
    command->add_option("--seeds", arguments->seeds, "FIRST..LAST")->capture_default_str();
    command->add_option("--minutes", arguments->minutes, "at most so long")
        ->check(CLI::Range(0.01, 100'000.0));
    command->add_option(
        "--failures", arguments->failures, "end when so many different ones are found (never)");
    command->add_option("--events-wanted",
                        arguments->events_wanted,
                        "count for --failures only those that shrink to so few events (all)");
    command->add_option("--out", arguments->out, "directory of plans and reports")
        ->capture_default_str();
    command->add_option("--profile", arguments->profile, "of the scenarios (their first)");
    command->add_option("--junit", arguments->junit, "write JUnit XML here");
    command
        ->add_option("--repeat-every",
                     arguments->repeat_every,
                     "one run in so many is played again in a fresh process; 0: none")
        ->capture_default_str();
    command->add_option("--shrink-seconds", arguments->shrink_seconds, "for each new failure")
        ->check(CLI::Range(1, 86'400))
        ->capture_default_str();
    command->add_option("--shrink-simulations", arguments->shrink_simulations, "the same")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    add_farm_options(*command, arguments->farm);
    command->add_flag("--json", arguments->json_wanted, "one JSON object as the last line");
    command->footer(
        "For each way to fail, the directory gets NAME.plan.json (shrunk), "
        "NAME.original.plan.json,\n"
        "NAME.txt (what happened, how to replay it), NAME.html (the same as a picture) and\n"
        "regressions/..., a candidate for scenarios/regressions. Exit code 0: no failure. 1: "
        "failures. 2: wrong use or "
        "environment.\n"
        "130: interrupted; what was found is written.");
    command->callback([arguments, &run] { run = [arguments] { return run_hunt(*arguments); }; });
}

}  // namespace playback::tools
