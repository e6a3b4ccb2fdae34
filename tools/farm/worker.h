// The worker's side of the farm: plans as lines on standard input, one answer a line on standard
// output, until the input ends. The hidden subcommand `worker` of playback and of sim-driver.
#pragma once

namespace playback::tools {

// Returns the exit code: 0 when the input ended, 2 after a line that is no request.
int work_for_farm();

}  // namespace playback::tools
