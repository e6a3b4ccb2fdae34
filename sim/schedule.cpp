#include "sim/schedule.h"

namespace playback::sim {

std::string to_text(const Choice& choice) {
    std::string text = choice.core + ", pick " + std::to_string(choice.pick) + ": ";
    const std::string which = "the operation at " + std::to_string(choice.from);
    if (choice.hold.ns > 0)
        return text + which + " is held back for " + std::to_string(choice.hold.ns) + " ns";
    return text + which + " goes before the one at " + std::to_string(choice.to);
}

std::string to_text(const Schedule& schedule) {
    constexpr std::size_t shown_max = 20;
    std::string text = "FIFO";
    for (std::size_t i = 0; i < schedule.size(); ++i) {
        if (i == shown_max) return text + "; and so on";
        text += (i == 0 ? " but for " : "; ") + to_text(schedule[i]);
    }
    return text;
}

}  // namespace playback::sim
