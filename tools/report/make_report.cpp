#include "tools/report/make_report.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/report/page.h"
#include "sim/report/recorder.h"
#include "tools/report/deciding_swap.h"

namespace playback::tools {
namespace {

std::vector<sim::Finding> findings_of(const scenarios::RunReport& report) {
    if (report.passed) return {};
    const std::size_t slash = report.fingerprint.find('/');
    sim::Finding finding;
    finding.invariant = report.fingerprint.substr(0, slash);
    if (slash != std::string::npos) finding.entity = report.fingerprint.substr(slash + 1);
    finding.message = report.message;
    finding.at = report.failed_at;
    return {finding};
}

class Maker {
public:
    Maker(const sim::Plan& plan, const scenarios::Scenario& scenario, const ReportOptions& options)
        : plan_(plan), scenario_(scenario), options_(options) {}

    Result<Report> make() {
        Report report;
        report.run = play(plan_, nullptr);
        if (is_out_of_time()) return Error{Errc::timed_out, "there was no time to play the plan"};
        sim::RecorderOptions recording;
        if (report.run.events > steps_shown)
            recording.skip_events = report.run.events - steps_shown;
        sim::Recorder recorder(recording);
        const scenarios::RunReport recorded = play(plan_, &recorder);
        if (is_out_of_time()) return Error{Errc::timed_out, "there was no time to record the run"};
        page_.run.recording = recorder.take();
        const bool is_same = recorded.trace_hash == report.run.trace_hash &&
                             page_.run.recording.trace_hash == report.run.trace_hash;
        if (!is_same) {
            return Error{Errc::conflict,
                         "the recorded run is not the run: its trace hash is " +
                             sim::hash_text(recorded.trace_hash) + ", alone it is " +
                             sim::hash_text(report.run.trace_hash)};
        }
        page_.run.title = report.run.passed ? "This run passes" : "This run fails";
        page_.run.findings = findings_of(report.run);
        page_.run.length = report.run.virtual_time;
        describe(report.run);
        if (!report.run.passed) report.has_passing_twin = add_twin(page_.run.recording.begin);
        report.page = sim::render_page(std::move(page_));
        return report;
    }

private:
    scenarios::RunReport play(const sim::Plan& plan, sim::Watch* watch) const {
        scenarios::RunOptions run;
        run.events_max = options_.events_max;
        run.out_of_time = options_.out_of_time;
        run.watch = watch;
        return scenario_.run(plan, run);
    }

    [[nodiscard]] bool is_out_of_time() const {
        return options_.out_of_time && options_.out_of_time();
    }

    // The same run without one step, which passes.
    bool add_twin(Instant from) {
        Culprit culprit;
        for (std::size_t number = 0; number < culprits_tried_max; ++number) {
            if (!leave_out(plan_, number, culprit)) break;
            const bool passes = play(culprit.rest, nullptr).passed;
            if (is_out_of_time()) break;
            if (!passes) continue;
            sim::RecorderOptions recording;
            recording.keeps_last = false;
            recording.from = from;
            sim::Recorder recorder(recording);
            const scenarios::RunReport twin = play(culprit.rest, &recorder);
            if (!twin.passed) break;
            page_.culprit_id = culprit.id;
            page_.culprit_is_fault = culprit.is_fault;
            page_.without = sim::PageRun{"Without it the run passes", {}, twin.virtual_time, {}};
            page_.without->recording = recorder.take();
            return true;
        }
        page_.note =
            "No single one of the last " +
            std::to_string(std::min(culprits_tried_max, plan_.ops.size() + plan_.faults.size())) +
            " steps can be left out so that the run passes. Shrink the plan first "
            "(playback shrink), or the failure does not depend on one step.";
        return false;
    }

