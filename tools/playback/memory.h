// What happens when there is no memory: the process ends at that instant, as if it had been killed.
//
// Nothing between the failed allocation and the end runs, no destructor and no answer, so what is
// left is what had crossed the seam: a case that the simulator plays (kills at each commit and at
// each write to a connection), and not one of its own for every line that allocates.
#pragma once

namespace playback::tools {

// From now on a failed `new` says so on standard error and aborts.
void end_when_memory_ends();

}  // namespace playback::tools
