#include "tools/ctl/help.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "tools/ctl/commands.h"

namespace playback::ctl {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t column_max = 32;
constexpr std::size_t width = 100;

// Two columns; the right one is wrapped.
std::string in_columns(const Lines& lines) {
    std::size_t left = 0;
    for (const auto& [name, text] : lines)
        if (name.size() <= column_max) left = std::max(left, name.size());
    std::string out;
    for (const auto& [name, text] : lines) {
        std::string line = "  " + name;
        if (name.size() > left) {
            out += line + "\n";
            line.clear();
        }
        line.resize(left + 4, ' ');
        for (const std::string_view word : split(text)) {
            if (line.size() + word.size() > width) {
                line.erase(line.find_last_not_of(' ') + 1);
                out += line + "\n";
                line.assign(left + 4, ' ');
            }
            line += std::string(word) + " ";
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    return out;
}

std::string left_of(const Option& option) {
    std::string text = option.brief.empty() ? "" : std::string(option.brief) + ", ";
    text += option.name;
    if (!option.value.empty()) text += " " + std::string(option.value);
    return text;
}

Lines common_options() {
    Lines lines;
    for (const Option& option : all_options())
        if (option.is_common) lines.emplace_back(left_of(option), option.help);
    return lines;
}

std::string help_of_command(const Command& command) {
    std::string text = "playback ctl " + std::string(command.words);
    if (!command.arguments.empty()) text += " " + std::string(command.arguments);
    text += "\n\n" + std::string(command.help) + ".\n";
    const std::string brief = short_form(command);
    if (!brief.empty()) text += "Short: playback ctl " + brief + "\n";
    Lines lines;
    for (const Place& place : places_of(command)) {
        const Argument& argument = argument_named(place.name);
        std::string help(argument.help);
        if (!argument.choices.empty()) help += ": " + std::string(argument.choices);
        if (!place.fallback.empty()) help += " (default " + std::string(place.fallback) + ")";
        lines.emplace_back(place.name, help);
    }
    if (!lines.empty()) text += "\nArguments:\n" + in_columns(lines);
    lines.clear();
    for (const auto& [option, must] : options_of(command))
        lines.emplace_back(left_of(*option),
                           std::string(option->help) + (must ? " (must be given)" : ""));
    text += "\nOptions:\n" + in_columns(lines);
    if (command.action == Action::deploy_version && !command.is_local_testing)
        text +=
            "\nWithout arguments it deploys for the tenant of the last init-tenant. Without "
            "--config the\ngame has lobbies only; without --spec one lobby is always there.\n";
    if (command.action == Action::init_tenant)
        text += "\nPrints the developer's password, and remembers it for deploy-version.\n";
    return text;
}

std::string help_of_group(std::string_view words, std::string_view help) {
    std::string text = "playback ctl " + (words.empty() ? "" : std::string(words) + " ") +
                       "COMMAND\n\n" + std::string(help) + ".\n\nCommands:\n";
    const std::string start = words.empty() ? "" : std::string(words) + " ";
    Lines lines;
    for (const Command& command : all_commands()) {
        if (!command.words.starts_with(start)) continue;
        const std::string brief = short_form(command);
        const bool fits = brief.starts_with(start);
        std::string name = fits ? brief : std::string(command.words);
        name.erase(0, start.size());
        lines.emplace_back(name, command.help);
    }
    return text + in_columns(lines) + "\nOptions of all commands:\n" + in_columns(common_options());
}

constexpr std::string_view footer =
    "\nResults go to standard output, what happens to standard error. Exit codes: 0 done, 1 the "
    "server\nrefused or could not be reached, 2 wrong use. docs/ctl.md tells more.\n";

}  // namespace

std::string help_of(std::string_view words) {
    const auto command = std::ranges::find(all_commands(), words, &Command::words);
    if (command != all_commands().end()) return help_of_command(*command) + std::string(footer);
    const auto group = std::ranges::find(all_groups(), words, &Group::words);
    const std::string_view help =
        group == all_groups().end()
            ? "The command line of a node: tenants, developers, versions, deployments"
            : group->help;
    return help_of_group(words, help) + std::string(footer);
}

}  // namespace playback::ctl
