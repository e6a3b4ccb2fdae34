// The lobby in plain English, for reports.
#pragma once

#include <string>
#include <string_view>

#include "sim/plan.h"

namespace playback::scenarios {

// "player 3 joins: signs up, asks for a client, and waits to be seated".
std::string words_of_lobby_op(const sim::PlanOp& op);

// What the invariant promises, in a sentence; empty if it is not one of the lobby's.
std::string promise_of_lobby(std::string_view invariant);

}  // namespace playback::scenarios
