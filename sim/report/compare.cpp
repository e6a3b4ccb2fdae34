#include "sim/report/compare.h"

#include <algorithm>
#include <string_view>

namespace playback::sim {
namespace {

std::string_view lane_name(const Recording& recording, std::uint32_t lane) {
    return lane < recording.lanes.size() ? std::string_view(recording.lanes[lane].name)
                                         : std::string_view();
}

bool counts(const Item& item) {
    return item.kind != ItemKind::op && item.kind != ItemKind::fault && item.kind != ItemKind::log;
}

bool same_changes(const Recording& left, const Item& a, const Recording& right, const Item& b) {
    return std::ranges::equal(a.changes, b.changes, [&](const Change& one, const Change& other) {
        const Entity& entity = left.entities[one.entity];
        const Entity& counterpart = right.entities[other.entity];
        return entity.kind == counterpart.kind && entity.name == counterpart.name &&
               one.field == other.field && one.value == other.value;
    });
}

}  // namespace

bool same(const Recording& left, const Item& a, const Recording& right, const Item& b) {
    return a.from == b.from && a.to == b.to && a.kind == b.kind && a.is_bad == b.is_bad &&
           a.text == b.text && a.detail == b.detail &&
           lane_name(left, a.lane) == lane_name(right, b.lane) &&
           lane_name(left, a.other) == lane_name(right, b.other) && same_changes(left, a, right, b);
}

std::optional<FirstDifference> first_difference(const Recording& left, const Recording& right) {
    const Instant begin = std::max(left.begin, right.begin);
    std::size_t i = 0;
    std::size_t j = 0;
    const auto skip = [begin](const Recording& recording, std::size_t& at) {
        const auto& items = recording.items;
        while (at < items.size() && (items[at].from < begin || !counts(items[at]))) ++at;
    };
    for (;; ++i, ++j) {
        skip(left, i);
        skip(right, j);
        const bool left_ends = i == left.items.size();
        const bool right_ends = j == right.items.size();
        if (left_ends && right_ends) return std::nullopt;
        // What was not kept cannot differ.
        if ((left_ends && left.is_cut_behind) || (right_ends && right.is_cut_behind))
            return std::nullopt;
        if (left_ends) return FirstDifference{right.items[j].from, i, j};
        if (right_ends) return FirstDifference{left.items[i].from, i, j};
        if (same(left, left.items[i], right, right.items[j])) continue;
        return FirstDifference{std::min(left.items[i].from, right.items[j].from), i, j};
    }
}

}  // namespace playback::sim
