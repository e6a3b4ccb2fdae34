#include <nlohmann/json.hpp>

#include "tools/bench_macro/presentation.h"

namespace playback::bench {
namespace {

using nlohmann::json;

json describe(const Spread& spread) {
    return {{"median", spread.median}, {"lowest", spread.lowest}, {"highest", spread.highest}};
}

json optional(const std::optional<bool>& value) {
    return value ? json(*value) : json();
}

const char* word_of(Judged judged) {
    switch (judged) {
        case Judged::ratio:
            return "ratio at least";
        case Judged::value_at_least:
            return "value at least";
        case Judged::value_at_most:
            return "value at most";
    }
    return "";
}

json describe(const Finding& finding, const Side& side) {
    json described{{"value", describe(side.of(&Figure::value))}, {"rounds", json::array()}};
    for (const Figure& figure : side.rounds) described["rounds"].push_back(figure.value);
    if (side.of(&Figure::rate).median > 0) {
        described["requests_per_second"] = describe(side.of(&Figure::rate));
        described["p50_us"] = describe(side.of(&Figure::p50_us));
        described["p99_us"] = describe(side.of(&Figure::p99_us));
        described["server_cpu_us"] = describe(side.of(&Figure::cpu_us));
    }
    if (finding.is_control(side.name))
        described["ratio"] = describe(spread_of(finding.ratios_to(side.name)));
    return described;
}

// `control` and `ratio` are of the first control, whom the gate is about; null is "not measured".
json describe(const Finding& finding) {
    const Subject& subject = finding.subject;
    const Side* const ours = finding.problem.empty() ? finding.side("node") : nullptr;
    const std::string name = subject.controls.empty() ? "" : subject.controls.front();
    const Side* const control = finding.side(name);
    const std::vector<double> ratios = finding.ratios_to(name);
    const bool is_ratio = subject.judged == Judged::ratio;
    json described{
        {"name", subject.name},
        {"title", subject.title},
        {"unit", subject.unit},
        {"value", ours == nullptr ? json() : json(ours->of(&Figure::value).median)},
        {"control_name", name},
        {"control", control == nullptr ? json() : json(control->of(&Figure::value).median)},
        {"ratio", ratios.empty() ? json() : json(spread_of(ratios).median)},
        {"judged", word_of(subject.judged)},
        {"gate", subject.gate},
        {"aim", subject.aim},
        {"gate_met", optional(finding.meets(subject.gate))},
        {"aim_met", optional(finding.meets(subject.aim))},
        {"warnings", finding.warnings},
        {"sides", json::object()}};
    described["spread"] = json();
    if (is_ratio && !ratios.empty()) described["spread"] = describe(spread_of(ratios));
    if (!is_ratio && ours != nullptr) described["spread"] = describe(ours->of(&Figure::value));
    if (!finding.problem.empty()) described["problem"] = finding.problem;
    for (const Side& side : finding.sides)
        if (!side.rounds.empty()) described["sides"][side.name] = describe(finding, side);
    return described;
}

json describe(const Growth& growth) {
    json described{{"name", growth.name},
                   {"title", growth.title},
                   {"unit", growth.unit},
                   {"by", growth.what},
                   {"notes", growth.notes},
                   {"points", json::array()}};
    for (const GrowthPoint& point : growth.points)
        described["points"].push_back({{"size", point.size}, {"value", point.value}});
    if (!growth.problem.empty()) described["problem"] = growth.problem;
    return described;
}

}  // namespace

json json_of(const Report& report) {
    json described{{"machine",
                    {{"system", report.machine.system},
                     {"processor", report.machine.processor},
                     {"cores", report.machine.cores},
                     {"load_average", report.machine.load_average}}},
                   {"date", report.date},
                   {"command", report.command},
                   {"seconds", report.seconds},
                   {"warnings", report.warnings},
                   {"interrupted", report.is_interrupted},
                   {"results", json::array()}};
    for (const Finding& finding : report.findings)
        described["results"].push_back(describe(finding));
    for (const Growth& growth : report.growth) described["growth"].push_back(describe(growth));
    return described;
}

}  // namespace playback::bench
