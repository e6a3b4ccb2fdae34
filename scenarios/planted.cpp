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
        PlantedBug{"early_expiry",
                   "a client's inactivity is measured with a quarter of its interval",
                   "engine/domain/mailbox/client.cpp"},
        PlantedBug{"consumes_neighbour",
                   "consuming two messages takes a third",
                   "engine/domain/mailbox/client.cpp"},
        PlantedBug{"reversed_messages",
                   "the messages of one call arrive last first",
                   "engine/domain/mailbox/runtime.cpp"},
        PlantedBug{"replaced_password_accepted",
                   "a runtime is let in whose container is being replaced",
                   "engine/domain/mailbox/runtime.cpp"},
        PlantedBug{"answer_before_neighbour",
                   "an answer leaves before what its command set off is durable",
                   "engine/kernel/slot.cpp"},
        PlantedBug{"waiting_forgotten",
                   "who waits for a seat is forgotten by a restart",
                   "engine/domain/lobby/deployment.cpp"},
        PlantedBug{"role_unchecked", "any token opens any route", "engine/api/omgservers/api.cpp"},
        PlantedBug{"never_sent_again",
                   "a slot that was read again gets none of the messages that it lost",
                   "engine/kernel/slot.cpp"},
        PlantedBug{"unwatched_after_restart",
                   "after a restart nobody notices that a runtime went silent",
                   "engine/domain/mailbox/runtime.cpp"},
        PlantedBug{"sync_skipped", "a sync does nothing", "adapters/sqlite/files_vfs.cpp"},
    };
    return bugs;
}

#else

std::span<const PlantedBug> planted_bugs() {
    return {};
}

#endif

}  // namespace playback::scenarios
