// `playback sim` and `playback replay`: one run in the simulator, from a seed or from a plan file.
#include <charconv>
#include <chrono>
#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "scenarios/run.h"
#include "sim/plan.h"
#include "tools/farm/plan_file.h"
#include "tools/farm/scenario_names.h"
#include "tools/playback/commands.h"
#include "tools/playback/interrupt.h"
#include "tools/playback/output.h"

namespace playback::tools {
namespace {

// The command line library takes -1 for the largest number there is, and cuts what is larger.
std::string whole_number(const std::string& text) {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    if (error == std::errc() && stopped == end) return {};
    return text + " is not a whole number from 0 to 18446744073709551615";
}

using nlohmann::json;

struct SimArguments {
    std::string scenario;
    std::string profile;
    std::uint64_t seed = 1;
    std::uint64_t events_max = 50'000'000;
    std::uint32_t seconds_max = 600;
    std::string plan_out;
    bool json_wanted = false;
    bool verbose = false;
};

struct Timed {
    scenarios::RunReport report;
    double wall_seconds = 0;
};

Timed run_timed(const scenarios::Scenario& scenario,
                const sim::Plan& plan,
                const SimArguments& arguments) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begin = Clock::now();
    const auto limit = begin + std::chrono::seconds(arguments.seconds_max);
    scenarios::RunOptions options;
    options.events_max = arguments.events_max;
    options.out_of_time = [limit] { return interrupted() || Clock::now() > limit; };
    if (arguments.verbose) {
        options.log = [](std::string_view line) { Output(true).note(line); };
    }
    Timed timed;
    timed.report = scenario.run(plan, options);
    timed.wall_seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    return timed;
}

double seconds_of(Duration duration) {
    return static_cast<double>(duration.ns) / 1e9;
}

json describe(const Timed& timed, const sim::Plan& plan) {
    const scenarios::RunReport& report = timed.report;
    const double virtual_seconds = seconds_of(report.virtual_time);
    const double wall = std::max(timed.wall_seconds, 1e-6);
    const double calls = static_cast<double>(std::max<std::uint64_t>(report.requests, 1));
    return {{"scenario", plan.scenario},
            {"profile", plan.profile},
            {"seed", plan.seed},
            {"verdict", report.passed ? "pass" : "fail"},
            {"fingerprint", report.fingerprint},
            {"message", report.message},
            {"died", report.died},
            {"trace_hash", sim::hash_text(report.trace_hash)},
            {"virtual_seconds", virtual_seconds},
            {"wall_seconds", timed.wall_seconds},
            {"acceleration", virtual_seconds / wall},
            {"events", report.events},
            {"events_per_second", static_cast<double>(report.events) / wall},
            {"requests", report.requests},
            {"failed_requests", report.failed_requests},
            {"requests_per_second", static_cast<double>(report.requests) / wall},
            {"microseconds_per_request", wall * 1e6 / calls},
            {"messages", report.messages},
            {"faults", report.faults},
            {"faults_skipped", report.skipped},
            {"checks", report.checks}};
}

std::string counts_of(const json& counts) {
    std::string text;
    for (const auto& [name, count] : counts.items()) {
        if (!text.empty()) text += ", ";
        text += name + " " + count.dump();
    }
    return text.empty() ? "none" : text;
}

void show(const Output& output, const json& result) {
    const auto number = [&](const char* name, int digits) {
        std::ostringstream text;
        text.precision(digits);
        text << std::fixed << result[name].get<double>();
        return text.str();
    };
    output.say("verdict       " + result["verdict"].get<std::string>());
    if (result["verdict"] != "pass") {
        output.say("finding       " + result["fingerprint"].get<std::string>());
        output.say("              " + result["message"].get<std::string>());
    }
    const auto died = result["died"].get<std::string>();
    if (!died.empty())
        output.say("died          of " + died +
                   ", which no program can survive whole: nothing was judged after it");
    output.say("trace hash    " + result["trace_hash"].get<std::string>());
    output.say("virtual time  " + number("virtual_seconds", 3) + " s in " +
               number("wall_seconds", 3) + " s of wall time: " + number("acceleration", 0) + "x");
    output.say("events        " + result["events"].dump() + " (" + number("events_per_second", 0) +
               " a second)");
    output.say("requests      " + result["requests"].dump() + " (" +
               number("microseconds_per_request", 1) + " us each), " +
               result["failed_requests"].dump() + " failed");
    output.say("faults        " + counts_of(result["faults"]));
    output.say("checks        " + counts_of(result["checks"]));
}

Result<void> write_plan(sim::Plan plan,
                        const scenarios::RunReport& report,
                        const std::string& path) {
    plan.recorded = sim::Recorded{report.passed ? "pass" : "fail",
                                  report.fingerprint,
                                  report.trace_hash,
                                  "playback " PLAYBACK_VERSION};
    return write_file(path, sim::to_json(plan));
}

int run_sim(const SimArguments& arguments) {
    const Output output(arguments.json_wanted);
    const Result<const scenarios::Scenario*> found = scenario_of(arguments.scenario);
    if (!found) return output.fail(found.error().detail);
    const scenarios::Scenario* const scenario = *found;
    const std::string profile =
        arguments.profile.empty() ? std::string(scenario->profiles.front()) : arguments.profile;
    const Result<sim::Plan> plan = scenario->draw(arguments.seed, profile);
    if (!plan) return output.fail(plan.error().detail);

    watch_for_interrupt();
    const Timed timed = run_timed(*scenario, *plan, arguments);
    if (interrupted()) return exit_interrupted;
    json result = describe(timed, *plan);
    show(output, result);
    std::string path = arguments.plan_out;
    if (path.empty() && !timed.report.passed) {
        path = plan->scenario + "-" + std::to_string(plan->seed) + ".plan.json";
    }
    if (!path.empty()) {
        const Result<void> written = write_plan(*plan, timed.report, path);
        if (!written) return output.fail(written.error().detail);
        result["plan"] = path;
        output.say("plan          " + path);
        output.say("replay with   playback replay " + path);
        if (!timed.report.passed) output.say("shrink with   playback shrink " + path);
    }
    output.finish(result);
    return timed.report.passed ? exit_fine : exit_failure_found;
}

int run_replay(const std::string& path, const SimArguments& arguments) {
    const Output output(arguments.json_wanted);
    const Result<sim::Plan> plan = read_plan_file(path);
    if (!plan) return output.fail(plan.error().detail);
    const scenarios::Scenario* const scenario = scenarios::find_scenario(plan->scenario);

    watch_for_interrupt();
    const Timed timed = run_timed(*scenario, *plan, arguments);
    if (interrupted()) return exit_interrupted;
    json result = describe(timed, *plan);
    show(output, result);
    bool is_same = true;
    if (plan->recorded) {
        const bool same_verdict = plan->recorded->fingerprint == timed.report.fingerprint;
        const bool same_hash = plan->recorded->trace_hash == timed.report.trace_hash;
        is_same = same_verdict && same_hash;
        result["recorded_fingerprint"] = plan->recorded->fingerprint;
        result["same_verdict"] = same_verdict;
        result["same_hash"] = same_hash;
        output.say(std::string("recorded      verdict is ") +
                   (same_verdict ? "the same" : "NOT " + plan->recorded->fingerprint) +
                   ", hash is " +
                   (same_hash ? "the same" : "NOT " + sim::hash_text(plan->recorded->trace_hash)));
    }
    output.finish(result);
    return timed.report.passed && is_same ? exit_fine : exit_failure_found;
}

void add_common(CLI::App& command, SimArguments& arguments) {
    command.add_flag("--json", arguments.json_wanted, "one JSON object as the last line");
    command.add_flag("--verbose", arguments.verbose, "what the backend logs, on standard error");
    command.add_option("--events-max", arguments.events_max, "more is a finding")
        ->capture_default_str();
    command.add_option("--seconds-max", arguments.seconds_max, "of wall time; more is a finding")
        ->capture_default_str();
}

}  // namespace

