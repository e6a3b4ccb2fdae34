#include "sim/schedule.h"

namespace playback::sim {

std::string to_text(const Choice& choice) {
    std::string text = choice.core + ", pick " + std::to_string(choice.pick) + ": ";
    const std::string which = "the operation at " + std::to_string(choice.from);
    if (choice.hold.ns > 0)
        return text + which + " is held back for " + std::to_string(choice.hold.ns) + " ns";
    return text + which + " goes before the one at " + std::to_string(choice.to);
}

}  // namespace playback::sim
