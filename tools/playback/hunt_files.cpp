#include "tools/playback/hunt_files.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <map>
#include <sstream>
#include <system_error>
#include <tuple>

#include "engine/base/hash.h"
#include "sim/fault_catalogue.h"
#include "tools/farm/plan_file.h"

namespace playback::tools {
namespace {

constexpr std::size_t name_bytes_max = 60;

std::string seconds_text(std::int64_t ns) {
    std::ostringstream text;
    text.precision(3);
    text << std::fixed << static_cast<double>(ns) / 1e9 << " s";
    return text.str();
}

std::string args_text(const sim::PlanArgs& args) {
    std::string text;
    for (const auto& [name, value] : args) {
        text += text.empty() ? " (" : ", ";
        text += name + " ";
        if (const auto* const number = std::get_if<std::int64_t>(&value))
            text += std::to_string(*number);
        else
            text += std::get<std::string>(value);
    }
    return text.empty() ? text : text + ")";
}

std::string text_of_op(const sim::PlanOp& op) {
    return op.actor + ": " + op.kind + args_text(op.args);
}

std::string text_of_fault(const sim::PlanFault& fault) {
    std::string text = "FAULT " + fault.kind + " at " + fault.target + args_text(fault.args);
    const sim::FaultKind* const kind = sim::find_fault_kind(fault.kind);
    if (kind == nullptr) return text;
    if (kind->lasts) text += " for " + seconds_text(fault.duration.ns);
    return text + ": " + std::string(kind->what);
}

constexpr std::size_t steps_max = 200;

std::string steps_of(const sim::Plan& plan) {
    std::multimap<std::int64_t, std::string> steps;
    for (const sim::PlanOp& op : plan.ops) steps.emplace(op.at.ns, text_of_op(op));
    for (const sim::PlanFault& fault : plan.faults)
        steps.emplace(fault.at.ns, text_of_fault(fault));
    std::string text;
    std::size_t shown = 0;
    for (const auto& [at, step] : steps) {
        if (shown++ == steps_max) return text + "  and so on: see the plan\n";
        text += "  " + seconds_text(at) + "  " + step + "\n";
    }
    return text + "  " + seconds_text(plan.length.ns) + "  the faults end, the world settles\n";
}

// What is not FIFO, and the two events whose order decides.
std::string order_of(const Failure& failure) {
    if (!failure.plan.schedule || failure.plan.schedule->empty()) return {};
    std::string text = "\nEvery core runs what is ready in turn, but for:\n";
    for (const sim::Choice& choice : *failure.plan.schedule)
        text += "  " + sim::to_text(choice) + "\n";
    if (!failure.minimised || failure.minimised->swap.empty()) return text;
    const auto side = [&text](const std::vector<std::string>& lines) {
        for (std::size_t i = 0; i < lines.size(); ++i)
            text += (i == 0 ? "  " : "    because of ") + lines[i] + "\n";
    };
    text += "\nIt fails since this comes first:\n";
    side(failure.minimised->swap.first);
    text += "and this second; the other way round it passes:\n";
    side(failure.minimised->swap.second);
    return text;
}

std::string escaped(std::string_view text) {
    std::string xml;
    for (const char c : text) {
        switch (c) {
            case '<':
                xml += "&lt;";
                break;
            case '>':
                xml += "&gt;";
                break;
            case '&':
                xml += "&amp;";
                break;
            case '"':
                xml += "&quot;";
                break;
            default:
                // XML 1.0 knows no other control characters.
                xml += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
        }
    }
    return xml;
}

std::string junit_case(const std::string& suite, const std::string& name) {
    return "    <testcase classname=\"hunt." + escaped(suite) + "\" name=\"" + escaped(name) + "\"";
}

}  // namespace

std::string file_name_of(const Failure& failure) {
    std::string name;
    for (const char c : failure.outcome.fingerprint) {
        const bool is_plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
        if (is_plain)
            name += c;
        else if (!name.empty() && name.back() != '-')
            name += '-';
    }
    if (name.size() > name_bytes_max) name.resize(name_bytes_max);
    // Two failures of one fingerprint differ in what follows.
    const std::string hash = sim::hash_text(hash_bytes(failure.signature));
    return name + "-" + hash.substr(hash.size() - 4);
}

std::string HuntFiles::path_of(const Failure& failure, std::string_view ending) const {
    return directory_ + "/" + file_name_of(failure) + std::string(ending);
}

Result<void> HuntFiles::prepare() const {
    std::error_code error;
    std::filesystem::create_directories(directory_ + "/regressions", error);
    if (error) return Error{Errc::io_failed, "cannot make " + directory_ + ": " + error.message()};
    const std::string probe = directory_ + "/regressions/.writable";
    TRY_VOID(write_file(probe, "yes\n"));
    std::remove(probe.c_str());
    return {};
}

Result<void> HuntFiles::write(const Failure& failure) const {
    const std::string path = path_of(failure, ".plan.json");
    TRY_VOID(write_file(path, sim::to_json(failure.plan)));
    TRY_VOID(write_file(path_of(failure, ".original.plan.json"), sim::to_json(failure.original)));
    TRY_VOID(write_file(path_of(failure, ".txt"), report_of(failure, path)));
    sim::Plan candidate = failure.plan;
    candidate.recorded.reset();
    const std::string name = candidate.scenario + "-" + file_name_of(failure) + ".json";
    TRY_VOID(write_file(directory_ + "/regressions/" + name, sim::to_json(candidate)));
    if (!failure.minimised) return {};
    std::size_t number = 0;
    for (const auto& [signature, plan] : failure.minimised->shrunk.others) {
        const std::string ending = ".met-" + std::to_string(++number) + ".plan.json";
        TRY_VOID(write_file(path_of(failure, ending), sim::to_json(plan)));
    }
    return {};
}

std::string report_of(const Failure& failure, std::string_view plan_path) {
    const std::size_t before = sim::event_count(failure.original);
    std::string text = failure.outcome.fingerprint + "\n" + failure.outcome.message + "\n\n";
    text += "Scenario " + failure.plan.scenario + ", profile " + failure.plan.profile +
            ", first met with seed " + std::to_string(failure.first_seed);
    const bool is_another = failure.seed != failure.first_seed;
    text += is_another ? "; this is of seed " + std::to_string(failure.seed) + ".\n" : ".\n";
    if (failure.is_shrunk) {
        const sim::Shrunk& shrunk = failure.minimised->shrunk;
        text += "Shrunk from " + std::to_string(before) + " events to " +
                std::to_string(shrunk.events_after) + " with " +
                std::to_string(shrunk.simulations) + " simulations" +
                (shrunk.finished ? ".\n" : "; a budget ended that.\n");
        if (!failure.minimised->is_stable)
            text += "Fresh processes do not agree on it: mend determinism first.\n";
    } else {
        text += "Not shrunk: " + std::to_string(before) + " events.\n";
    }
    text += "\nWhat happens:\n" + steps_of(failure.plan);
    text += order_of(failure);
    text += "\nReplay it:\n  playback replay " + std::string(plan_path) + "\n";
    text += "\nWhen it is mended, keep regressions/" + failure.plan.scenario + "-" +
            file_name_of(failure) + ".json\nin scenarios/regressions; the tests replay all.\n";
    if (failure.minimised && !failure.minimised->shrunk.others.empty()) {
        text += "\nShrinking met other findings too:\n";
        std::size_t number = 0;
        for (const auto& [signature, plan] : failure.minimised->shrunk.others)
            text += "  met-" + std::to_string(++number) + "  " + signature + "\n";
    }
    return text;
}

std::string junit_of(const Hunt& hunt, const HuntOptions& options) {
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
    for (const scenarios::Scenario* const scenario : options.scenarios) {
        const std::string suite(scenario->name);
        std::string cases = junit_case(suite,
                                       "seeds " + std::to_string(options.first_seed) + ".." +
                                           std::to_string(options.last_seed)) +
                            "/>\n";
        std::size_t failures = 0;
        for (const auto& [signature, failure] : hunt.failures()) {
            if (failure.plan.scenario != suite) continue;
            ++failures;
            cases += junit_case(suite, signature) + ">\n      <failure message=\"" +
                     escaped(failure.outcome.message) + "\" type=\"" +
                     escaped(failure.outcome.fingerprint) + "\">" +
                     escaped(report_of(failure, file_name_of(failure) + ".plan.json")) +
                     "</failure>\n    </testcase>\n";
        }
        xml += "  <testsuite name=\"hunt." + escaped(suite) + "\" tests=\"" +
               std::to_string(failures + 1) + "\" failures=\"" + std::to_string(failures) +
               "\" errors=\"0\">\n" + cases + "  </testsuite>\n";
    }
    return xml + "</testsuites>\n";
}

}  // namespace playback::tools