void add_sim_command(CLI::App& app, Run& run) {
    auto arguments = std::make_shared<SimArguments>();
    CLI::App* const command =
        app.add_subcommand("sim", "run a scenario in the simulator, from a seed");
    command->add_option("scenario", arguments->scenario, "which one: lobby")->required();
    command->add_option("--seed", arguments->seed, "decides everything")
        ->capture_default_str()
        ->check(whole_number);
    command->add_option(
        "--profile", arguments->profile, "small (default), short, reference or polling");
    command->add_option(
        "--plan-out", arguments->plan_out, "write the plan here (a failing run always writes one)");
    add_common(*command, *arguments);
    command->callback([arguments, &run] { run = [arguments] { return run_sim(*arguments); }; });
}

void add_replay_command(CLI::App& app, Run& run) {
    auto arguments = std::make_shared<SimArguments>();
    auto path = std::make_shared<std::string>();
    CLI::App* const command =
        app.add_subcommand("replay", "run a plan file again and compare with what it recorded");
    command->add_option("plan", *path, "a file that `playback sim` wrote")->required();
    command->footer(
        "Exit code 0: the run passed and is the recorded one. 1: it failed, or is another.");
    add_common(*command, *arguments);
    command->callback([arguments, path, &run] {
        run = [arguments, path] { return run_replay(*path, *arguments); };
    });
}

}  // namespace playback::tools
