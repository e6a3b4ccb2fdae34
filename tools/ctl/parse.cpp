#include "tools/ctl/parse.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace playback::ctl {
namespace {

Error wrong_use(std::string detail) {
    return {Errc::invalid_argument, std::move(detail)};
}

std::string joined(std::span<const std::string> words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

// How many letters must change (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t corner = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t kept = corner + (a[i - 1] == b[j - 1] ? 0 : 1);
            corner = row[j];
            row[j] = std::min({kept, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

// How far the words are from a command: 0 if only its group was forgotten or mistaken.
std::size_t likeness(std::span<const std::string> words, const std::string& command) {
    const std::vector<std::string_view> parts = split(command);
    if (words.size() > 1 && words.front() == parts.front() && words.back() == parts.back())
        return 0;
    const std::string typed = joined(words);
    return command.starts_with(typed) ? 1 : distance(typed, command);
}

// What was typed, apart.
struct Typed {
    std::vector<std::string> values;
    std::vector<std::pair<const Option*, std::string>> options;
};

std::string name_of(const Option& option) {
    std::string name(option.name);
    if (!option.value.empty()) name += " " + std::string(option.value);
    return name;
}

Error unknown_option(std::string_view name) {
    const Option* best = nullptr;
    for (const Option& option : all_options())
        if (best == nullptr || distance(name, option.name) < distance(name, best->name))
            best = &option;
    std::string text = "there is no option " + std::string(name);
    if (distance(name, best->name) <= 3) text += "; is " + name_of(*best) + " meant?";
    return wrong_use(text);
}

// One option, with its value from the next word if it has one. `at` is moved behind.
Result<void> take_option(const Words& words, std::size_t& at, Typed& typed) {
    const std::string& word = words[at++];
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    const std::string name = word.substr(0, equals);
    const Option* const option = find_option(name);
    if (option == nullptr) return unknown_option(name);
    const bool has_value = equals != std::string::npos;
    if (option->value.empty()) {
        if (has_value) return wrong_use(std::string(option->name) + " takes no value");
        typed.options.emplace_back(option, "");
        return {};
    }
    if (!has_value && at == words.size())
        return wrong_use(std::string(option->name) + " needs a value: " + name_of(*option));
    typed.options.emplace_back(option, has_value ? word.substr(equals + 1) : words[at++]);
    return {};
}

Result<Typed> take_apart(const Words& words) {
    Typed typed;
    bool options_are_over = false;
    for (std::size_t at = 0; at < words.size();) {
        const std::string& word = words[at];
        if (!options_are_over && word == "--") {
            options_are_over = true;
            ++at;
        } else if (!options_are_over && word.size() > 1 && word.starts_with('-')) {
            TRY_VOID(take_option(words, at, typed));
        } else {
            typed.values.push_back(word);
            ++at;
        }
    }
    return typed;
}

bool begins_with(std::span<const std::string> values, std::string_view words) {
    const std::vector<std::string_view> wanted = split(words);
    return !wanted.empty() && values.size() >= wanted.size() &&
           std::equal(wanted.begin(), wanted.end(), values.begin());
}

// The command whose words come first, and how many they are.
std::pair<const Command*, std::size_t> find_command(std::span<const std::string> values) {
    std::pair<const Command*, std::size_t> found{nullptr, 0};
    for (const Command& command : all_commands()) {
        for (const std::string& words : {std::string(command.words), short_form(command)}) {
            const std::size_t count = split(words).size();
            if (begins_with(values, words) && count > found.second) found = {&command, count};
        }
    }
    return found;
}

bool is_group(const std::string& words) {
    return words.empty() || std::ranges::any_of(all_groups(), [&](const Group& group) {
               return group.words == words;
           });
}

// What may come next in a group: the words of its sub-groups and commands.
std::string choices_in(const std::string& group) {
    std::vector<std::string> next;
    for (const Command& command : all_commands()) {
        for (const std::string& words : {std::string(command.words), short_form(command)}) {
            const std::string start = group.empty() ? "" : group + " ";
            if (words.empty() || !words.starts_with(start)) continue;
            const std::string rest = words.substr(start.size());
            const std::string word = rest.substr(0, rest.find(' '));
            if (std::ranges::find(next, word) == next.end()) next.push_back(word);
        }
    }
    std::string text;
    for (const std::string& word : next) text += (text.empty() ? "" : ", ") + word;
    return text;
}

Error no_command(std::span<const std::string> values) {
    const std::string words = joined(values);
    if (is_group(words))
        return wrong_use((words.empty() ? "ctl" : "ctl " + words) +
                         " needs a command: " + choices_in(words));
    // Of the words, only those that can belong to a command are repeated.
    std::span<const std::string> said = values.first(std::min<std::size_t>(values.size(), 3));
    std::size_t known = 0;
    while (known < said.size() && is_group(joined(said.first(known + 1)))) ++known;
    said = said.first(std::min(known + 1, said.size()));
    std::string text = "there is no command " + joined(said);
    const std::string nearest = nearest_command(values);
    if (!nearest.empty()) text += "; is `playback ctl " + nearest + "` meant?";
    return wrong_use(text);
}

std::string usage_of(const Command& command) {
    return "playback ctl " + std::string(command.words) +
           (command.arguments.empty() ? "" : " " + std::string(command.arguments));
}

Result<void> check_choice(const Argument& argument, const std::string& value) {
    if (argument.choices.empty()) return {};
    const std::vector<std::string_view> choices = split(argument.choices);
    if (std::ranges::find(choices, value) != choices.end()) return {};
    std::string all;
    for (const std::string_view choice : choices)
        all += (all.empty() ? "" : ", ") + std::string(choice);
    return wrong_use(std::string(argument.name) + " is one of " + all);
}

Result<void> place_arguments(std::span<const std::string> values, Invocation& into) {
    const std::vector<Place> places = places_of(*into.command);
    std::size_t at = 0;
    for (const Place& place : places) {
        if (at == values.size()) {
            if (!place.may_be_left_out)
                return wrong_use(std::string(place.name) +
                                 " is missing: " + usage_of(*into.command));
            if (!place.fallback.empty()) into.arguments[place.name] = place.fallback;
            continue;
        }
        const Argument& argument = argument_named(place.name);
        do {
            TRY_VOID(check_choice(argument, values[at]));
            if (values[at].empty())
                return wrong_use(std::string(place.name) + " is empty: " + usage_of(*into.command));
            into.arguments[place.name] = values[at];
            if (place.repeats) into.repeated.push_back(values[at]);
            ++at;
        } while (place.repeats && at < values.size());
    }
    if (at == values.size()) return {};
    return wrong_use(std::string(into.command->words) + " takes at most " +
                     std::to_string(places.size()) + " arguments, " +
                     std::to_string(values.size()) + " were given: " + usage_of(*into.command));
}

Result<void> place_options(const Typed& typed, Invocation& into) {
    const std::vector<WantedOption> wanted = options_of(*into.command);
    for (const auto& [option, value] : typed.options) {
        if (std::ranges::find(wanted, option, &WantedOption::option) == wanted.end())
            return wrong_use(std::string(into.command->words) + " has no option " +
                             std::string(option->name));
        if (!into.options.emplace(option->name, value).second)
            return wrong_use(std::string(option->name) + " was given twice");
        if (!option->value.empty() && value.empty())
            return wrong_use(std::string(option->name) + " needs a value: " + name_of(*option));
    }
    for (const WantedOption& one : wanted)
        if (one.must_be_there && !into.has(one.option->name))
            return wrong_use(std::string(into.command->words) + " needs " +
                             std::string(one.option->name) + " " + std::string(one.option->value));
    return {};
}

// Standard input can be read once.
Result<void> check_input(const Invocation& made) {
    std::size_t readers = 0;
    for (const auto& [name, value] : made.arguments)
        if (value == "-" && argument_named(name).is_secret) ++readers;
    for (const auto& [name, value] : made.options)
        if (value == "-" && find_option(name)->names_a_file) ++readers;
    if (readers <= 1) return {};
    return wrong_use("only one of the arguments and options can be - (standard input)");
}

}  // namespace

std::string Invocation::option(std::string_view name) const {
    const auto found = options.find(name);
    return found == options.end() ? std::string() : found->second;
}

std::string Invocation::argument(std::string_view name) const {
    const auto found = arguments.find(name);
    return found == arguments.end() ? std::string() : found->second;
}

std::string nearest_command(std::span<const std::string> words) {
    std::string best;
    std::size_t best_far = 0;
    // How many of the words are the command is not known.
    for (std::size_t count = std::min<std::size_t>(words.size(), 3); count > 0; --count) {
        const std::span<const std::string> tried = words.first(count);
        const std::size_t allowed = std::max<std::size_t>(3, joined(tried).size() / 3);
        for (const Command& command : all_commands()) {
            for (const std::string& form : {std::string(command.words), short_form(command)}) {
                if (form.empty()) continue;
                const std::size_t far = likeness(tried, form);
                if (far > allowed || (!best.empty() && far >= best_far)) continue;
                best = form;
                best_far = far;
            }
        }
    }
    return best;
}

Result<Invocation> parse(const Words& typed_words) {
    TRY(typed, take_apart(typed_words));
    Invocation made;
    made.wants_help = std::ranges::any_of(
        typed.options, [](const auto& option) { return option.first->name == "--help"; });
    const auto [command, word_count] = find_command(typed.values);
    if (command == nullptr) {
        const std::string words = joined(typed.values);
        if (!made.wants_help || !is_group(words)) return no_command(typed.values);
        made.help_for = words;
        return made;
    }
    made.command = command;
    made.help_for = command->words;
    if (made.wants_help) return made;
    TRY_VOID(place_options(typed, made));
    TRY_VOID(place_arguments(std::span(typed.values).subspan(word_count), made));
    TRY_VOID(check_input(made));
    return made;
}

}  // namespace playback::ctl
