// Interrupt: Ctrl-C as a flag, for commands that end cleanly with what they have (exit code 130).
#pragma once

namespace playback::tools {

// Exit codes of every command.
inline constexpr int exit_fine = 0;
inline constexpr int exit_failure_found = 1;
inline constexpr int exit_wrong_use = 2;  // or environment
inline constexpr int exit_interrupted = 130;

// From now on SIGINT and SIGTERM only set a flag; a second one ends the process at once.
void watch_for_interrupt();
bool interrupted();

}  // namespace playback::tools
