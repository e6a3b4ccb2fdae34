#include "tools/farm/outcome.h"

#include <cctype>

#include <nlohmann/json.hpp>

namespace playback::tools {
namespace {

using nlohmann::json;

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool is_digit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

// A message may hold bytes of any kind; an answer must still be a line of JSON.
std::string line_of(const json& object) {
    return object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

json to_json(const sim::Schedule& schedule) {
    json list = json::array();
    for (const sim::Choice& choice : schedule)
        list.push_back({choice.core, choice.pick, choice.from, choice.to, choice.hold.ns});
    return list;
}

sim::Schedule schedule_in(const json& list) {
    sim::Schedule schedule;
    for (const json& item : list)
        schedule.push_back({.id = schedule.size() + 1,
                            .core = item.at(0),
                            .pick = item.at(1),
                            .from = item.at(2),
                            .to = item.at(3),
                            .hold = Duration{item.at(4)}});
    return schedule;
}

}  // namespace

std::string Outcome::signature() const {
    const std::string words = without_numbers(message);
    return passed || words.empty() ? fingerprint : fingerprint + ": " + words;
}

bool Outcome::is_refusal() const {
    // What work_for_farm ends with, and what a shell says of a program that cannot be run.
    return fingerprint == "crash/exit-2" || fingerprint == "crash/exit-127" ||
           fingerprint == "crash/nonsense";
}

std::string without_numbers(std::string_view message) {
    std::string words;
    for (std::size_t i = 0; i < message.size();) {
        const bool begins = i == 0 || !is_word(message[i - 1]);
        if (!is_digit(message[i]) || !begins) {
            // "player-12": what follows a word and a dash is a number too, "p2" is a name.
            words += message[i++];
            continue;
        }
        while (i < message.size() && is_word(message[i])) ++i;
        // A list of numbers is one, however long.
        if (words.ends_with("N, "))
            words.resize(words.size() - 2);
        else
            words += "N";
    }
    return words;
}

std::string to_line(const RunRequest& request) {
    json object{{"id", request.id},
                {"seconds_max", request.seconds_max},
                {"events_max", request.events_max}};
    if (!request.report.empty()) {
        object["report"] = request.report;
        object["replay_command"] = request.replay_command;
    }
    if (request.schedule_wanted) object["schedule_wanted"] = true;
    if (request.swap_wanted) object["swap_wanted"] = true;
    if (const auto* const draw = std::get_if<PlanToDraw>(&request.plan))
        object["draw"] = {draw->scenario, draw->profile, draw->seed};
    else
        object["plan"] = sim::to_json(std::get<sim::Plan>(request.plan));
    return line_of(object);
}

std::string to_line(const Outcome& outcome) {
    json object{{"id", outcome.id},
                {"passed", outcome.passed},
                {"fingerprint", outcome.fingerprint},
                {"message", outcome.message},
                {"trace_hash", outcome.trace_hash},
                {"virtual_ns", outcome.virtual_time.ns},
                {"events", outcome.events},
                {"requests", outcome.requests},
                {"checks", outcome.checks},
                {"faults", outcome.faults},
                {"report_error", outcome.report_error}};
    if (!outcome.died.empty()) object["died"] = outcome.died;
    if (!outcome.schedule.empty()) object["schedule"] = to_json(outcome.schedule);
    if (!outcome.swap.empty()) object["swap"] = {outcome.swap.first, outcome.swap.second};
    return line_of(object);
}

Result<RunRequest> parse_request(std::string_view line) {
    RunRequest request;
    std::string plan;
    try {
        const json object = json::parse(line);
        object.at("id").get_to(request.id);
        object.at("seconds_max").get_to(request.seconds_max);
        object.at("events_max").get_to(request.events_max);
        request.report = object.value("report", std::string());
        request.replay_command = object.value("replay_command", std::string());
        request.schedule_wanted = object.value("schedule_wanted", false);
        request.swap_wanted = object.value("swap_wanted", false);
        if (const auto draw = object.find("draw"); draw != object.end()) {
            request.plan = PlanToDraw{draw->at(0), draw->at(1), draw->at(2)};
            return request;
        }
        object.at("plan").get_to(plan);
    } catch (const json::exception& error) {
        return Error{Errc::invalid_argument, error.what()};
    }
    TRY(parsed, sim::parse_plan(plan));
    request.plan = std::move(parsed);
    return request;
}

Result<Outcome> parse_outcome(std::string_view line) {
    Outcome outcome;
    try {
        const json object = json::parse(line);
        object.at("id").get_to(outcome.id);
        object.at("passed").get_to(outcome.passed);
        object.at("fingerprint").get_to(outcome.fingerprint);
        object.at("message").get_to(outcome.message);
        object.at("trace_hash").get_to(outcome.trace_hash);
        object.at("virtual_ns").get_to(outcome.virtual_time.ns);
        object.at("events").get_to(outcome.events);
        object.at("requests").get_to(outcome.requests);
        object.at("checks").get_to(outcome.checks);
        object.at("faults").get_to(outcome.faults);
        outcome.died = object.value("died", std::string());
        outcome.report_error = object.value("report_error", std::string());
        if (const auto found = object.find("schedule"); found != object.end())
            outcome.schedule = schedule_in(*found);
        if (const auto found = object.find("swap"); found != object.end()) {
            found->at(0).get_to(outcome.swap.first);
            found->at(1).get_to(outcome.swap.second);
        }
    } catch (const json::exception& error) {
        return Error{Errc::invalid_argument, error.what()};
    }
    return outcome;
}

}  // namespace playback::tools
