#include "tools/playback/node_environment.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "tools/farm/scenario_names.h"

namespace playback::tools {
namespace {

constexpr std::string_view own_prefix = "PLAYBACK_";
constexpr std::string_view foreign_prefix = "OMGSERVERS_";
constexpr std::array users = {"admin", "support", "service", "connector"};

// Of other commands and of the tests: none of a node's business, and no mistake either.
constexpr std::array<std::string_view, 1> others_prefixes = {"PLAYBACK_CTL_"};
constexpr std::array<std::string_view, 1> others_names = {"PLAYBACK_WITHOUT_DOCKER"};

constexpr std::string_view registry_secret = "PLAYBACK_REGISTRY_SECRET";

std::string password_variable(std::string_view user) {
    return variable_of(std::string(user) + "-password");
}

bool is_of_others(std::string_view name) {
    return std::ranges::any_of(others_prefixes,
                               [&](std::string_view prefix) { return name.starts_with(prefix); }) ||
           std::ranges::find(others_names, name) != others_names.end();
}

// An option that the environment can give: all of the command but those about this call of it.
CLI::Option* option_named(CLI::App& command, std::string_view variable) {
    for (CLI::Option* const option : command.get_options()) {
        const std::string name = option->get_single_name();
        if (is_of_the_call(name)) continue;
        if (variable_of(name) == variable) return option;
    }
    return nullptr;
}

Error unknown(CLI::App& command, std::string_view variable) {
    std::vector<std::string> names;
    for (const CLI::Option* const option : command.get_options())
        names.push_back(variable_of(option->get_single_name()));
    for (const SecretVariable& secret : secret_variables()) names.push_back(secret.name);
    const auto nearest = std::ranges::min_element(
        names, {}, [&](const std::string& name) { return edits_between(variable, name); });
    std::string text = "the environment has " + std::string(variable) + ", which is no setting";
    if (nearest != names.end()) text += "; is " + *nearest + " meant?";
    return {Errc::invalid_argument, text};
}

std::vector<std::string> parts_of(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (end > 0) parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

Result<void> give(CLI::Option& option, const std::string& variable, const std::string& value) {
    if (!option.empty()) return {};  // the command line wins, and ours over theirs
    try {
        const bool is_flag = option.get_expected_min() == 0;
        if (is_flag)
            option.add_result(option.get_flag_value(option.get_single_name(), value));
        else if (option.get_expected_max() > 1)
            option.add_result(parts_of(value, ','));
        else
            option.add_result(value);
        option.run_callback();
    } catch (const CLI::Error&) {
        return Error{Errc::invalid_argument,
                     "the environment's " + variable + " is no value of --" +
                         option.get_single_name() + ": " + value};
    }
    return {};
}

// True if the name was one.
bool take_secret(NodeOptions& options, const std::string& name, const std::string& value) {
    if (name == registry_secret) {
        options.registry_secret = value;
        return true;
    }
    for (const char* const user : users) {
        if (name != password_variable(user)) continue;
        options.passwords[user] = value;
        return true;
    }
    return false;
}

const ForeignVariable* find_foreign(std::string_view name) {
    for (const ForeignVariable& known : foreign_variables()) {
        std::string_view pattern = known.name;
        const bool is_prefix = pattern.ends_with('*');
        if (is_prefix) pattern.remove_suffix(1);
        if (is_prefix ? name.starts_with(pattern) : name == pattern) return &known;
    }
    return nullptr;
}

std::string translated(Taken taken, std::string value) {
    if (taken == Taken::seconds && value.size() > 1 && value.ends_with('s')) value.pop_back();
    if (taken == Taken::lower)
        std::ranges::transform(
            value, value.begin(), [](unsigned char c) { return std::tolower(c); });
    if (taken == Taken::lower && value == "warning") value = "warn";
    if (taken == Taken::location && value.starts_with("file:")) value.erase(0, 5);
    if (taken == Taken::authority) {
        const std::size_t scheme = value.find("://");
        if (scheme != std::string::npos) value.erase(0, scheme + 3);
        while (value.ends_with('/')) value.pop_back();
    }
    return value;
}

Result<void> take_foreign(CLI::App& command,
                          NodeOptions& options,
                          const std::string& name,
                          const std::string& value) {
    const ForeignVariable* const known = find_foreign(name);
    if (known == nullptr || known->taken == Taken::nowhere) {
        options.ignored_variables.push_back(name);
        return {};
    }
    if (known->taken == Taken::password) {
        options.passwords.try_emplace(std::string(known->option), value);
        return {};
    }
    CLI::Option* const option = command.get_option("--" + std::string(known->option));
    return give(*option, name, translated(known->taken, value));
}

}  // namespace

Variables own_variables() {
    Variables found;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        if (!text.starts_with(own_prefix) && !text.starts_with(foreign_prefix)) continue;
        found.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    std::ranges::sort(found);
    return found;
}

std::string variable_of(std::string_view option) {
    std::string name(own_prefix);
    for (const char c : option)
        name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

std::vector<SecretVariable> secret_variables() {
    std::vector<SecretVariable> all;
    all.reserve(users.size() + 1);
    for (const std::string user : users)
        all.push_back({password_variable(user), "password of " + user});
    all.push_back({std::string(registry_secret), "what the registry sends with notifications"});
    return all;
}

Result<void> read_environment(CLI::App& command, NodeOptions& options, const Variables& variables) {
    for (const auto& [name, value] : variables) {
        if (!name.starts_with(own_prefix) || is_of_others(name)) continue;
        CLI::Option* const option = option_named(command, name);
        const bool is_secret = option == nullptr && take_secret(options, name, value);
        if (option == nullptr && !is_secret) return unknown(command, name);
        if (option != nullptr && !value.empty()) TRY_VOID(give(*option, name, value));
    }
    std::erase_if(options.passwords, [](const auto& entry) { return entry.second.empty(); });
    for (const auto& [name, value] : variables) {
        if (!name.starts_with(foreign_prefix) || value.empty()) continue;
        TRY_VOID(take_foreign(command, options, name, value));
    }
    return {};
}

Result<void> read_everything(CLI::App& command,
                             NodeOptions& options,
                             const Variables& variables,
                             const std::string& config) {
    TRY_VOID(read_environment(command, options, variables));
    // The environment may have named it.
    if (!config.empty()) TRY_VOID(read_config_file(command, config));
    return {};
}

}  // namespace playback::tools
