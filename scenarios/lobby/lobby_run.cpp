#include "scenarios/lobby/lobby_run.h"

#include "scenarios/lobby/lobby_world.h"

namespace playback::scenarios {

RunReport run_lobby(const sim::Plan& plan, const RunOptions& options) {
    LobbyWorld world(plan, options);
    return world.run();
}

}  // namespace playback::scenarios
