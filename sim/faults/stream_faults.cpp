// Of connections that are open: how they break, and in which pieces bytes come.
#include "sim/faults/kinds.h"

namespace playback::sim {

std::vector<FaultKind> stream_faults() {
    const auto kind = [](FaultKind row) {
        row.group = "stream";
        row.target = FaultTarget::link;
        return row;
    };
    return {
        kind({.name = "link_reset",
              .lasts = false,
              .what = "open connections are reset in mid-message",
              .probe = "resets"}),
        kind({.name = "link_end",
              .lasts = false,
              .what = "open connections end as if the other side had closed, in mid-message",
              .probe = "early ends"}),
        kind({.name = "link_stall",
              .what = "open connections stand still, new ones open",
              .probe = "longest round trip"}),
        kind({.name = "link_half_open",
              .lasts = false,
              .what = "open connections go silent for ever",
              .probe = "silent connections"}),
        kind({.name = "link_half_open_one_way",
              .lasts = false,
              .what = "what the first sends on open connections is lost for ever",
              .probe = "silent connections"}),
        kind({.name = "segment_bytes",
              .what = "bytes arrive in small pieces",
              .probe = "reads of a message",
              .parameters = {{"most", 1, 512, "bytes in a piece"}}}),
        kind({.name = "short_reads",
              .what = "reads take less than there is",
              .probe = "reads of a message",
              .parameters = {{"permille", 10, 1'000, "of the reads"}}}),
        kind({.name = "small_windows",
              .what = "little may be on its way at once",
              .probe = "longest transfer",
              .parameters = {{"bytes", 2'048, 16'384, "that nobody has taken yet"}}}),
        kind({.name = "random_resets",
              .what = "connections are reset now and then when bytes arrive",
              .probe = "resets",
              .parameters = {{"ppm", 100, 100'000, "of the segments"}}}),
        kind({.name = "connect_then_reset",
              .what = "connections open and are reset at their first byte: nobody behind a proxy",
              .probe = "resets"}),
        [] {
            return FaultKind{.name = "accept_fails",
                             .group = "stream",
                             .target = FaultTarget::machine,
                             .lasts = false,
                             .what = "accepts fail for want of descriptors",
                             .probe = "failed accepts",
                             .parameters = {{"count", 1, 20, "accepts that fail"}}};
        }(),
    };
}

}  // namespace playback::sim
