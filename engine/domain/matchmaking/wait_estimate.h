// WaitEstimate: how long who waits in the queue of one mode will wait, by the pace at which tickets
// were placed lately. A guess for people, in whole numbers; memory only.
#pragma once

#include <cstddef>
#include <optional>

#include "engine/base/time.h"

namespace playback::matchmaking {

// No longer one is told.
inline constexpr Duration estimate_max = minutes(24 * 60);

class WaitEstimate {
public:
    // So many tickets, at least one, were placed now.
    void placed(Instant now, std::size_t tickets);
    // Of the ticket at this position (1: the oldest). Nothing before the pace is known: tickets
    // were placed at two moments. If nobody has been placed for longer than the pace says, it is no
    // faster than that.
    [[nodiscard]] std::optional<Duration> at_position(std::size_t position, Instant now) const;

private:
    std::optional<Instant> last_;
    std::optional<Duration> pace_;  // between two tickets; each time counts for a quarter
};

}  // namespace playback::matchmaking
