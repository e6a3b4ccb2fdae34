#include "scenarios/planted.h"

#ifdef PLAYBACK_PLANTS
#include <array>
#endif

namespace playback::scenarios {

#ifdef PLAYBACK_PLANTS

std::span<const PlantedBug> planted_bugs() {
    static constexpr std::array bugs{
        PlantedBug{"reply_before_durable",
                   "answers leave before their batch is durable",
                   "engine/kernel/slot.cpp"},
        PlantedBug{
            "lost_wakeup", "a change wakes nobody who waits for it", "engine/kernel/topics.cpp"},
        PlantedBug{"ack_of_undelivered",
                   "an interchange acknowledges what it did not pass on",
                   "engine/domain/mailbox/client.cpp"},
        PlantedBug{"duplicate_after_reconnect",
                   "consumed messages are delivered again",
                   "engine/domain/mailbox"},
        PlantedBug{"stale_profile",
                   "a client is introduced with a profile read too early",
                   "engine/domain/accounts/player.cpp"},
        PlantedBug{"double_assignment", "a client sits in two lobbies", "engine/domain/lobby"},
        PlantedBug{"leaked_container",
                   "the container of a gone runtime is never removed",
                   "engine/domain/mailbox/runtime.cpp"},
        PlantedBug{"torn_write_taken_for_whole",
                   "half of a log row counts as all of it",
                   "adapters/sqlite/log_row.cpp"},
        PlantedBug{"mark_not_stored",
                   "a slot forgets which messages it has applied",
                   "engine/kernel/slot.cpp"},
    };
    return bugs;
}

#else

std::span<const PlantedBug> planted_bugs() {
    return {};
}

#endif

}  // namespace playback::scenarios
