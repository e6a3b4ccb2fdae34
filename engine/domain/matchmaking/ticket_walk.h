// TicketWalk: the tickets of a region from one skill outwards: the nearest first, of those equally
// near the lower skill first, of one skill the oldest first. Void after any change of the order.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/domain/matchmaking/ticket_order.h"

namespace playback::matchmaking {

class TicketWalk {
public:
    TicketWalk(const TicketOrder& order, std::int32_t skill) : order_(order), skill_(skill) {
        const TicketOrder::Place above = order_.from_skill(std::int64_t{skill} + 1);
        right_ = above;
        go_below(above);
    }

    std::optional<TicketKey> next() {
        if (left_.is_end && right_.is_end) return std::nullopt;
        if (right_.is_end || (!left_.is_end && distance_of(left_) <= distance_of(right_)))
            return take_left();
        const TicketKey key = order_.at(right_);
        right_ = order_.next(right_);
        return key;
    }

    [[nodiscard]] std::uint64_t distance(const TicketKey& key) const {
        const std::int64_t difference = std::int64_t{key.skill} - skill_;
        return static_cast<std::uint64_t>(difference < 0 ? -difference : difference);
    }

private:
    [[nodiscard]] std::uint64_t distance_of(TicketOrder::Place place) const {
        return distance(order_.at(place));
    }

    // To the oldest of the next lower skill.
    void go_below(TicketOrder::Place place) {
        const TicketOrder::Place last = order_.previous(place);
        left_ = last.is_end ? last : order_.oldest_of_skill(last);
        run_ = left_;
    }

    TicketKey take_left() {
        const TicketKey key = order_.at(left_);
        left_ = order_.next(left_);
        if (left_.is_end || order_.at(left_).skill != key.skill) go_below(run_);
        return key;
    }

    const TicketOrder& order_;
    const std::int32_t skill_;
    TicketOrder::Place left_;
    TicketOrder::Place run_;  // where the run of one skill begins that left_ walks through
    TicketOrder::Place right_;
};

}  // namespace playback::matchmaking
