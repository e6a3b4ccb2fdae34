// `playback bench`: what calls and messages cost, beside nginx and controls of our own.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/bench_macro/growth.h"
#include "tools/bench_macro/presentation.h"
#include "tools/bench_macro/run_bench.h"
#include "tools/playback/commands.h"
#include "tools/playback/interrupt.h"
#include "tools/playback/output.h"

namespace playback::tools {
namespace {

constexpr std::uint32_t rounds_max = 100;
constexpr double seconds_min = 0.05;
constexpr double seconds_max = 600;

struct BenchArguments {
    std::vector<std::string> only;
    std::uint32_t rounds = 5;
    double seconds = 1.5;
    std::string data;
    std::string page;
    bool growth = false;
    std::size_t growth_most = 0;
    bool check = false;
    bool json_wanted = false;
};

std::string command_of(const BenchArguments& arguments) {
    std::string text = "playback bench --rounds " + std::to_string(arguments.rounds) +
                       " --seconds " + bench::figure_text(arguments.seconds);
    for (std::size_t i = 0; i < arguments.only.size(); ++i)
        text += (i == 0 ? " --only " : ",") + arguments.only[i];
    if (arguments.growth) text += " --growth";
    if (arguments.growth_most != 0)
        text += " --growth-most " + std::to_string(arguments.growth_most);
    if (!arguments.data.empty()) text += " --data " + arguments.data;
    return text;
}

Result<bench::BenchOrder> order_of(const BenchArguments& arguments) {
    if (arguments.rounds == 0 || arguments.rounds > rounds_max)
        return Error{Errc::invalid_argument, "--rounds takes 1 to 100"};
    if (!(arguments.seconds >= seconds_min && arguments.seconds <= seconds_max))
        return Error{Errc::invalid_argument, "--seconds takes 0.05 to 600"};
    bench::BenchOrder order;
    if (arguments.growth_most != 0 && !arguments.growth)
        return Error{Errc::invalid_argument, "--growth-most belongs to --growth"};
    order.only = arguments.only;
    order.growth = arguments.growth;
    order.growth_most = arguments.growth_most;
    order.directory = arguments.data;
    if (order.directory.empty()) order.directory = std::filesystem::temp_directory_path().string();
    order.command = command_of(arguments);
    order.options.rounds = arguments.rounds;
    order.options.seconds = arguments.seconds;
    order.options.is_interrupted = [] { return interrupted(); };
    return order;
}

bool write_page(const std::string& path, const bench::Report& report) {
    std::ofstream file(path);
    file << bench::page_of(report);
    file.flush();
    return static_cast<bool>(file);
}

int run_bench_command(const BenchArguments& arguments) {
    const Output output(arguments.json_wanted);
    Result<bench::BenchOrder> order = order_of(arguments);
    if (!order) return output.fail(order.error().detail);
    // Before minutes are spent.
    if (!arguments.page.empty() && !std::ofstream(arguments.page))
        return output.fail("cannot write " + arguments.page);
    order->options.tell = [&output](std::string_view line) { output.note(line); };
    watch_for_interrupt();
    const Result<bench::Report> report = bench::run_bench(*order);
    if (!report) return output.fail(report.error().detail);
    output.say(bench::table_of(*report));
    if (!arguments.page.empty() && !write_page(arguments.page, *report))
        return output.fail("cannot write " + arguments.page);
    output.finish(bench::json_of(*report));
    if (report->is_interrupted) return exit_interrupted;
    if (report->has_problems()) return exit_wrong_use;
    return arguments.check && report->misses_a_gate() ? exit_failure_found : exit_fine;
}

}  // namespace

void add_bench_command(CLI::App& app, Run& run) {
    auto arguments = std::make_shared<BenchArguments>();
    CLI::App* const command = app.add_subcommand(
        "bench", "measure a node beside nginx and controls of our own, in interleaved rounds");
    command
        ->add_option("--only",
                     arguments->only,
                     bench::names_of_measurements() + "; with --growth: " + bench::names_of_plots())
        ->delimiter(',')
        ->type_name("NAME,...");
    command->add_option("--rounds", arguments->rounds, "of all servers, one after the other")
        ->capture_default_str();
    command->add_option("--seconds", arguments->seconds, "of each server in each round")
        ->capture_default_str();
    command->add_option("--data",
                        arguments->data,
                        "directory on the disk to measure, for temporary files; default: that of "
                        "the system");
    command->add_option("--html", arguments->page, "file for a page with plots");
    command->add_flag(
        "--growth",
        arguments->growth,
        "instead: what calls cost as connected clients, clients, tickets, tenants and "
        "stored rows grow, and the start of a node with a million stored players");
    command->add_option(
        "--growth-most", arguments->growth_most, "of anything; default: up to ten million");
    command->add_flag("--check", arguments->check, "exit with 1 if a gate is missed");
    command->add_flag("--json", arguments->json_wanted, "one JSON object as the last line");
    command->footer(
        "Starts a node, nginx (if it is installed) and bench-control (beside this program) on "
        "loopback, with temporary data, and drives each with the same load: server CPU time for "
        "each call counts, and its ratio to the control in the same round (1: as cheap, more is "
        "better). What the numbers mean: docs/performance.md. A machine that does other work, a "
        "load that was at its own end and a control that is missing are said with the figures.\n"
        "Exit codes: 0 measured, 1 with --check: a gate was missed, or could not be judged; 2 "
        "wrong use or something could not be measured, 130 interrupted.");
    command->callback(
        [arguments, &run] { run = [arguments] { return run_bench_command(*arguments); }; });
}

}  // namespace playback::tools
