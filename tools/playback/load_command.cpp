// `playback load`: the players of a scenario against a node over real sockets.
#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/playback/client_world.h"
#include "tools/playback/commands.h"
#include "tools/playback/data_directory.h"
#include "tools/playback/interrupt.h"
#include "tools/playback/lobby_load.h"
#include "tools/playback/output.h"
#include "tools/playback/stopper.h"

namespace playback::tools {
namespace {

using nlohmann::json;

struct LoadArguments {
    std::string scenario;
    std::string target = "http://127.0.0.1:8080";
    std::string tenant = "demo";
    std::string project;
    std::string stage;
    std::uint32_t players = 200;
    std::uint32_t seconds = 20;
    double say_every = 2;
    std::uint32_t joins_at_once = 16;
    std::uint32_t join_seconds = 120;
    std::uint32_t settle_seconds = 30;
    std::uint32_t client_inactive = 30;
    bool polling = false;
    bool json_wanted = false;
};

Result<LoadOptions> load_options(const LoadArguments& arguments) {
    if (arguments.scenario != "lobby")
        return Error{Errc::invalid_argument, "there is no scenario " + arguments.scenario};
    std::string_view url = arguments.target;
    if (!url.starts_with("http://"))
        return Error{Errc::invalid_argument, "--target takes http://HOST:PORT"};
    url.remove_prefix(7);
    if (url.ends_with('/')) url.remove_suffix(1);
    Result<io::Endpoint> target = io::parse_endpoint(url);
    if (!target)
        return Error{Errc::invalid_argument,
                     "--target takes http://HOST:PORT (" + target.error().detail + ")"};
    if (arguments.players == 0 || arguments.players > 10'000)
        return Error{Errc::invalid_argument, "--players takes 1 to 10000"};
    if (arguments.say_every < 0.001 || arguments.say_every > 3600)
        return Error{Errc::invalid_argument, "--say-every takes 0.001 to 3600 seconds"};
    LoadOptions options;
    options.target = *std::move(target);
    options.tenant = arguments.tenant;
    options.project = arguments.project.empty() ? arguments.tenant : arguments.project;
    options.stage = arguments.stage.empty() ? arguments.tenant : arguments.stage;
    options.players = arguments.players;
    options.joins_at_once = std::max(1U, arguments.joins_at_once);
    options.join_limit = seconds(arguments.join_seconds);
    options.duration = seconds(arguments.seconds);
    options.say_every = microseconds(static_cast<std::int64_t>(arguments.say_every * 1e6));
    options.settle_limit = seconds(arguments.settle_seconds);
    options.client_inactive = seconds(arguments.client_inactive);
    options.polling = arguments.polling;
    return options;
}

double seconds_of(Duration duration) {
    return static_cast<double>(duration.ns) / 1e9;
}

double rate(std::uint64_t count, Duration duration) {
    return duration.ns == 0 ? 0 : static_cast<double>(count) / seconds_of(duration);
}

double milliseconds_of(std::int64_t microseconds) {
    return static_cast<double>(microseconds) / 1e3;
}

json describe(const Times& times) {
    return {{"count", times.values.size()},
            {"p50", milliseconds_of(times.percentile(50))},
            {"p99", milliseconds_of(times.percentile(99))},
            {"max", milliseconds_of(times.percentile(100))}};
}

json describe(const LoadReport& report, const LoadArguments& arguments) {
    return {{"target", arguments.target},
            {"players", arguments.players},
            {"verdict", report.violation_count == 0 ? "pass" : "fail"},
            {"joined", report.joined},
            {"join_seconds", seconds_of(report.join_time)},
            {"joins_per_second", rate(report.joined, report.join_time)},
            {"join_failures", report.join_failures},
            {"load_seconds", seconds_of(report.load_time)},
            {"messages_acknowledged", report.said},
            {"messages_answered", report.heard},
            {"messages_per_second", rate(report.said, report.load_time)},
            {"assignment_ms", describe(report.assignment)},
            {"round_trip_ms", describe(report.round_trip)},
            {"calls", report.calls},
            {"failed_calls", report.failed_calls},
            {"failures", report.failures},
            {"settled", report.settled},
            {"settle_seconds", seconds_of(report.settle_time)},
            {"clients_moved", report.moved},
            {"messages_lost_with_their_runtime", report.excused},
            {"checks", report.checks},
            {"violations", report.violation_count},
            {"first_violations", report.violations}};
}

std::string counts_of(const std::map<std::string, std::uint64_t>& counts) {
    std::string text;
    for (const auto& [name, count] : counts)
        text += (text.empty() ? "" : ", ") + name + " x" + std::to_string(count);
    return text;
}

std::string fixed(double value, int digits) {
    std::ostringstream text;
    text.precision(digits);
    text << std::fixed << value;
    return text.str();
}

std::string line_of(const Times& times) {
    return "p50 " + fixed(milliseconds_of(times.percentile(50)), 1) + " ms, p99 " +
           fixed(milliseconds_of(times.percentile(99)), 1) + " ms, max " +
           fixed(milliseconds_of(times.percentile(100)), 1) + " ms (" +
           std::to_string(times.values.size()) + ")";
}

// What kept players from joining, and what to do about it.
std::string reasons(const LoadReport& report, const LoadArguments& arguments) {
    std::string text = counts_of(report.join_failures);
    const auto saw = [&](std::string_view word) {
        return std::any_of(report.join_failures.begin(),
                           report.join_failures.end(),
                           [&](const auto& entry) { return entry.first.contains(word); });
    };
    if (saw("no answer")) text += ". Does a node listen there?";
    if (saw("create-client: 404")) text += ". Is there a tenant " + arguments.tenant + "?";
    if (saw("429")) text += ". Start the node with --rate-limit-exempt and your address";
    return text;
}

void show(const Output& output, const LoadReport& report, const LoadArguments& arguments) {
    output.say("joined        " + std::to_string(report.joined) + " of " +
               std::to_string(arguments.players) + " players in " +
               fixed(seconds_of(report.join_time), 1) +
               " s: " + fixed(rate(report.joined, report.join_time), 1) +
               " a second (sign up, token, " + "client, lobby)");
    if (!report.join_failures.empty())
        output.say("              failed meanwhile: " + reasons(report, arguments));
    output.say("assignment    " + line_of(report.assignment));
    output.say("messages      " + std::to_string(report.said) + " acknowledged in " +
               fixed(seconds_of(report.load_time), 1) +
               " s: " + fixed(rate(report.said, report.load_time), 1) + " a second, " +
               std::to_string(report.heard) + " answered");
    output.say("round trip    " + line_of(report.round_trip));
    output.say("calls         " + std::to_string(report.calls) + ", " +
               std::to_string(report.failed_calls) + " failed" +
               (report.failures.empty() ? "" : ": " + counts_of(report.failures)));
    output.say("settled       " + std::string(report.settled ? "after " : "NOT in ") +
               fixed(seconds_of(report.settle_time), 1) + " s; " + std::to_string(report.moved) +
               " clients were moved, " + std::to_string(report.excused) +
               " messages went with their runtime");
    output.say("checks        " + counts_of(report.checks));
    for (const std::string& violation : report.violations) output.say("VIOLATION     " + violation);
    output.say("verdict       " + std::string(report.violation_count == 0 ? "pass" : "fail"));
}

io::Task<void> run_to_end(LobbyLoad& load, std::optional<LoadReport>& report) {
    LoadReport made = co_await load.run();
    report = std::move(made);
}

int run_load(const LoadArguments& arguments) {
    const Output output(arguments.json_wanted);
    Result<LoadOptions> options = load_options(arguments);
    if (!options) return output.fail(options.error().detail);
    prepare_process();
    ClientWorld world;
    Stopper stopper(world.real());
    options->is_interrupted = [&stopper] { return stopper.is_asked(); };
    options->tell = [&output](std::string_view line) { output.note(line); };
    LobbyLoad load(world.io(), *std::move(options));
    std::optional<LoadReport> report;
    world.real().run(run_to_end(load, report));
    world.real().shutdown();  // players that still wait for an answer end here

    if (report->interrupted) return exit_interrupted;
    if (report->joined == 0)
        return output.fail("nobody could join at " + arguments.target + ": " +
                           reasons(*report, arguments));
    show(output, *report, arguments);
    output.finish(describe(*report, arguments));
    return report->violation_count == 0 ? exit_fine : exit_failure_found;
}

}  // namespace

void add_load_command(CLI::App& app, Run& run) {
    auto arguments = std::make_shared<LoadArguments>();
    CLI::App* const command = app.add_subcommand(
        "load", "drive a real node with the players of a scenario, and judge what they see");
    command->add_option("scenario", arguments->scenario, "which one: lobby")->required();
    command->add_option("--target", arguments->target, "the node")->capture_default_str();
    command->add_option("--tenant", arguments->tenant, "alias or id")->capture_default_str();
    command->add_option("--project", arguments->project, "alias or id; default: as the tenant");
    command->add_option("--stage", arguments->stage, "alias or id; default: as the tenant");
    command->add_option("--players", arguments->players, "at once")->capture_default_str();
    command->add_option("--seconds", arguments->seconds, "of load, after all have joined")
        ->capture_default_str();
    command->add_option("--say-every", arguments->say_every, "seconds, each player")
        ->capture_default_str();
    command->add_flag(
        "--polling", arguments->polling, "poll each second as existing SDKs do, not by long poll");
    command->add_option("--joins-at-once", arguments->joins_at_once, "players that sign up at once")
        ->capture_default_str();
    command->add_option("--join-seconds", arguments->join_seconds, "to wait for all to join")
        ->capture_default_str();
    command->add_option("--settle-seconds", arguments->settle_seconds, "to wait for all answers")
        ->capture_default_str();
    command
        ->add_option("--client-inactive",
                     arguments->client_inactive,
                     "seconds, as the node has it: nobody may be ended earlier")
        ->capture_default_str();
    command->add_flag("--json", arguments->json_wanted, "one JSON object as the last line");
    command->footer(
        "The node may restart meanwhile: players retry. Exit codes: 0 all promises kept, 1 one was "
        "broken, 2 nobody could join or wrong use, 130 interrupted.");
    command->callback([arguments, &run] { run = [arguments] { return run_load(*arguments); }; });
}

}  // namespace playback::tools
