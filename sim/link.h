// Link: one direction between two machines: how long bytes take, and what is wrong with it.
//
// Each link draws its weather once from the stream named by its two ends. A blocked link loses
// nothing for good: TCP retransmits, so bytes wait and arrive after it heals. Connections keep
// pointers to links; a Link lives as long as the Fabric.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/random.h"
#include "engine/base/time.h"

namespace playback::sim {

// From what the weather of the links of a world is drawn.
struct NetworkKnobs {
    Duration latency_low = microseconds(100);
    Duration latency_high = milliseconds(5);
    Duration loopback_low = microseconds(10);
    Duration loopback_high = microseconds(60);
    std::int64_t bytes_per_second = 1'000'000'000;  // 0: no limit
    std::size_t buffer_low = 4 * 1024;              // send and receive buffer together
    std::size_t buffer_high = 256 * 1024;
    std::uint32_t segmented_permille = 0;  // connections whose bytes arrive in small pieces
    std::uint32_t short_read_permille = 0;
    std::size_t backlog = 128;  // connections that wait to be accepted

    // Drawn for one run, from kind to hostile.
    static NetworkKnobs draw(Random& random);
};

// What faults do to one direction now, worked out by FaultDriver from all that are in force.
struct LinkFaults {
    bool blocked = false;     // partitions: nothing passes
    bool stalled = false;     // bytes of connections do not pass, new connects do
    bool cuts_new = false;    // connections that open now are reset at their first byte
    Duration extra;           // added latency
    Duration extra_jitter;    // and its jitter
    std::int64_t slow = 0;    // bytes per second; 0: as the link is
    std::size_t segment = 0;  // largest piece of a write; 0: any
    std::size_t window = 0;   // bytes on their way at once; 0: as the connection is
    Duration idle_max;        // connections that were silent for longer are forgotten; 0: none
    std::uint32_t loss_ppm = 0;
    std::uint32_t reset_ppm = 0;    // of the segments: the connection is reset
    std::uint32_t corrupt_ppm = 0;  // of the segments: a bit is another
    std::uint32_t short_read_permille = 0;
};

struct Link {
    Duration base;    // every segment takes at least this
    Duration jitter;  // and up to this more, drawn
    std::int64_t bytes_per_second = 0;
    LinkFaults faults;

    Instant busy_until;  // the wire is serial

    // What waits for the wire goes on at the new rate; what is under way arrives when it would
    // have.
    void set_faults(const LinkFaults& now_in_force, Instant now);
    [[nodiscard]] std::int64_t rate() const {
        return faults.slow > 0 ? faults.slow : bytes_per_second;
    }
    [[nodiscard]] bool passes() const { return !faults.blocked && !faults.stalled; }
    Duration latency(Random& random) const;
    // When `bytes` that are sent at `now` are there.
    Instant arrival(Instant now, std::size_t bytes, Random& random);
};

Link draw_link(Random random, bool loopback, const NetworkKnobs& knobs);

}  // namespace playback::sim
