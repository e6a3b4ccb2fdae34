// The page: for each measurement a plot of its rounds, one dot for each server in each round.
#include <algorithm>
#include <array>
#include <cmath>

#include "engine/base/html.h"
#include "tools/bench_macro/presentation.h"

namespace playback::bench {
namespace {

constexpr const char* head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>playback bench</title><style>
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
h2{margin:2.2rem 0 .2rem;font-size:1.1rem}p{margin:.2rem 0}.bad{color:#b00020}.good{color:#1b6e32}
.note{color:#666}svg{display:block;margin:.5rem 0}text{font:12px system-ui,sans-serif;fill:#444}
table{border-collapse:collapse;margin:.5rem 0}td,th{padding:.1rem .8rem .1rem 0;text-align:left}
td{font-variant-numeric:tabular-nums}
</style></head><body><h1>playback bench</h1>
)";

constexpr std::array<const char*, 4> colours{"#1f5fbf", "#2a9d4a", "#c77800", "#8a3ab9"};
constexpr double plot_width = 640;
constexpr double label_width = 110;
constexpr double row_height = 26;

std::string paragraph(std::string_view style, std::string_view text) {
    return "<p class=\"" + std::string(style) + "\">" + escaped_html(text) + "</p>\n";
}

std::string text_at(double x, double y, std::string_view text) {
    return "<text x=\"" + figure_text(x) + "\" y=\"" + figure_text(y) + "\">" + escaped_html(text) +
           "</text>\n";
}

double highest_of(const Finding& finding) {
    double highest = 0;
    for (const Side& side : finding.sides)
        highest = std::max(highest, side.of(&Figure::value).highest);
    return highest;
}

std::string row_of(const Side& side, double scale, double y, const char* colour) {
    const Spread spread = side.of(&Figure::value);
    std::string row = text_at(0, y + 4, side.name);
    for (const Figure& figure : side.rounds)
        row += "<circle cx=\"" + figure_text(label_width + figure.value * scale) + "\" cy=\"" +
               figure_text(y) + "\" r=\"4\" fill=\"" + colour + "\" fill-opacity=\".55\"/>\n";
    const double middle = label_width + spread.median * scale;
    row += "<rect x=\"" + figure_text(middle - 1) + "\" y=\"" + figure_text(y - 9) +
           "\" width=\"2\" height=\"18\" fill=\"" + colour + "\"/>\n";
    return row;
}

std::string plot_of(const Finding& finding) {
    const double highest = highest_of(finding);
    if (highest <= 0) return "";
    const double scale = (plot_width - label_width - 40) / highest;
    std::string rows;
    double y = row_height / 2;
    std::size_t colour = 0;
    for (const Side& side : finding.sides) {
        if (side.rounds.empty()) continue;
        rows += row_of(side, scale, y, colours[colour++ % colours.size()]);
        y += row_height;
    }
    rows += "<line x1=\"" + figure_text(label_width) + "\" y1=\"" + figure_text(y - 8) +
            "\" x2=\"" + figure_text(plot_width - 40) + "\" y2=\"" + figure_text(y - 8) +
            "\" stroke=\"#999\"/>\n";
    rows += text_at(label_width, y + 8, "0");
    rows += text_at(plot_width - 70, y + 8, figure_text(highest));
    return "<svg width=\"" + figure_text(plot_width) + "\" height=\"" + figure_text(y + 14) +
           "\" role=\"img\">\n" + rows + "</svg>\n";
}

std::string cells_of(const Finding& finding, const Side& side) {
    const auto cell = [](const std::string& text) { return "<td>" + escaped_html(text) + "</td>"; };
    const Spread value = side.of(&Figure::value);
    std::string row = "<tr>" + cell(side.name);
    row += cell(figure_text(value.median) + " [" + figure_text(value.lowest) + "-" +
                figure_text(value.highest) + "]");
    for (double Figure::* const member : {&Figure::rate, &Figure::p50_us, &Figure::p99_us}) {
        const double median = side.of(member).median;
        row += cell(median > 0 ? figure_text(median) : "");
    }
    const std::vector<double> ratios = finding.ratios_to(side.name);
    const bool has_ratio = finding.is_control(side.name) && !ratios.empty();
    row += cell(has_ratio ? figure_text(spread_of(ratios).median) : "");
    return row + "</tr>\n";
}

// What the gate is about, and how it stands.
std::string verdict_of(const Finding& finding) {
    const Subject& subject = finding.subject;
    const std::optional<bool> met = finding.meets(subject.gate);
    std::string text = subject.name + ", " + subject.unit + "; gate: ";
    if (subject.judged == Judged::ratio)
        text += "ratio to " + subject.controls.front() + " at least ";
    else
        text += subject.judged == Judged::value_at_most ? "at most " : "at least ";
    text += figure_text(subject.gate) + ", aim " + figure_text(subject.aim);
    if (!met) return text + "; not judged";
    return text + (*met ? "; gate met" : "; gate missed");
}

std::string section_of(const Finding& finding) {
    const bool is_met = finding.meets(finding.subject.gate).value_or(false);
    std::string text = "<h2>" + escaped_html(finding.subject.title) + "</h2>\n";
    text += paragraph(is_met ? "good" : "bad", verdict_of(finding));
    if (!finding.problem.empty()) text += paragraph("bad", "not measured: " + finding.problem);
    text += plot_of(finding);
    text +=
        "<table><tr><th></th><th>value</th><th>a second</th><th>p50 us</th><th>p99 us</th>"
        "<th>ratio</th></tr>\n";
    for (const Side& side : finding.sides)
        if (!side.rounds.empty()) text += cells_of(finding, side);
    text += "</table>\n";
    for (const std::string& warning : finding.warnings) text += paragraph("bad", warning);
    return text;
}

// Each power of ten is as wide as the other.
std::string line_of(const Growth& growth) {
    constexpr double height = 120;
    const double first = std::log10(growth.points.front().size);
    const double last = std::log10(growth.points.back().size);
    double highest = 0;
    for (const GrowthPoint& point : growth.points) highest = std::max(highest, point.value);
    if (highest <= 0) return "";
    const double width = plot_width - label_width - 40;
    std::string line;
    std::string marks;
    for (const GrowthPoint& point : growth.points) {
        const double part = last > first ? (std::log10(point.size) - first) / (last - first) : 0;
        const double x = 20 + part * width;
        const double y = 20 + height * (1 - point.value / highest);
        line += figure_text(x) + "," + figure_text(y) + " ";
        marks += "<circle cx=\"" + figure_text(x) + "\" cy=\"" + figure_text(y) +
                 "\" r=\"4\" fill=\"" + colours[0] + "\"/>\n";
        marks += text_at(x - 8, y - 8, figure_text(point.value));
        marks += text_at(x - 12, height + 38, figure_text(point.size));
    }
    return "<svg width=\"" + figure_text(plot_width) + "\" height=\"170\" role=\"img\">\n" +
           "<line x1=\"10\" y1=\"140\" x2=\"" + figure_text(plot_width) +
           "\" y2=\"140\" stroke=\"#999\"/>\n<polyline fill=\"none\" stroke=\"" + colours[0] +
           "\" points=\"" + line + "\"/>\n" + marks + "</svg>\n";
}

std::string section_of(const Growth& growth) {
    std::string text = "<h2>" + escaped_html(growth.title) + "</h2>\n";
    text +=
        paragraph("note", growth.name + ": " + growth.unit + ", by the number of " + growth.what);
    if (!growth.points.empty()) text += line_of(growth);
    for (const std::string& note : growth.notes) text += paragraph("note", note);
    if (!growth.problem.empty()) text += paragraph("bad", "not further: " + growth.problem);
    return text;
}

}  // namespace

std::string page_of(const Report& report) {
    const Machine& machine = report.machine;
    std::string page = head;
    page += paragraph("note",
                      machine.processor + ", " + std::to_string(machine.cores) + " cores, " +
                          machine.system + "; load average " + figure_text(machine.load_average) +
                          " before the run");
    page += paragraph("note", report.date + ", " + report.command);
    page += paragraph("note",
                      "Each dot is a round, each bar the median. A ratio is to a control of the "
                      "same round: 1 is as well as it, more is better.");
    for (const std::string& warning : report.warnings) page += paragraph("bad", warning);
    for (const Finding& finding : report.findings) page += section_of(finding);
    for (const Growth& growth : report.growth) page += section_of(growth);
    return page + "</body></html>\n";
}

}  // namespace playback::bench
