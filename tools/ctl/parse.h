// What somebody typed after `playback ctl`, understood by the table of commands.
//
// Options may stand anywhere; `--` ends them. Wrong use names the command that was most likely
// meant. No value that may be a secret is repeated in an error.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "tools/ctl/commands.h"

namespace playback::ctl {

struct Invocation {
    const Command* command = nullptr;
    std::string help_for;     // "support tenant", with `wants_help`; empty: of all
    bool wants_help = false;  // then nothing else counts
    // By the name in the table. What was left out has its fallback, or is not there.
    std::map<std::string_view, std::string> arguments;
    std::vector<std::string> repeated;                // of the argument that repeats
    std::map<std::string_view, std::string> options;  // by long name; a flag is empty

    [[nodiscard]] bool has(std::string_view option) const { return options.contains(option); }
    // The option's value or the argument; empty if it was not given.
    [[nodiscard]] std::string option(std::string_view name) const;
    [[nodiscard]] std::string argument(std::string_view name) const;
};

using Words = std::vector<std::string>;

// Fails with invalid_argument: the detail is a line for people that says what to type instead.
Result<Invocation> parse(const Words& typed);

// The command that is most like these words; empty if none is.
std::string nearest_command(std::span<const std::string> words);

}  // namespace playback::ctl
