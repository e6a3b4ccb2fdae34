#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "tools/bench_macro/presentation.h"

namespace playback::bench {
namespace {

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text + "  ";
}

std::string spread_text(const Spread& spread) {
    return figure_text(spread.median) + " [" + figure_text(spread.lowest) + "-" +
           figure_text(spread.highest) + "]";
}

std::string gate_text(const Finding& finding) {
    const Subject& subject = finding.subject;
    const char* const bound = subject.judged == Judged::value_at_most ? "at most " : "";
    const std::optional<bool> meets_gate = finding.meets(subject.gate);
    const std::optional<bool> meets_aim = finding.meets(subject.aim);
    std::string text = "gate " + std::string(bound) + figure_text(subject.gate);
    if (meets_gate) text += *meets_gate ? " met" : " MISSED";
    text += ", aim " + figure_text(subject.aim);
    if (meets_aim) text += *meets_aim ? " met" : " not yet";
    return text;
}

std::string line_of(const Finding& finding, const Side& side) {
    constexpr std::size_t name_width = 12;
    constexpr std::size_t width = 22;
    std::string line = "  " + padded(side.name, name_width);
    line += padded(spread_text(side.of(&Figure::value)), width);
    const Spread rate = side.of(&Figure::rate);
    std::string load;
    if (rate.median > 0)
        load = figure_text(rate.median) + "/s, " + figure_text(side.of(&Figure::p50_us).median) +
               ", " + figure_text(side.of(&Figure::p99_us).median) + " us";
    line += padded(load, width + 4);
    if (finding.is_control(side.name)) line += spread_text(spread_of(finding.ratios_to(side.name)));
    while (line.ends_with(' ')) line.pop_back();
    return line + "\n";
}

std::string part_of(const Finding& finding) {
    const Subject& subject = finding.subject;
    std::string text = "\n" + subject.name + ": " + subject.title + "; " + subject.unit + "; " +
                       gate_text(finding) + "\n";
    if (!finding.problem.empty()) text += "  NOT MEASURED: " + finding.problem + "\n";
    for (const Side& side : finding.sides)
        if (!side.rounds.empty()) text += line_of(finding, side);
    for (const std::string& warning : finding.warnings) text += "  warning: " + warning + "\n";
    return text;
}

std::string part_of(const Growth& growth) {
    constexpr std::size_t width = 12;
    std::string text = "\n" + growth.name + ": " + growth.title + "; " + growth.unit + ", by " +
                       growth.what + "\n";
    for (const GrowthPoint& point : growth.points)
        text += "  " + padded(figure_text(point.size), width) + figure_text(point.value) + "\n";
    for (const std::string& note : growth.notes) text += "  " + note + "\n";
    if (!growth.problem.empty()) text += "  NOT MEASURED FURTHER: " + growth.problem + "\n";
    return text;
}

}  // namespace

std::string figure_text(double value) {
    std::array<char, 64> text{};
    const double size = std::fabs(value);
    const int digits = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    std::snprintf(text.data(), text.size(), "%.*f", digits, value);
    return text.data();
}

std::string table_of(const Report& report) {
    const Machine& machine = report.machine;
    std::string text = "machine: " + machine.processor + ", " + std::to_string(machine.cores) +
                       " cores, " + machine.system + ", load average " +
                       figure_text(machine.load_average) + " before the run\n" + report.date +
                       ", " + report.command + ", took " + figure_text(report.seconds) + " s\n";
    for (const std::string& warning : report.warnings) text += "warning: " + warning + "\n";
    text +=
        "median [lowest-highest] of the rounds; rate, p50, p99; ratio to a control of the same "
        "round: 1 is as well, more is better\n";
    for (const Finding& finding : report.findings) text += part_of(finding);
    for (const Growth& growth : report.growth) text += part_of(growth);
    if (report.is_interrupted) text += "\ninterrupted\n";
    return text;
}

}  // namespace playback::bench
