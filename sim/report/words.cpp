#include "sim/report/words.h"

#include <algorithm>
#include <tuple>

#include "sim/fault_catalogue.h"

namespace playback::sim {
namespace {

std::string padded(std::int64_t value, std::size_t digits) {
    std::string text = std::to_string(value);
    text.insert(0, digits - std::min(digits, text.size()), '0');
    return text;
}

// value / 1000 in units of `unit`, without zeros at the end.
std::string with_point(std::int64_t thousandths, std::string_view unit) {
    std::string text = std::to_string(thousandths / 1000);
    std::string rest = padded(thousandths % 1000, 3);
    while (rest.ends_with('0')) rest.pop_back();
    if (!rest.empty()) text += "." + rest;
    return text + " " + std::string(unit);
}

bool ends_and_cuts(std::string& name, std::string_view ending) {
    if (!name.ends_with(ending)) return false;
    name.resize(name.size() - ending.size());
    return true;
}

// "extra_ns" 12000000 becomes "12 ms added to every segment".
std::string text_of_arg(const FaultKind* kind, const std::string& name, const PlanValue& value) {
    std::string what;
    if (kind != nullptr) {
        const auto known = std::ranges::find(kind->parameters, name, &FaultParameter::name);
        if (known != kind->parameters.end()) what = known->what;
    }
    if (const auto* const text = std::get_if<std::string>(&value)) return name + " " + *text;
    const std::int64_t number = std::get<std::int64_t>(value);
    std::string unit = name;
    if (ends_and_cuts(unit, "_ns") || unit == "ns")
        return text_of(Duration{number}) + " " + (what.empty() ? unit : what);
    if (name == "ppm") return with_point(number / 10, "%") + " " + what;
    if (what.starts_with("1: ")) return number == 1 ? what.substr(3) : std::string();
    if (ends_and_cuts(unit, "_bytes")) return std::to_string(number) + " bytes " + what;
    return name + " " + std::to_string(number) + (what.empty() ? "" : " (" + what + ")");
}

std::string text_of_args(const FaultKind* kind, const PlanArgs& args) {
    std::string text;
    for (const auto& [name, value] : args) {
        const std::string one = text_of_arg(kind, name, value);
        if (one.empty()) continue;
        text += text.empty() ? " (" : ", ";
        text += one;
    }
    return text.empty() ? text : text + ")";
}

std::string machine_text(std::string_view name) {
    return name == "*" ? "everybody" : std::string(name);
}

std::string text_of_place(const FaultKind* kind, const std::string& target) {
    if (target.empty()) return {};
    const std::size_t bar = target.find('|');
    if (bar == std::string::npos) return "on " + machine_text(target);
    const std::string left = machine_text(std::string_view(target).substr(0, bar));
    const std::string right = machine_text(std::string_view(target).substr(bar + 1));
    if (kind != nullptr && kind->name.ends_with("one_way")) return "from " + left + " to " + right;
    return "between " + left + " and " + right;
}

std::string text_of_fault(const PlanFault& fault) {
    const FaultKind* const kind = find_fault_kind(fault.kind);
    std::string text = text_of_place(kind, fault.target);
    if (kind != nullptr && kind->lasts && fault.duration > Duration{})
        text += (text.empty() ? "for " : ", for ") + text_of(fault.duration);
    if (!text.empty()) text += ": ";
    text += kind == nullptr ? fault.kind : std::string(kind->what);
    text += text_of_args(kind, fault.args);
    return text;
}

std::vector<std::string> targets_of(const std::string& target) {
    std::vector<std::string> targets;
    for (std::size_t from = 0; from <= target.size();) {
        const std::size_t bar = std::min(target.find('|', from), target.size());
        if (bar > from) targets.push_back(target.substr(from, bar - from));
        from = bar + 1;
    }
    return targets;
}

}  // namespace

std::string text_of(Duration duration) {
    if (duration.ns < 0) return "-" + text_of(Duration{-duration.ns});
    if (duration.ns < 1'000) return std::to_string(duration.ns) + " ns";
    if (duration.ns < 1'000'000) return with_point(duration.ns, "us");
    if (duration.ns < 1'000'000'000) return with_point(duration.ns / 1'000, "ms");
    return with_point(duration.ns / 1'000'000, "s");
}

std::string text_of(Instant at) {
    const std::int64_t us = at.ns / 1'000;
    return std::to_string(us / 1'000'000) + "." + padded(us % 1'000'000, 6) + " s";
}

std::vector<PlanStep> steps_of(const Plan& plan, const ScenarioWords& words) {
    std::vector<PlanStep> steps;
    for (const PlanFault& fault : plan.faults) {
        const FaultKind* const kind = find_fault_kind(fault.kind);
        PlanStep step{.at = fault.at, .until = fault.at, .is_fault = true, .id = fault.id};
        if (kind != nullptr && kind->lasts) step.until = fault.at + fault.duration;
        step.kind = fault.kind;
        step.text = text_of_fault(fault);
        step.targets = targets_of(fault.target);
        steps.push_back(std::move(step));
    }
    for (const PlanOp& op : plan.ops) {
        PlanStep step{.at = op.at, .until = op.at, .id = op.id, .kind = op.kind};
        if (words.op) step.text = words.op(op);
        if (step.text.empty()) step.text = op.actor + ": " + op.kind;
        step.text += text_of_args(nullptr, op.args);
        steps.push_back(std::move(step));
    }
    const auto order = [](const PlanStep& step) {
        return std::tuple(step.at, !step.is_fault, step.id);
    };
    std::ranges::sort(steps, {}, order);
    return steps;
}

std::string sentence_of(const Plan& plan, const std::vector<Finding>& findings, Duration length) {
    const std::size_t ops = plan.ops.size();
    const std::size_t faults = plan.faults.size();
    const std::string of_what = std::to_string(ops) + (ops == 1 ? " operation" : " operations") +
                                " and " + std::to_string(faults) +
                                (faults == 1 ? " fault" : " faults");
    if (findings.empty())
        return "The run passes: every invariant held over " + text_of(length) + " with " + of_what +
               ".";
    const Finding& first = findings.front();
    return "The run fails at " + text_of(first.at) + ": " + first.message + ".";
}

}  // namespace playback::sim
