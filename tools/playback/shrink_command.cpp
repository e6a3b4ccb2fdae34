// `playback shrink`: from a plan that fails to a small plan that fails in the same way.
#include <chrono>
#include <memory>
#include <sstream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/farm/minimise.h"
#include "tools/farm/plan_file.h"
#include "tools/playback/commands.h"
#include "tools/playback/farm_options.h"
#include "tools/playback/interrupt.h"
#include "tools/playback/output.h"

namespace playback::tools {
namespace {

using nlohmann::json;

struct ShrinkArguments {
    std::string plan;
    std::string out;
    std::uint64_t simulations = 400;
    std::uint32_t seconds = 300;
    FarmArguments farm;
    bool json_wanted = false;
};

std::string one_digit(double value) {
    std::ostringstream text;
    text.precision(1);
    text << std::fixed << value;
    return text.str();
}

// A line at most twice a second, and at each change of the pass.
class Progress {
public:
    Progress(const Output& output, std::size_t events) : output_(output), events_(events) {}

    void operator()(const sim::ShrinkProgress& progress) {
        const auto now = std::chrono::steady_clock::now();
        if (now < next_ && progress.pass == pass_) return;
        next_ = now + std::chrono::milliseconds(500);
        pass_ = progress.pass;
        output_.note("shrink: " + pass_ + ", " + std::to_string(progress.simulations) +
                     " simulations, " + std::to_string(progress.events) + " of " +
                     std::to_string(events_) + " events left");
    }

private:
    const Output& output_;
    std::size_t events_;
    std::chrono::steady_clock::time_point next_;
    std::string pass_;
};

std::size_t choices_of(const sim::Plan& plan) {
    return plan.schedule ? plan.schedule->size() : 0;
}

json describe(const Minimised& result, const Outcome& failed, const std::string& out) {
    json others = json::object();
    for (const auto& [signature, plan] : result.shrunk.others)
        others[signature] = sim::event_count(plan);
    return {{"fingerprint", failed.fingerprint},
            {"message", result.outcome.message},
            {"plan", out},
            {"trace_hash", sim::hash_text(result.outcome.trace_hash)},
            {"events_before", result.shrunk.events_before},
            {"events_after", result.shrunk.events_after},
            {"simulations", result.shrunk.simulations},
            {"structure_simulations", result.shrunk.structure_simulations},
            {"value_simulations", result.shrunk.value_simulations},
            {"choices_before", result.shrunk.choices_before},
            {"choices_after", choices_of(result.shrunk.plan)},
            {"swap", {{"first", result.swap.first}, {"second", result.swap.second}}},
            {"seconds", result.seconds},
            {"finished", result.shrunk.finished},
            {"same_in_fresh_processes", result.is_stable},
            {"others", others}};
}

void show_swap(const Output& output, const DecidingSwap& swap) {
    const auto side = [&output](const char* title, const std::vector<std::string>& lines) {
        for (std::size_t i = 0; i < lines.size(); ++i)
            output.say((i == 0 ? title : "  because of  ") + lines[i]);
    };
    side("swap, first   ", swap.first);
    side("swap, second  ", swap.second);
}

void show(const Output& output, const Minimised& result, const std::string& out) {
    const sim::Shrunk& shrunk = result.shrunk;
    output.say("finding       " + result.outcome.fingerprint);
    output.say("              " + result.outcome.message);
    output.say("events        " + std::to_string(shrunk.events_before) + " -> " +
               std::to_string(shrunk.events_after) +
               (shrunk.finished ? "" : " (a budget ended it)"));
    output.say("simulations   " + std::to_string(shrunk.simulations) + " (structure " +
               std::to_string(shrunk.structure_simulations) + ", values and schedule " +
               std::to_string(shrunk.value_simulations) + ") in " + one_digit(result.seconds) +
               " s");
    if (shrunk.plan.schedule) {
        const std::size_t left = choices_of(shrunk.plan);
        output.say(left == 0 ? "schedule      FIFO"
                             : "schedule      FIFO but for " + std::to_string(left) + " of " +
                                   std::to_string(shrunk.choices_before) + " choices");
        for (const sim::Choice& choice : *shrunk.plan.schedule)
            output.say("              " + sim::to_text(choice));
    }
    show_swap(output, result.swap);
    for (const auto& [signature, plan] : shrunk.others) output.say("met also      " + signature);
    if (!result.is_stable)
        output.say("NOT STABLE    fresh processes do not agree: mend determinism first");
    output.say("plan          " + out);
    output.say("replay with   playback replay " + out);
}

// The other findings that were met, beside the result: NAME.other-1.plan.json and so on.
Result<void> write_others(const sim::Shrunk& shrunk, const std::string& out) {
    std::size_t number = 0;
    for (const auto& [signature, plan] : shrunk.others) {
        const std::string path = out.substr(0, out.find(".plan.json")) + ".other-" +
                                 std::to_string(++number) + ".plan.json";
        TRY_VOID(write_file(path, sim::to_json(plan)));
    }
    return {};
}

int run_shrink(const ShrinkArguments& arguments) {
    const Output output(arguments.json_wanted);
    const Result<sim::Plan> plan = read_plan_file(arguments.plan);
    if (!plan) return output.fail(plan.error().detail);
    const Result<FarmOptions> options = farm_options(arguments.farm);
    if (!options) return output.fail(options.error().detail);
    const std::string out = arguments.out.empty()
                                ? without_plan_ending(arguments.plan) + ".shrunk.plan.json"
                                : arguments.out;

    watch_for_interrupt();
    Farm farm(*options);
    const std::optional<Outcome> failed = play_on(farm, *plan, false, interrupted);
    if (interrupted()) return exit_interrupted;
    if (!failed) return output.fail("cannot start a worker process");
    if (failed->is_refusal()) return output.fail("the worker cannot play: " + failed->message);
    if (failed->passed) return output.fail(arguments.plan + " passes: nothing to shrink");
    output.note("shrink: " + failed->signature());
    if (plan->recorded && plan->recorded->fingerprint != failed->fingerprint)
        output.note("shrink: the file recorded " + plan->recorded->fingerprint);

    MinimiseOptions minimising;
    minimising.simulations_max = arguments.simulations;
    minimising.seconds_max = arguments.seconds;
    minimising.stop = interrupted;
    minimising.progress = Progress(output, sim::event_count(*plan));
    const Minimised result = minimise(farm, *plan, *failed, minimising);
    const Result<void> written = write_file(out, sim::to_json(result.shrunk.plan));
    if (!written) return output.fail(written.error().detail);
    const Result<void> others = write_others(result.shrunk, out);
    if (!others) return output.fail(others.error().detail);
    show(output, result, out);
    output.finish(describe(result, *failed, out));
    if (interrupted()) return exit_interrupted;
    return result.is_stable ? exit_fine : exit_failure_found;
}

}  // namespace

void add_shrink_command(CLI::App& app, Run& run) {
    auto arguments = std::make_shared<ShrinkArguments>();
    CLI::App* const command =
        app.add_subcommand("shrink", "make a failing plan small: the fewest and simplest events");
    command->add_option("plan", arguments->plan, "a file that fails")->required();
    command->add_option("-o,--out", arguments->out, "the result (PLAN.shrunk.plan.json)");
    command->add_option("--simulations", arguments->simulations, "at most so many")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    command->add_option("--seconds", arguments->seconds, "of wall time at most")
        ->check(CLI::Range(1, 86'400))
        ->capture_default_str();
    add_farm_options(*command, arguments->farm);
    command->add_flag("--json", arguments->json_wanted, "one JSON object as the last line");
    command->footer(
        "A candidate counts only if it fails in the same way. Other findings that are met on the\n"
        "way are written beside the result (.other-1.plan.json). Exit code 0: shrunk, within the\n"
        "budgets. 1: fresh processes do not agree on the result. 2: the plan passes or cannot be\n"
        "read. 130: interrupted; the best plan so far is written.");
    command->callback([arguments, &run] { run = [arguments] { return run_shrink(*arguments); }; });
}

}  // namespace playback::tools
