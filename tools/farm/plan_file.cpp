#include "tools/farm/plan_file.h"

#include <fstream>
#include <sstream>

#include "tools/farm/scenario_names.h"

namespace playback::tools {

Result<sim::Plan> read_plan_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    if (in) text << in.rdbuf();
    // An empty file and a directory give nothing.
    if (!in || !text) return Error{Errc::not_found, "cannot read " + path + ", or it is empty"};
    Result<sim::Plan> plan = sim::parse_plan(text.str());
    if (!plan) return Error{plan.error().code, path + ": " + plan.error().detail};
    const Result<const scenarios::Scenario*> scenario = scenario_of(plan->scenario);
    if (!scenario) return Error{scenario.error().code, path + ": " + scenario.error().detail};
    const Result<void> knobs = scenarios::check_knobs(**scenario, *plan);
    if (!knobs) return Error{knobs.error().code, path + ": " + knobs.error().detail};
    return plan;
}

std::string without_plan_ending(std::string path) {
    for (const std::string_view ending : {".plan.json", ".json"}) {
        if (!path.ends_with(ending)) continue;
        path.resize(path.size() - ending.size());
        break;
    }
    return path;
}

}  // namespace playback::tools
