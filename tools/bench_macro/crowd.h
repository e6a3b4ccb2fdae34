// What most measurements begin with: a game with its players on a node of the bench, and the
// connections on which they and their runtimes speak.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "tools/bench_macro/game.h"
#include "tools/bench_macro/measurement.h"
#include "tools/bench_macro/mind.h"

namespace playback::bench {

// Makes the game there and gathers so many players in it.
Result<Crowd> crowd_on(Bench& bench,
                       std::string_view node,
                       const GameOrder& order,
                       std::size_t players);

// A new connection to that port; `number`: which of its load it is.
Result<Line> line_to(std::uint16_t port, std::unique_ptr<Talker> talker, std::size_t number = 0);

// Runtimes answer, and are the other end of what is measured. The minds outlive the lines.
Result<void> append_runtimes(std::vector<Line>& lines,
                             std::uint16_t port,
                             std::span<RuntimeMind> runtimes);

}  // namespace playback::bench
