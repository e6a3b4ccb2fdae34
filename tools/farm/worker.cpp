#include "tools/farm/worker.h"

#include <chrono>
#include <iostream>
#include <string>
#include <utility>

#include "scenarios/run.h"
#include "tools/farm/outcome.h"
#include "tools/report/make_report.h"
#include "tools/report/whole_file.h"

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

Outcome outcome_of(const RunRequest& request, const scenarios::RunReport& report) {
    return {.id = request.id,
            .passed = report.passed,
            .fingerprint = report.fingerprint,
            .message = report.message,
            .trace_hash = report.trace_hash,
            .virtual_time = report.virtual_time,
            .events = report.events,
            .requests = report.requests,
            .checks = report.checks_total(),
            .faults = report.faults,
            .died = report.died,
            .report_error = {},
            .schedule = {},
            .swap = {}};
}

Outcome run(const RunRequest& request, const sim::Plan& plan, const scenarios::Scenario& scenario) {
    using Clock = std::chrono::steady_clock;
    const auto limit = Clock::now() + std::chrono::seconds(request.seconds_max);
    const auto out_of_time = [limit] { return Clock::now() > limit; };
    if (request.report.empty()) {
        scenarios::RunOptions options;
        options.events_max = request.events_max;
        options.out_of_time = out_of_time;
        sim::Schedule schedule;
        if (request.schedule_wanted) options.schedule_recorded = &schedule;
        Outcome outcome = outcome_of(request, scenario.run(plan, options));
        outcome.schedule = std::move(schedule);
        options.schedule_recorded = nullptr;
        if (request.swap_wanted) outcome.swap = deciding_swap(plan, scenario, options);
        return outcome;
    }
    const ReportOptions options{request.events_max, out_of_time, request.replay_command};
    const Result<Report> report = make_report(plan, scenario, options);
    if (!report) return {.id = request.id, .report_error = report.error().detail};
    Outcome outcome = outcome_of(request, report->run);
    const Result<void> written = write_file(request.report, report->page);
    if (!written) outcome.report_error = written.error().detail;
    return outcome;
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
