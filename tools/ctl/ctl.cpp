#include "tools/ctl/ctl.h"

#include <algorithm>
#include <cctype>
#include <memory>
#include <utility>

#include <nlohmann/json.hpp>

#include "tools/ctl/flows.h"
#include "tools/ctl/help.h"
#include "tools/ctl/output.h"
#include "tools/ctl/parse.h"
#include "tools/ctl/session.h"

namespace playback::ctl {
namespace {

using nlohmann::json;

constexpr int exit_done = 0;
constexpr int exit_refused = 1;
constexpr int exit_wrong_use = 2;

// The node's no, its silence, and what is not there are the world's; the rest is the caller's.
int exit_code_of(const Error& error) {
    switch (error.code) {
        case Errc::refused:
        case Errc::unavailable:
        case Errc::unknown_outcome:
        case Errc::timed_out:
        case Errc::not_found:
            return exit_refused;
        default:
            return exit_wrong_use;
    }
}

std::string in_small_letters(std::string_view text) {
    std::string small(text);
    for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return small;
}

// What a command leaves: `values` are kept and printed.
struct Outcome {
    json values = json::object();
    std::vector<std::string> shown;  // of them, in order
    Result<void> done;
};

// --- one call ---

// The request that the arguments and options make.
Result<json> request_of(const Invocation& asked) {
    json body = json::object();
    const std::string_view method = asked.command->method;
    const bool deletes = method.find("/delete-") != std::string_view::npos;
    for (const Place& place : places_of(*asked.command)) {
        if (!asked.arguments.contains(place.name)) continue;
        const Argument& argument = argument_named(place.name);
        std::string member(argument.member);
        if (member.empty()) member = in_small_letters(place.name);
        if (member.ends_with("_to_")) member += deletes ? "delete" : "create";
        std::string value = asked.argument(place.name);
        if (argument.is_secret) {
            TRY(secret, read_secret(value));
            value = secret;
        }
        body[member] = place.repeats ? json(asked.repeated) : json(value);
    }
    if (asked.has("--force")) body["force"] = true;
    const std::pair<std::string_view, bool> configs[] = {{"--config", true}, {"--spec", false}};
    for (const auto& [option, must] : configs) {
        if (!asked.has(option)) continue;
        TRY(text, read_file(asked.option(option)));
        json config = json::parse(text, nullptr, false);
        if (!config.is_object())
            return Error{Errc::invalid_argument,
                         std::string(option) + ": " + asked.option(option) + " is no JSON object"};
        body["config"] = std::move(config);
    }
    return body;
}

// What of an answer is printed, and what is kept under which names.
void take_answer(const Command& command, json answer, Outcome& outcome) {
    outcome.values = std::move(answer);
    for (const std::string_view printed : split(command.prints)) {
        const std::size_t equals = printed.find('=');
        const std::string name(printed.substr(0, equals));
        outcome.shown.push_back(name);
        if (equals == std::string_view::npos || !outcome.values.contains(name)) continue;
        outcome.values[std::string(printed.substr(equals + 1))] = outcome.values[name];
    }
    if (command.prints == "*" && outcome.values.contains("details"))
        outcome.values = json(outcome.values["details"]);
}

Outcome call_once(Session& session, const Invocation& asked) {
    Outcome outcome;
    Result<json> body = request_of(asked);
    if (!body) outcome.done = body.error();
    if (!outcome.done) return outcome;
    Result<json> answer = session.call(asked.command->method, *body);
    if (!answer) outcome.done = answer.error();
    if (answer) take_answer(*asked.command, *std::move(answer), outcome);
    return outcome;
}

Outcome log_in(Session& session, const Invocation& asked) {
    const std::string_view method = asked.command->method;
    const std::string role(method.substr(0, method.find('/')));
    const std::string user = asked.argument("USER");
    const auto given = [&]() -> Result<std::string> {
        if (asked.arguments.contains("PASSWORD"))
            return session.password_of(role, user, asked.argument("PASSWORD"));
        TRY(password, session.given_password(role, user));
        if (password) return *std::move(password);
        return Error{Errc::invalid_argument,
                     "PASSWORD is missing: - reads it from standard input, --password-file FILE "
                     "from a file"};
    };
    Outcome outcome;
    const Result<std::string> password = given();
    if (!password) outcome.done = password.error();
    if (!outcome.done) return outcome;
    const Result<std::string> token = session.log_in(role, user, *password);
    if (!token) outcome.done = token.error();
    if (token) take_answer(*asked.command, json{{"raw_token", *token}}, outcome);
    return outcome;
}

// --- more than one call ---

constexpr std::string_view shown_of_flows =
    "developer password tenant project stage user_id tenant_id project_id stage_id "
    "version_id image deployment_id lobby_id";

Outcome go_through(Session& session, const Invocation& asked, const Output& output) {
    const bool deploys = asked.command->action == Action::deploy_version;
    Outcome outcome;
    outcome.done = (deploys ? deploy_version : init_tenant)(session, asked, output, outcome.values);
    for (const std::string_view name : split(shown_of_flows))
        if (outcome.values.contains(name)) outcome.shown.emplace_back(name);
    return outcome;
}

// --- what is remembered ---

// Keys that any command leaves: those that tables and flows name.
std::vector<std::string> known_keys() {
    std::vector<std::string> keys{
        "developer", "tenant", "project", "stage", "tenant_id", "image", "lobby_id"};
    for (const Command& command : all_commands())
        for (const std::string_view printed : split(command.prints))
            for (const std::string_view name : split(printed, '='))
                if (name != "*") keys.emplace_back(name);
    std::ranges::sort(keys);
    keys.erase(std::ranges::unique(keys).begin(), keys.end());
    return keys;
}

Outcome get(const State& state, const Invocation& asked) {
    Outcome outcome;
    const std::string key = asked.argument("KEY");
    const Result<std::vector<json>> entries = state.read();
    if (!entries) outcome.done = entries.error();
    if (!entries) return outcome;
    for (auto entry = entries->rbegin(); entry != entries->rend(); ++entry) {
        const bool is_there = text_in(*entry, "type") == "result" &&
                              (!asked.has("--installation") ||
                               text_in(*entry, "installation") == asked.option("--installation")) &&
                              entry->contains("values") && (*entry)["values"].contains(key);
        if (!is_there) continue;
        outcome.values[key] = (*entry)["values"][key];
        outcome.shown = {key};
        return outcome;
    }
    const std::vector<std::string> keys = known_keys();
    std::string all;
    for (const std::string& known : keys) all += (all.empty() ? "" : ", ") + known;
    if (std::ranges::find(keys, key) == keys.end())
        outcome.done =
            Error{Errc::invalid_argument, "there is no key " + key + "; there are " + all};
    else
        outcome.done = Error{Errc::not_found, "no command has left a " + key + " yet"};
    return outcome;
}

Outcome use_installation(const State& state, const Invocation& asked) {
    Installation chosen = local_installation();
    Outcome outcome;
    if (asked.command->action == Action::use_custom) {
        const Result<Address> address = parse_address(asked.argument("ADDRESS"));
        if (!address) outcome.done = address.error();
        if (!outcome.done) return outcome;
        chosen = {asked.argument("NAME"), address->url, io::to_string(address->endpoint)};
    }
    std::string registry = asked.option("--registry");
    for (const std::string_view scheme : {"http://", "https://"})
        if (registry.starts_with(scheme)) registry.erase(0, scheme.size());
    while (registry.ends_with('/')) registry.pop_back();
    if (!registry.empty()) chosen.registry = registry;
    outcome.values = {
        {"name", chosen.name}, {"address", chosen.address}, {"registry", chosen.registry}};
    outcome.shown = {"name", "address", "registry"};
    json entry = outcome.values;
    entry["type"] = "installation";
    outcome.done = state.append(entry);
    return outcome;
}

Outcome purge(const State& state) {
    Outcome outcome;
    outcome.done = state.purge();
    outcome.values = {{"purged", state.path()}};
    outcome.shown = {"purged"};
    return outcome;
}

// --- any command ---

Outcome with_state(const State& state, const Invocation& asked) {
    switch (asked.command->action) {
        case Action::get:
            return get(state, asked);
        case Action::purge_state:
            return purge(state);
        case Action::use_cloud: {
            Outcome outcome;
            outcome.done = Error{
                Errc::invalid_argument,
                "there is no cloud: run a node of your own (`playback node`, docs/ctl.md) and "
                "name it with `playback ctl config installation use-custom NAME ADDRESS`, or "
                "use-local for the one on this machine"};
            return outcome;
        }
        default:
            return use_installation(state, asked);
    }
}

Outcome with_session(Session& session, const Invocation& asked, const Output& output) {
    switch (asked.command->action) {
        case Action::log_in:
            return log_in(session, asked);
        case Action::init_tenant:
        case Action::deploy_version:
            return go_through(session, asked, output);
        default:
            return call_once(session, asked);
    }
}

bool needs_node(Action action) {
    return action == Action::call || action == Action::log_in || action == Action::init_tenant ||
           action == Action::deploy_version;
}

int fail(const Output& output, const Error& error, json more = json::object()) {
    output.failure(error.detail, std::move(more));
    return exit_code_of(error);
}

// Details are looked at, not kept: a later `get` would be answered from an old look.
bool is_kept(const Command& command, const Outcome& outcome) {
    return command.prints != "*" && !outcome.values.empty();
}

int run_with_node(const Invocation& asked, const Output& output) {
    Result<std::unique_ptr<Session>> session = Session::open(asked);
    if (!session) return fail(output, session.error());
    const Outcome outcome = with_session(**session, asked, output);
    Result<void> kept;
    if (is_kept(*asked.command, outcome)) kept = (*session)->remember(outcome.values);
    if (!outcome.done) {
        json more = outcome.values;
        const std::optional<Refusal>& refusal = (*session)->refusal();
        if (refusal && outcome.done.error().code == Errc::refused) {
            more["status"] = refusal->status;
            more["qualifier"] = refusal->qualifier;
        }
        return fail(output, outcome.done.error(), std::move(more));
    }
    output.result(outcome.values, outcome.shown);
    if (!kept) return fail(output, kept.error());
    return exit_done;
}

int run_without_node(const Invocation& asked, const Output& output) {
    const Result<std::string> path = state_path(asked.option("--state"));
    if (!path) return fail(output, path.error());
    const Outcome outcome = with_state(State(*path), asked);
    if (!outcome.done) return fail(output, outcome.done.error());
    output.result(outcome.values, outcome.shown);
    return exit_done;
}

}  // namespace

int run(const std::vector<std::string>& words) {
    const Result<Invocation> asked = parse(words);
    if (!asked) {
        const bool json_wanted = std::ranges::find(words, "--json") != words.end();
        Output(json_wanted, false).failure(asked.error().detail, json::object());
        return exit_wrong_use;
    }
    if (asked->wants_help) {
        Output::text(help_of(asked->help_for));
        return exit_done;
    }
    const Output output(asked->has("--json"), asked->has("--pretty-print"));
    if (asked->command->action == Action::completion) {
        Output::text(completion_for(asked->argument("SHELL")));
        return exit_done;
    }
    if (needs_node(asked->command->action)) return run_with_node(*asked, output);
    return run_without_node(*asked, output);
}

}  // namespace playback::ctl
