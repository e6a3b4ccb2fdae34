#include "sim/link.h"

#include <algorithm>

namespace playback::sim {
namespace {

Duration wire_time(std::int64_t bytes, std::int64_t rate) {
    constexpr std::int64_t second = 1'000'000'000;
    return Duration{bytes / rate * second + bytes % rate * second / rate};
}

}  // namespace

NetworkKnobs NetworkKnobs::draw(Random& random) {
    NetworkKnobs knobs;
    knobs.latency_low = nanoseconds(random.log_between(20'000, 2'000'000));
    knobs.latency_high = knobs.latency_low * random.between(1, 50);
    if (random.chance(1, 4)) knobs.bytes_per_second = random.log_between(1'000'000, 1'000'000'000);
    // No smaller: a window of half a kilobyte over a slow link passes no answer in anybody's time.
    knobs.buffer_low = static_cast<std::size_t>(random.log_between(8 * 1024, 64 * 1024));
    knobs.buffer_high = knobs.buffer_low * static_cast<std::size_t>(random.between(1, 16));
    if (random.chance(1, 2))
        knobs.segmented_permille = static_cast<std::uint32_t>(random.log_between(1, 500));
    if (random.chance(1, 2))
        knobs.short_read_permille = static_cast<std::uint32_t>(random.log_between(1, 300));
    knobs.backlog = static_cast<std::size_t>(random.log_between(8, 128));
    return knobs;
}

Link draw_link(Random random, bool loopback, const NetworkKnobs& knobs) {
    Link link;
    const Duration low = loopback ? knobs.loopback_low : knobs.latency_low;
    const Duration high = loopback ? knobs.loopback_high : knobs.latency_high;
    link.base = nanoseconds(random.log_between(std::max<std::int64_t>(low.ns, 1), high.ns));
    link.jitter = random.between(Duration{}, link.base);
    link.bytes_per_second = loopback ? 0 : knobs.bytes_per_second;
    return link;
}

Duration Link::latency(Random& random) const {
    constexpr Duration first_retransmission = milliseconds(200);
    constexpr int losses_max = 5;
    const Duration spread = jitter + faults.extra_jitter;
    Duration drawn = base + faults.extra;
    // Log-uniform: most segments are quick, a few are not.
    if (spread.ns > 0) drawn = drawn + nanoseconds(random.log_between(1, spread.ns));
    Duration again = first_retransmission;
    for (int losses = 0; losses < losses_max && faults.loss_ppm > 0; ++losses) {
        if (!random.chance(faults.loss_ppm, 1'000'000)) break;
        drawn = drawn + again;
        again = again * 2;
    }
    return drawn;
}

Instant Link::arrival(Instant now, std::size_t bytes, Random& random) {
    const Duration flight = latency(random);
    if (rate() == 0) return now + flight;
    busy_until = std::max(busy_until, now) + wire_time(static_cast<std::int64_t>(bytes), rate());
    return busy_until + flight;
}

void Link::set_faults(const LinkFaults& now_in_force, Instant now) {
    const bool same_rate = now_in_force.slow == faults.slow;
    const Duration waits = std::max(busy_until - now, Duration{});
    const std::int64_t bytes = waits.ns / 1000 * rate() / 1'000'000;
    faults = now_in_force;
    if (same_rate) return;
    busy_until = now;
    if (rate() > 0) busy_until = now + wire_time(bytes, rate());
}

}  // namespace playback::sim