    // In which order cores ran what was ready, if the shrinker has written it down.
    void describe_order() {
        page_.facts.emplace_back("order", sim::to_text(*plan_.schedule));
        scenarios::RunOptions run;
        run.events_max = options_.events_max;
        run.out_of_time = options_.out_of_time;
        const DecidingSwap swap = deciding_swap(plan_, scenario_, run);
        if (swap.empty()) return;
        const auto side = [](const std::vector<std::string>& lines) {
            std::string text;
            for (const std::string& line : lines)
                text += (text.empty() ? "" : ", because of ") + line;
            return text;
        };
        page_.facts.emplace_back("fails since first comes", side(swap.first));
        page_.facts.emplace_back("and only then", side(swap.second));
    }

    void describe(const scenarios::RunReport& run) {
        page_.plan = plan_;
        page_.words.op = scenario_.words_of_op;
        page_.words.holds = scenario_.promise_of;
        page_.replay_command = options_.replay_command;
        auto& facts = page_.facts;
        facts.emplace_back("scenario", plan_.scenario + ", profile " + plan_.profile);
        facts.emplace_back("seed", std::to_string(plan_.seed));
        if (plan_.schedule) describe_order();
        facts.emplace_back("fingerprint", run.fingerprint);
        facts.emplace_back("trace hash", sim::hash_text(run.trace_hash));
        facts.emplace_back("plan hash", sim::hash_text(sim::plan_hash(plan_)));
        facts.emplace_back("build", "playback " PLAYBACK_VERSION);
        if (plan_.recorded) facts.emplace_back("recorded by", recorded_text(run));
        facts.emplace_back("virtual time", sim::text_of(run.virtual_time));
        facts.emplace_back("events", std::to_string(run.events));
        facts.emplace_back(
            "calls",
            std::to_string(run.requests) + ", " + std::to_string(run.failed_requests) + " failed");
        facts.emplace_back("checks made", std::to_string(run.checks_total()));
        facts.emplace_back("recording", "changed nothing: same trace hash with and without it");
    }

    [[nodiscard]] std::string recorded_text(const scenarios::RunReport& run) const {
        const bool is_same = plan_.recorded->trace_hash == run.trace_hash &&
                             plan_.recorded->fingerprint == run.fingerprint;
        return plan_.recorded->build +
               (is_same ? ", and this is the same run"
                        : ", which played ANOTHER run: " + plan_.recorded->fingerprint + ", " +
                              sim::hash_text(plan_.recorded->trace_hash));
    }

    const sim::Plan& plan_;
    const scenarios::Scenario& scenario_;
    const ReportOptions& options_;
    sim::Page page_;
};

}  // namespace

bool leave_out(const sim::Plan& plan, std::size_t number, Culprit& culprit) {
    struct Event {
        Instant at;
        bool is_fault = false;
        std::size_t place = 0;
    };
    std::vector<Event> events;
    events.reserve(plan.ops.size() + plan.faults.size());
    for (std::size_t i = 0; i < plan.ops.size(); ++i) events.push_back({plan.ops[i].at, false, i});
    for (std::size_t i = 0; i < plan.faults.size(); ++i)
        events.push_back({plan.faults[i].at, true, i});
    if (number >= events.size()) return false;
    // Of one instant the fault is the later: it is the more likely culprit.
    std::ranges::sort(events, [](const Event& a, const Event& b) {
        return std::tuple(a.at, a.is_fault, a.place) > std::tuple(b.at, b.is_fault, b.place);
    });
    const Event& event = events[number];
    const auto place = static_cast<std::ptrdiff_t>(event.place);
    culprit.rest = plan;
    culprit.rest.recorded.reset();
    culprit.is_fault = event.is_fault;
    if (event.is_fault) {
        culprit.id = plan.faults[event.place].id;
        culprit.rest.faults.erase(culprit.rest.faults.begin() + place);
    } else {
        culprit.id = plan.ops[event.place].id;
        culprit.rest.ops.erase(culprit.rest.ops.begin() + place);
    }
    return true;
}

Result<Report> make_report(const sim::Plan& plan,
                           const scenarios::Scenario& scenario,
                           const ReportOptions& options) {
    return Maker(plan, scenario, options).make();
}

}  // namespace playback::tools
