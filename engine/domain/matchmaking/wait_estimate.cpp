#include "engine/domain/matchmaking/wait_estimate.h"

#include <algorithm>
#include <cstdint>

#include "engine/base/check.h"

namespace playback::matchmaking {

void WaitEstimate::placed(Instant now, std::size_t tickets) {
    CHECK(tickets > 0);
    if (last_) {
        const std::int64_t gap = std::clamp<std::int64_t>((now - *last_).ns, 0, estimate_max.ns);
        const std::int64_t each = gap / static_cast<std::int64_t>(tickets);
        pace_ = Duration{pace_ ? (3 * pace_->ns + each) / 4 : each};
    }
    last_ = now;
}

std::optional<Duration> WaitEstimate::at_position(std::size_t position, Instant now) const {
    CHECK(position > 0);
    if (!pace_) return std::nullopt;
    const std::int64_t since = std::max<std::int64_t>((now - *last_).ns, 0);
    const std::int64_t pace =
        std::clamp<std::int64_t>(std::max(pace_->ns, since), 1, estimate_max.ns);
    const auto places = static_cast<std::int64_t>(
        std::min<std::uint64_t>(position, static_cast<std::uint64_t>(estimate_max.ns / pace)));
    return Duration{places * pace};
}

}  // namespace playback::matchmaking
