// IdleCrowd: players who are connected and say nothing: each a session with its mailbox, a seat in
// a lobby and an open socket.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "tools/bench_macro/game.h"
#include "tools/bench_macro/load.h"
#include "tools/bench_macro/measurement.h"

namespace playback::bench {

class IdleCrowd {
public:
    // The game is on that node of the bench.
    IdleCrowd(Bench& bench, std::string_view node, std::string game);

    // Those without a token log in first. As `unavailable` when interrupted.
    Result<void> connect(std::span<Player> players);

    // How many sockets may be open at once, here and in a node, for the files that they are.
    static std::size_t files_max();

private:
    Bench& bench_;
    std::string node_;
    std::string game_;
    Doorman doorman_;
    std::vector<Line> lines_;
};

}  // namespace playback::bench
