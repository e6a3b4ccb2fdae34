// DomainSettings: what the configuration of a node says to its rules. Handed to machines at
// construction; equal on all nodes of an installation, since rules are replayed with it.
#pragma once

#include <cstdint>

#include "engine/base/random.h"
#include "engine/base/time.h"

namespace playback {

struct DomainSettings {
    // A client that makes no call for this long ends (omgservers.md 3.6).
    Duration client_inactive = seconds(30);
    // A runtime that was ready and makes no call for this long is gone.
    Duration runtime_inactive = seconds(10);
    // From the start of its container (never during pulls) until a runtime must have asked for its
    // token.
    Duration runtime_boot_deadline = minutes(5);
    // A match in which nobody plays, and which nobody needs, ends after so long.
    Duration match_idle = seconds(60);
    // How long the mailbox of an ended client can still be read.
    Duration purge_after = seconds(60);

    // Waits between attempts, doubling from the first to the last, with jitter: containers that do
    // not start, lobbies that die young.
    Duration retry_first = milliseconds(500);
    Duration retry_last = seconds(8);

    // For a runtime whose deployment says 0.
    std::uint32_t cpu_limit = 100;     // milliseconds of CPU per 100 ms
    std::uint32_t memory_limit = 512;  // MB
};

// How long to wait after this many failures in a row (1, 2, ...): doubling from retry_first to
// retry_last, less a random half, so that what failed together does not come back together.
inline Duration retry_delay(const DomainSettings& settings,
                            std::uint32_t failures,
                            Random& random) {
    Duration delay = settings.retry_first;
    for (std::uint32_t i = 1; i < failures && delay < settings.retry_last; ++i) delay = delay * 2;
    if (delay > settings.retry_last) delay = settings.retry_last;
    return random.between(delay / 2, delay);
}

}  // namespace playback
