#include "tools/farm/worker.h"

#include <chrono>
#include <iostream>
#include <string>
#include <utility>

#include "scenarios/run.h"
#include "tools/farm/outcome.h"

namespace playback::tools {
namespace {

// The plan itself, as it came or as it is drawn.
Result<sim::Plan> plan_of(RunRequest& request) {
    if (auto* const plan = std::get_if<sim::Plan>(&request.plan)) return std::move(*plan);
    const PlanToDraw& draw = std::get<PlanToDraw>(request.plan);
    const scenarios::Scenario* const scenario = scenarios::find_scenario(draw.scenario);
    if (scenario == nullptr) return Error{Errc::not_found, "there is no scenario " + draw.scenario};
    return scenario->draw(draw.seed, draw.profile);
}

Outcome run(const RunRequest& request, const sim::Plan& plan, const scenarios::Scenario& scenario) {
    using Clock = std::chrono::steady_clock;
    const auto limit = Clock::now() + std::chrono::seconds(request.seconds_max);
    scenarios::RunOptions options;
    options.events_max = request.events_max;
    options.out_of_time = [limit] { return Clock::now() > limit; };
    const scenarios::RunReport report = scenario.run(plan, options);
    return {.id = request.id,
            .passed = report.passed,
            .fingerprint = report.fingerprint,
            .message = report.message,
            .trace_hash = report.trace_hash,
            .virtual_time = report.virtual_time,
            .events = report.events,
            .requests = report.requests,
            .checks = report.checks_total(),
            .faults = report.faults};
}

}  // namespace

int work_for_farm() {
    std::ios::sync_with_stdio(false);
    std::string line;
    while (std::getline(std::cin, line)) {
        Result<RunRequest> request = parse_request(line);
        if (!request) {
            std::cerr << "no request: " << request.error().detail << "\n";
            return 2;
        }
        const Result<sim::Plan> plan = plan_of(*request);
        if (!plan) {
            std::cerr << plan.error().detail << "\n";
            return 2;
        }
        const scenarios::Scenario* const scenario = scenarios::find_scenario(plan->scenario);
        if (scenario == nullptr) {
            std::cerr << "there is no scenario " << plan->scenario << "\n";
            return 2;
        }
        std::cout << to_line(run(*request, *plan, *scenario)) << std::flush;
        if (!std::cout) return 2;
    }
    return 0;
}

}  // namespace playback::tools
