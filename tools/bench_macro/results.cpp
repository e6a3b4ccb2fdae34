#include "tools/bench_macro/results.h"

#include <algorithm>

namespace playback::bench {

Spread Side::of(double Figure::* member) const {
    std::vector<double> values;
    values.reserve(rounds.size());
    for (const Figure& figure : rounds) values.push_back(figure.*member);
    return spread_of(std::move(values));
}

const Side* Finding::side(std::string_view name) const {
    const auto found = std::find_if(
        sides.begin(), sides.end(), [&](const Side& side) { return side.name == name; });
    return found == sides.end() || found->rounds.empty() ? nullptr : &*found;
}

bool Finding::is_control(std::string_view name) const {
    const std::vector<std::string>& controls = subject.controls;
    return std::find(controls.begin(), controls.end(), name) != controls.end();
}

std::vector<double> Finding::ratios_to(std::string_view control) const {
    const Side* const ours = side("node");
    const Side* const other = side(control);
    std::vector<double> ratios;
    if (ours == nullptr || other == nullptr || !is_control(control)) return ratios;
    for (std::size_t i = 0; i < std::min(ours->rounds.size(), other->rounds.size()); ++i) {
        const double our_value = ours->rounds[i].value;
        const double control_value = other->rounds[i].value;
        const double above = subject.more_is_better ? our_value : control_value;
        const double below = subject.more_is_better ? control_value : our_value;
        if (below > 0) ratios.push_back(above / below);
    }
    return ratios;
}

std::optional<double> Finding::judged() const {
    if (subject.judged != Judged::ratio) {
        const Side* const ours = side("node");
        if (ours == nullptr) return std::nullopt;
        return ours->of(&Figure::value).median;
    }
    if (subject.controls.empty()) return std::nullopt;
    const std::vector<double> ratios = ratios_to(subject.controls.front());
    if (ratios.empty()) return std::nullopt;
    return spread_of(ratios).median;
}

std::optional<bool> Finding::meets(double bound) const {
    const std::optional<double> value = judged();
    if (!value || !problem.empty()) return std::nullopt;
    return subject.judged == Judged::value_at_most ? *value <= bound : *value >= bound;
}

bool Report::misses_a_gate() const {
    return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
        return !finding.meets(finding.subject.gate).value_or(false);
    });
}

bool Report::has_problems() const {
    const auto has_one = [](const auto& found) { return !found.problem.empty(); };
    return std::any_of(findings.begin(), findings.end(), has_one) ||
           std::any_of(growth.begin(), growth.end(), has_one);
}

}  // namespace playback::bench
