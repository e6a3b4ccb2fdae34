// `playback ctl`: the command line of a node (docs/ctl.md). It calls nothing but the public API.
#pragma once

#include <string>
#include <vector>

namespace playback::ctl {

// Runs what was typed after `playback ctl`. Exit codes: 0 done, 1 the server refused or could not
// be reached, 2 wrong use or environment.
int run(const std::vector<std::string>& words);

}  // namespace playback::ctl
