// Where the rows of a runtime stand. Row types are stable numbers: never reuse one.
#pragma once

#include <string_view>

#include "engine/domain/ids.h"
#include "engine/kernel/rows.h"

namespace playback::mailbox {

enum RuntimeRowType : kernel::RowType {
    spec_row = 1,
    state_row = 2,
    credentials_row = 3,
    mail_row = 4,
    seat_row = 5,
    void_row = 6,
    outbox_row = 7,
};

// Fires as soon as possible: the rest of a step.
inline constexpr std::string_view more_timer = "more";

inline kernel::RowKey mail_key(MessageId id) {
    return kernel::RowKey(mail_row).add(id);
}
inline kernel::RowKey seat_key(ClientId client) {
    return kernel::RowKey(seat_row).add(client);
}
inline kernel::RowKey void_key(ClientId client) {
    return kernel::RowKey(void_row).add(client);
}
inline kernel::RowKey outbox_key(std::uint64_t sequence) {
    return kernel::RowKey(outbox_row).add(sequence);
}

}  // namespace playback::mailbox
