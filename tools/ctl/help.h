// The help of `playback ctl` and the completion of shells, both made from the table of commands.
#pragma once

#include <string>
#include <string_view>

namespace playback::ctl {

// Of everything (""), a group ("support tenant") or a command ("support tenant create-tenant").
std::string help_of(std::string_view words);

// A script for "bash", "zsh" or "fish".
std::string completion_for(std::string_view shell);

}  // namespace playback::ctl
