// PLAYBACK_PLANT(name): a switchable bug, to prove that the harness finds bugs of its class.
//
// In what ships it is the constant false and its name is not in the program. The driver built with
// PLAYBACK_PLANTS (the g++ leg) switches one bug on for one run. The list is in scenarios/planted.
#pragma once

#ifdef PLAYBACK_PLANTS

#include <cstdint>
#include <string_view>

namespace playback {

// Is the planted bug of this name switched on? Exactly one, or none, is on at a time.
bool planted(std::string_view name);

// Switches `name` on (a string that outlives its use), or all off with an empty one.
void plant(std::string_view name);

// Real chance, which no run may know: for the planted defect of determinism alone.
std::uint64_t planted_entropy();

}  // namespace playback

#define PLAYBACK_PLANT(name) ::playback::planted(#name)
#else
#define PLAYBACK_PLANT(name) false
#endif
