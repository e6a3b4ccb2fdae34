#include "tools/driver/twin_commands.h"

#include <functional>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "engine/base/hash.h"
#include "engine/base/plant.h"
#include "scenarios/run.h"
#include "tools/driver/difference.h"
#include "tools/driver/plan_list.h"
#include "tools/driver/recording.h"

namespace playback::tools {
namespace {

using nlohmann::json;

struct TwinArguments {
    std::string list;
    std::uint64_t plans = 200;
    std::string plant;
    bool is_loud = false;
    bool json_wanted = false;
    RecordingOptions recording;
    DifferenceOptions difference;
};

int fail(const Error& error) {
    std::cerr << "sim-driver: " << error.detail << "\n";
    return 2;
}

// Switches a planted bug on; the tools that name one here know its name.
bool switch_on(const std::string& bug) {
    if (bug.empty()) return true;
#ifdef PLAYBACK_PLANTS
    plant(bug);
    return true;
#else
    std::cerr << "sim-driver: this build has no planted bugs (build the preset gcc)\n";
    return false;
#endif
}

scenarios::RunOptions run_options(const TwinArguments& arguments) {
    scenarios::RunOptions options;
    if (arguments.is_loud) options.log = [](std::string_view line) { std::cerr << line << "\n"; };
    return options;
}

scenarios::RunReport play(const sim::Plan& plan, const scenarios::RunOptions& options) {
    return scenarios::find_scenario(plan.scenario)->run(plan, options);
}

// Plays all plans of the list, each with what `options_of` says, and tells `played` of each.
using Played = std::function<void(const std::string& name, const scenarios::RunReport& report)>;
using OptionsOf = std::function<scenarios::RunOptions(bool is_last)>;

int play_list(const TwinArguments& arguments, const OptionsOf& options_of, const Played& played) {
    if (!switch_on(arguments.plant)) return 2;
    const Result<std::vector<std::string>> names = read_plan_list(arguments.list);
    if (!names) return fail(names.error());
    for (const std::string& name : *names) {
        const Result<sim::Plan> plan = plan_named(name);
        if (!plan) return fail(plan.error());
        played(name, play(*plan, options_of(&name == &names->back())));
    }
    return 0;
}

// Plans of every scenario and profile, unplayed: name and a hash of the text.
int print_drawn(const TwinArguments& arguments) {
    for (const std::string& name : names_of_all_profiles(arguments.plans)) {
        const Result<sim::Plan> plan = plan_named(name);
        if (!plan) return fail(plan.error());
        std::cout << name << " " << sim::hash_text(hash_bytes(sim::to_json(*plan))) << "\n";
    }
    return 0;
}

int print_hashes(const TwinArguments& arguments) {
    return play_list(
        arguments,
        [&](bool) { return run_options(arguments); },
        [](const std::string& name, const scenarios::RunReport& report) {
            std::cout << name << " " << sim::hash_text(report.trace_hash) << " "
                      << (report.passed ? "pass" : report.fingerprint) << '\n'
                      << std::flush;
        });
}

int print_ladder(const TwinArguments& arguments) {
    scenarios::RunReport last;
    std::uint64_t events = 0;
    const int code = play_list(
        arguments,
        [&](bool) {
            scenarios::RunOptions options = run_options(arguments);
            options.recorder = [&](const sim::TraceEvent& event) { events = event.index + 1; };
            return options;
        },
        [&](const std::string&, const scenarios::RunReport& report) { last = report; });
    if (code != 0) return code;
    for (const sim::Trace::Checkpoint& step : last.checkpoints)
        std::cout << "step " << step.events << " " << step.hash << "\n";
    std::cout << "end " << events << " " << last.trace_hash << '\n' << std::flush;
    return 0;
}

int record(const TwinArguments& arguments) {
    Result<Recording> recording = Recording::open(arguments.recording);
    if (!recording) return fail(recording.error());
    std::uint64_t events = 0;
    const auto take = [&](const sim::TraceEvent& event) {
        events = event.index + 1;
        recording->take(event);
    };
    scenarios::RunReport last;
    const int code = play_list(
        arguments,
        [&](bool is_last) {
            scenarios::RunOptions options = run_options(arguments);
            if (is_last) options.recorder = take;
            return options;
        },
        [&](const std::string&, const scenarios::RunReport& report) { last = report; });
    if (code == 0) recording->end(events, last.trace_hash, last.fingerprint);
    return code;
}

// --- the difference, told ---

void show(const char* title, const std::vector<std::string>& lines) {
    std::cout << title << "\n";
    if (lines.empty()) std::cout << "  not known\n";
    for (const std::string& line : lines) std::cout << "  " << line << "\n";
}

std::vector<std::string> texts_of(const std::vector<TraceRecord>& records) {
    constexpr std::size_t shown_max = 24;
    std::vector<std::string> texts;
    for (const TraceRecord& record : records) {
        if (texts.size() == shown_max) {
            texts.push_back("and " + std::to_string(records.size() - shown_max) + " before");
            break;
        }
        texts.push_back(to_text(record));
    }
    return texts;
}

void show(const Difference& difference) {
    std::cout << "the runs agree for " << difference.agreed << " events by their checkpoints;\n"
              << "the first different event:\n  A  " << to_text(difference.a) << "\n  B  "
              << to_text(difference.b) << "\n";
    const bool is_same = difference.causes_of_a == difference.causes_of_b;
    show(is_same ? "its chain of causes, nearest first:" : "causes of A, nearest first:",
         texts_of(difference.causes_of_a));
    if (!is_same) show("causes of B, nearest first:", texts_of(difference.causes_of_b));
    show("where A recorded it:", difference.stack_of_a);
    show("where B recorded it:", difference.stack_of_b);
}

json describe(const Difference& difference) {
    return {{"same", false},
            {"agreed", difference.agreed},
            {"a",
             {{"event", to_text(difference.a)},
              {"causes", texts_of(difference.causes_of_a)},
              {"backtrace", difference.stack_of_a}}},
            {"b",
             {{"event", to_text(difference.b)},
              {"causes", texts_of(difference.causes_of_b)},
              {"backtrace", difference.stack_of_b}}}};
}

int tell_difference(const TwinArguments& arguments) {
    const Result<std::optional<Difference>> found = find_difference(arguments.difference);
    if (!found) return fail(found.error());
    if (arguments.json_wanted) {
        const json same{{"same", true}};
        std::cout << (*found ? describe(**found) : same)
                         .dump(-1, ' ', false, json::error_handler_t::replace)
                  << '\n'
                  << std::flush;
    } else if (*found) {
        show(**found);
    } else {
        std::cout << "the runs are the same, " << arguments.difference.attempts << " times\n";
    }
    return *found ? 1 : 0;
}

}  // namespace

void add_twin_commands(CLI::App& app, int& code) {
    auto arguments = std::make_shared<TwinArguments>();
    const auto add = [&](const char* name, const char* what, int (*run)(const TwinArguments&)) {
        CLI::App* const command = app.add_subcommand(name, what);
        command->callback([arguments, run, &code] { code = run(*arguments); });
        return command;
    };
    const auto add_runs =
        [&](const char* name, const char* what, int (*run)(const TwinArguments&)) {
            CLI::App* const command = add(name, what, run);
            command->add_option("--list", arguments->list, "file that names a run on each line")
                ->required();
            return command;
        };
    app.add_flag("--loud", arguments->is_loud, "of listed runs: what the backend logs, on stderr");
    app.add_option("--switch-on", arguments->plant, "the planted bug that listed runs have");

    CLI::App* const names =
        add("names", "name small plans, for --list", [](const TwinArguments& a) {
            for (const std::string& name : names_of_small_plans(a.plans)) std::cout << name << "\n";
            return 0;
        });
    names->add_option("--plans", arguments->plans, "how many")->capture_default_str();
    add("drawn", "draw plans of every profile: name and hash of the text of each", print_drawn)
        ->add_option("--plans", arguments->plans, "how many of each profile")
        ->capture_default_str();
    add_runs("hashes", "play a list: name, trace hash and fingerprint of each", print_hashes);
    add_runs("ladder", "play a list: the checkpoints of the last", print_ladder);
    CLI::App* const recorded = add_runs("record", "play a list: the events of the last", record);
    recorded->add_option("--ring", arguments->recording.ring, "file for the stacks");
    recorded->add_option("--first", arguments->recording.first, "the first event to write");
    recorded->add_option("--stacks-from", arguments->recording.stacks_from, "and with a stack");
    CLI::App* const difference =
        add("difference", "find the first different event of two runs", tell_difference);
    DifferenceOptions& options = arguments->difference;
    difference->add_option("--a", options.a.command, "a driver, as a shell command")->required();
    difference->add_option("--b", options.b.command, "another, or the same otherwise")->required();
    difference->add_option("--list-a", options.a.list, "its plans; the last counts")->required();
    difference->add_option("--list-b", options.b.list, "the same for the other")->required();
    difference->add_option("--directory", options.directory, "for files of its own")
        ->capture_default_str();
    difference->add_option("--attempts", options.attempts, "if they turn out the same")
        ->capture_default_str();
    difference->add_flag("--json", arguments->json_wanted, "one JSON object");
}

}  // namespace playback::tools
