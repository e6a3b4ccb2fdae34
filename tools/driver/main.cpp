// sim-driver: many small runs in one process, for the builds that have no command line program.
//
//   sim-driver lobby --seeds 1..50 --hashes      one line a seed: seed, trace hash, fingerprint
//   sim-driver planted [--list] [--seeds 200]    finds each planted bug (the build that has them)
//   sim-driver worker [--plant NAME]             plays plans for `playback hunt --worker`
//   sim-driver names | hashes | difference ...   what tools/determinism is made of
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "engine/base/plant.h"
#include "scenarios/planted.h"
#include "scenarios/run.h"
#include "sim/plan.h"
#include "tools/driver/twin_commands.h"
#include "tools/farm/worker.h"

namespace playback {
namespace {

struct Range {
    std::uint64_t first = 1;
    std::uint64_t last = 50;
};

bool read_range(const std::string& text, Range& range) {
    const std::size_t dots = text.find("..");
    try {
        range.first = std::stoull(text);
        range.last = dots == std::string::npos ? range.first : std::stoull(text.substr(dots + 2));
    } catch (const std::exception&) {
        return false;
    }
    return range.first <= range.last;
}

int run_seeds(const scenarios::Scenario& scenario,
              const Range& range,
              const std::string& profile,
              bool halves,
              bool verbose) {
    scenarios::RunOptions options;
    if (verbose) options.log = [](std::string_view line) { std::cerr << line << "\n"; };
    int failures = 0;
    for (std::uint64_t seed = range.first; seed <= range.last; ++seed) {
        const Result<sim::Plan> plan = scenario.draw(seed, profile);
        if (!plan) {
            std::cerr << plan.error().detail << "\n";
            return 2;
        }
        const scenarios::RunReport report =
            scenario.run(halves ? sim::half_of(*plan) : *plan, options);
        std::cout << seed << " " << sim::hash_text(report.trace_hash) << " " << report.fingerprint
                  << "\n";
        if (report.passed) continue;
        ++failures;
        std::cerr << "  " << report.message << "\n";
    }
    return failures == 0 ? 0 : 1;
}

#ifdef PLAYBACK_PLANTS

bool find_bug(const scenarios::PlantedBug& bug, std::uint64_t seeds) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begin = Clock::now();
    const scenarios::Scenario& scenario = *scenarios::find_scenario(bug.scenario);
    plant(bug.name);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const Result<sim::Plan> plan = scenario.draw(seed, scenario.profiles.front());
        const scenarios::RunReport report = scenario.run(*plan, {});
        if (report.passed) continue;
        plant("");
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
        std::cout << bug.name << ": found by seed " << seed << " in " << ms.count()
                  << " ms: " << report.fingerprint << std::endl;
        return true;
    }
    plant("");
    std::cout << bug.name << ": NOT found in " << seeds << " seeds" << std::endl;
    return false;
}

// All of them, or those of these names.
int find_bugs(std::uint64_t seeds, const std::vector<std::string>& only) {
    std::size_t found = 0;
    std::size_t hunted = 0;
    for (const scenarios::PlantedBug& bug : scenarios::planted_bugs()) {
        if (!only.empty() && std::ranges::find(only, bug.name) == only.end()) continue;
        ++hunted;
        if (find_bug(bug, seeds)) ++found;
    }
    std::cout << found << " of " << hunted << " planted bugs found\n";
    return found == hunted && hunted > 0 ? 0 : 1;
}

#else

int find_bugs(std::uint64_t, const std::vector<std::string>&) {
    std::cerr << "this build has no planted bugs (build the preset gcc)\n";
    return 2;
}

#endif

// For `playback hunt --worker`: plays plans from standard input, with one bug switched on.
int work(const std::string& bug) {
    if (!bug.empty()) {
#ifdef PLAYBACK_PLANTS
        const auto bugs = scenarios::planted_bugs();
        if (std::ranges::find(bugs, bug, &scenarios::PlantedBug::name) == bugs.end()) {
            std::cerr << "there is no planted bug " << bug << "\n";
            return 2;
        }
        plant(bug);
#else
        return find_bugs(0, {});
#endif
    }
    return tools::work_for_farm();
}

int list_bugs(bool without_rare) {
    for (const scenarios::PlantedBug& bug : scenarios::planted_bugs())
        if (!without_rare || !bug.is_rare) std::cout << bug.name << " " << bug.scenario << "\n";
    return scenarios::planted_bugs().empty() ? 2 : 0;
}

int main_of(int argc, char** argv) {
    CLI::App app("Many small simulator runs in one process.", "sim-driver");
    app.require_subcommand(1);
    int code = 0;
    std::string seeds = "1..50";
    std::string profile = "small";
    bool hashes = false;
    bool halves = false;
    bool verbose = false;
    for (const scenarios::Scenario& scenario : scenarios::scenarios()) {
        CLI::App* const command =
            app.add_subcommand(std::string(scenario.name), std::string(scenario.what));
        command->add_option("--seeds", seeds, "FIRST..LAST")->capture_default_str();
        command->add_option("--profile", profile, "of the scenario")->capture_default_str();
        command->add_flag(
            "--hashes", hashes, "exit 0 whatever the verdicts: only the hashes count");
        command->add_flag("--halves", halves, "a half of each plan, drawn from its seed");
        command->add_flag("--verbose", verbose, "what the backend logs, on standard error");
        command->callback([&] {
            Range range;
            code =
                read_range(seeds, range) ? run_seeds(scenario, range, profile, halves, verbose) : 2;
            if (hashes && code == 1) code = 0;
        });
    }
    CLI::App* const planted = app.add_subcommand("planted", "find each planted bug");
    std::uint64_t seeds_max = 200;
    bool only_list = false;
    bool without_rare = false;
    planted->add_option("--seeds", seeds_max, "at most so many for each")->capture_default_str();
    std::vector<std::string> only;
    planted->add_option("--only", only, "names of planted bugs (all)");
    planted->add_flag("--list", only_list, "only print their names");
    planted->add_flag("--without-rare", without_rare, "of --list: not those that take many runs");
    planted->callback(
        [&] { code = only_list ? list_bugs(without_rare) : find_bugs(seeds_max, only); });
    CLI::App* const worker = app.add_subcommand("worker", "plays plans from standard input");
    std::string bug;
    worker->group("");
    worker->add_option("--plant", bug, "the planted bug that its runs have");
    worker->callback([&] { code = work(bug); });
    tools::add_twin_commands(app, code);
    CLI11_PARSE(app, argc, argv);
    return code;
}

}  // namespace
}  // namespace playback

int main(int argc, char** argv) {
    return playback::main_of(argc, argv);
}
