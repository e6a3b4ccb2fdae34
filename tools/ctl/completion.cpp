// completion_for (help.h): the scripts differ by shell, what they offer does not.
#include <algorithm>
#include <initializer_list>
#include <map>
#include <utility>
#include <vector>

#include "tools/ctl/commands.h"
#include "tools/ctl/help.h"

namespace playback::ctl {
namespace {

// A line of a script: it is put together part by part.
void add_line(std::string& script, std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts) script += part;
    script += '\n';
}

struct Offer {
    std::string word;
    std::string help;
};
// What may come after the words so far (" support tenant", each with a space before it; "" at the
// beginning). An empty list says that the words are a command.
using Tree = std::map<std::string, std::vector<Offer>>;

void add_to(std::vector<Offer>& offers, std::string word, std::string_view help) {
    const auto known = std::ranges::find(offers, word, &Offer::word);
    if (known == offers.end()) offers.push_back({std::move(word), std::string(help)});
}

Tree tree_of_words() {
    Tree tree;
    for (const Command& command : all_commands()) {
        for (const std::string& form : {std::string(command.words), short_form(command)}) {
            std::string so_far;
            std::string group;
            for (const std::string_view word : split(form)) {
                group += (group.empty() ? "" : " ") + std::string(word);
                const auto known = std::ranges::find(all_groups(), group, &Group::words);
                const bool is_group = known != all_groups().end();
                add_to(tree[so_far], std::string(word), is_group ? known->help : command.help);
                so_far += " " + std::string(word);
            }
            if (!form.empty()) tree[so_far];
        }
    }
    return tree;
}

// The commands by their words as above: both forms.
std::map<std::string, const Command*> commands_by_words() {
    std::map<std::string, const Command*> by_words;
    for (const Command& command : all_commands()) {
        by_words[" " + std::string(command.words)] = &command;
        const std::string brief = short_form(command);
        if (!brief.empty()) by_words[" " + brief] = &command;
    }
    return by_words;
}

std::string names_where(bool (*fits)(const Option&), std::string_view between) {
    std::string text;
    for (const Option& option : all_options()) {
        if (!fits(option)) continue;
        for (const std::string_view name : {option.name, option.brief})
            if (!name.empty())
                text += (text.empty() ? "" : std::string(between)) + std::string(name);
    }
    return text;
}

bool is_file(const Option& option) {
    return option.names_a_file;
}
bool is_other_value(const Option& option) {
    return !option.value.empty() && !option.names_a_file;
}
bool has_value(const Option& option) {
    return !option.value.empty();
}

// The places (from 0) of a command whose values are known, and these.
std::vector<std::pair<std::size_t, std::string>> choices_of(const Command& command) {
    std::vector<std::pair<std::size_t, std::string>> choices;
    std::size_t at = 0;
    for (const Place& place : places_of(command)) {
        const std::string known(argument_named(place.name).choices);
        const std::size_t last = place.repeats ? at + split(known).size() : at + 1;
        for (; at < last; ++at)
            if (!known.empty()) choices.emplace_back(at, known);
        at = last;
    }
    return choices;
}

// `case` of the words so far (with ":" and the place), for bash and zsh alike: sets `offers`.
std::string cases_of_offers() {
    std::string text = "    case \"$so_far:$place\" in\n";
    for (const auto& [words, offers] : tree_of_words()) {
        if (offers.empty()) continue;
        std::string all;
        for (const Offer& offer : offers) all += (all.empty() ? "" : " ") + offer.word;
        add_line(text, {"        \"", words, ":0\") offers=\"", all, "\" ;;"});
    }
    for (const auto& [words, command] : commands_by_words())
        for (const auto& [place, choices] : choices_of(*command))
            add_line(text,
                     {"        \"",
                      words,
                      ":",
                      std::to_string(place),
                      "\") offers=\"",
                      choices,
                      "\" ;;"});
    return text + "    esac\n";
}

std::string cases_of_options() {
    std::string text = "        case \"$so_far\" in\n";
    for (const auto& [words, command] : commands_by_words()) {
        std::string all;
        for (const WantedOption& one : options_of(*command))
            if (!one.option->is_common) all += " " + std::string(one.option->name);
        if (!all.empty())
            add_line(text, {"            \"", words, "\") offers=\"$offers", all, "\" ;;"});
    }
    return text + "        esac\n";
}

std::string common_names() {
    std::string text;
    for (const Option& option : all_options())
        if (option.is_common) text += (text.empty() ? "" : " ") + std::string(option.name);
    return text;
}

// One step of the walk over the words before the cursor.
std::string step_over_word() {
    std::string known;
    for (const auto& [words, offers] : tree_of_words())
        if (!words.empty()) known += (known.empty() ? "" : "|") + ("\"" + words + "\"");
    return "        case $word in\n"
           "            " +
           names_where(has_value, "|") +
           ") i=$((i + 2)); continue ;;\n"
           "            -?*) i=$((i + 1)); continue ;;\n"
           "        esac\n"
           "        case \"$so_far $word\" in\n"
           "            " +
           known +
           ") so_far=\"$so_far $word\" ;;\n"
           "            *) place=$((place + 1)) ;;\n"
           "        esac\n"
           "        i=$((i + 1))\n";
}

std::string for_bash() {
    return "# bash completion of `playback ctl`: source <(playback ctl completion bash)\n"
           "_playback_ctl() {\n"
           "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
           "    local so_far= place=0 offers= i=2 word\n"
           "    COMPREPLY=()\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "        COMPREPLY=($(compgen -W ctl -- \"$current\"))\n"
           "        return\n"
           "    fi\n"
           "    [ \"${COMP_WORDS[1]}\" = ctl ] || return\n"
           "    while [ \"$i\" -lt \"$COMP_CWORD\" ]; do\n"
           "        word=${COMP_WORDS[i]}\n" +
           step_over_word() +
           "    done\n"
           "    case $before in\n"
           "        " +
           names_where(is_file, "|") +
           ")\n"
           "            COMPREPLY=($(compgen -f -- \"$current\"))\n"
           "            return ;;\n"
           "        " +
           names_where(is_other_value, "|") + ") return ;;\n    esac\n" + cases_of_offers() +
           "    if [ \"${current#-}\" != \"$current\" ]; then\n"
           "        offers=\"" +
           common_names() + "\"\n" + cases_of_options() +
           "    fi\n"
           "    COMPREPLY=($(compgen -W \"$offers\" -- \"$current\"))\n"
           "}\n"
           "complete -o bashdefault -o default -F _playback_ctl playback\n";
}

std::string for_zsh() {
    return "#compdef playback\n"
           "# zsh completion of `playback ctl`: source <(playback ctl completion zsh)\n"
           "_playback_ctl() {\n"
           "    local current=$words[CURRENT] before=$words[CURRENT-1]\n"
           "    local so_far= place=0 offers= i=3 word\n"
           "    if (( CURRENT == 2 )); then\n"
           "        compadd ctl\n"
           "        return\n"
           "    fi\n"
           "    [[ $words[2] == ctl ]] || return 1\n"
           "    while (( i < CURRENT )); do\n"
           "        word=$words[i]\n" +
           step_over_word() +
           "    done\n"
           "    case $before in\n"
           "        " +
           names_where(is_file, "|") +
           ") _files; return ;;\n"
           "        " +
           names_where(is_other_value, "|") + ") return 1 ;;\n    esac\n" + cases_of_offers() +
           "    if [[ $current == -* ]]; then\n"
           "        offers=\"" +
           common_names() + "\"\n" + cases_of_options() +
           "    fi\n"
           "    compadd -- ${=offers}\n"
           "}\n"
           "if [[ $funcstack[1] == _playback_ctl ]]; then\n"
           "    _playback_ctl \"$@\"\n"
           "else\n"
           "    compdef _playback_ctl playback\n"
           "fi\n";
}

// In fish's single quotes.
std::string in_quotes(std::string_view text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

std::string fish_options(const Option& option, std::string_view when) {
    std::string line =
        "complete -c playback -n " + in_quotes(when) + " -l " + std::string(option.name.substr(2));
    if (option.brief.size() == 2) line += " -s " + std::string(option.brief.substr(1));
    if (option.brief.size() > 2) line += " -o " + std::string(option.brief.substr(1));
    if (option.names_a_file)
        line += " -r -F";
    else if (!option.value.empty())
        line += " -x";
    return line + " -d " + in_quotes(option.help) + "\n";
}

std::string for_fish() {
    std::string known;
    for (const auto& [words, offers] : tree_of_words())
        if (!words.empty()) known += " " + in_quotes(words);
    std::string text =
        "# fish completion of `playback ctl`: playback ctl completion fish | source\n"
        "function __playback_ctl_at\n"
        "    set -l tokens (commandline -opc)\n"
        "    test (count $tokens) -ge 2; and test $tokens[2] = ctl; or return 1\n"
        "    set -l so_far ''\n"
        "    set -l place 0\n"
        "    set -l skip 0\n"
        "    for word in $tokens[3..-1]\n"
        "        if test $skip = 1\n"
        "            set skip 0\n"
        "        else if contains -- $word " +
        names_where(has_value, " ") +
        "\n"
        "            set skip 1\n"
        "        else if string match -q -- '-?*' $word\n"
        "            continue\n"
        "        else if contains -- \"$so_far $word\"" +
        known +
        "\n"
        "            set so_far \"$so_far $word\"\n"
        "        else\n"
        "            set place (math $place + 1)\n"
        "        end\n"
        "    end\n"
        "    test (count $argv) = 0; or test \"$so_far:$place\" = $argv[1]; or test \"$so_far\" = "
        "$argv[1]\n"
        "end\n"
        "complete -c playback -f -n __fish_use_subcommand -a ctl -d 'the command line of a node'\n"
        "complete -c playback -f -n __playback_ctl_at\n";
    for (const auto& [words, offers] : tree_of_words())
        for (const Offer& offer : offers)
            text += "complete -c playback -f -n " +
                    in_quotes("__playback_ctl_at " + in_quotes(words + ":0")) + " -a " +
                    offer.word + " -d " + in_quotes(offer.help) + "\n";
    for (const auto& [words, command] : commands_by_words()) {
        for (const auto& [place, choices] : choices_of(*command))
            text +=
                "complete -c playback -f -n " +
                in_quotes("__playback_ctl_at " + in_quotes(words + ":" + std::to_string(place))) +
                " -a " + in_quotes(choices) + "\n";
        for (const WantedOption& one : options_of(*command))
            if (!one.option->is_common)
                text += fish_options(*one.option, "__playback_ctl_at " + in_quotes(words));
    }
    for (const Option& option : all_options())
        if (option.is_common) text += fish_options(option, "__playback_ctl_at");
    return text;
}

}  // namespace

std::string completion_for(std::string_view shell) {
    if (shell == "zsh") return for_zsh();
    if (shell == "fish") return for_fish();
    return for_bash();
}

}  // namespace playback::ctl
