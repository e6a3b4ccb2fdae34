#include "tools/driver/plan_list.h"

#include <charconv>
#include <fstream>

#include "scenarios/run.h"
#include "tools/farm/plan_file.h"
#include "tools/farm/scenario_names.h"

namespace playback::tools {
namespace {

std::string name_of(const scenarios::Scenario& scenario,
                    std::string_view profile,
                    std::uint64_t seed) {
    return std::string(scenario.name) + ":" + std::string(profile) + ":" + std::to_string(seed);
}

}  // namespace

std::vector<std::string> names_of_small_plans(std::uint64_t count) {
    const std::vector<scenarios::Scenario>& all = scenarios::scenarios();
    std::vector<std::string> names;
    for (std::uint64_t i = 0; i < count; ++i) {
        const scenarios::Scenario& scenario = all[i % all.size()];
        names.push_back(name_of(scenario, scenario.profiles.front(), 1 + i / all.size()));
    }
    return names;
}

std::vector<std::string> names_of_all_profiles(std::uint64_t each) {
    std::vector<std::string> names;
    for (const scenarios::Scenario& scenario : scenarios::scenarios())
        for (const std::string_view profile : scenario.profiles)
            for (std::uint64_t seed = 1; seed <= each; ++seed)
                names.push_back(name_of(scenario, profile, seed));
    return names;
}

Result<std::vector<std::string>> read_plan_list(const std::string& path) {
    std::ifstream in(path);
    if (!in) return Error{Errc::not_found, "cannot read the list " + path};
    std::vector<std::string> names;
    for (std::string line; std::getline(in, line);)
        if (!line.empty()) names.push_back(line);
    if (names.empty()) return Error{Errc::invalid_argument, "no plan is listed in " + path};
    return names;
}

Result<sim::Plan> plan_named(const std::string& name) {
    if (name.ends_with(".json")) return read_plan_file(name);
    const Error wrong{Errc::invalid_argument,
                      "a run is named SCENARIO:PROFILE:SEED or by a plan file, not " + name};
    const std::size_t first = name.find(':');
    const std::size_t last = name.rfind(':');
    if (first == std::string::npos || first == last) return wrong;
    const Result<const scenarios::Scenario*> scenario = scenario_of(name.substr(0, first));
    if (!scenario) return scenario.error();
    std::uint64_t seed = 0;
    const char* const end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + last + 1, end, seed);
    if (error != std::errc{} || stop != end) return wrong;
    return (*scenario)->draw(seed, std::string_view(name).substr(first + 1, last - first - 1));
}

}  // namespace playback::tools
