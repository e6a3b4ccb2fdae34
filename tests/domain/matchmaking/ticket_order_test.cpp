#include "engine/domain/matchmaking/ticket_order.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/domain/matchmaking/ticket_walk.h"

namespace playback::matchmaking {
namespace {

std::vector<TicketKey> keys_of(const TicketOrder& order) {
    std::vector<TicketKey> keys;
    for (auto place = order.first(); !place.is_end; place = order.next(place))
        keys.push_back(order.at(place));
    return keys;
}

TEST(TicketOrder, IsASortedSet) {
    const bool holds = rc::check("order", [] {
        TicketOrder order;
        std::set<TicketKey> model;
        TicketAge last = *rc::gen::element(0U, 0U - 1000U);
        TicketAge first = last;
        const auto steps = *rc::gen::inRange(0, 12'000);
        const auto skills = *rc::gen::inRange(1, 50);
        const auto spread = *rc::gen::element(1, 1000);
        // Many come before anything is erased, and the order is put together in between.
        const auto erases = *rc::gen::element(2U, 3U, 1000U);
        for (int i = 0; i < steps; ++i) {
            const std::uint32_t draw = static_cast<std::uint32_t>(i) * 2654435761U >> 8U;
            if (draw % erases == 0 && !model.empty()) {
                auto it = model.lower_bound({static_cast<std::int32_t>(draw % 50) * spread});
                if (it == model.end()) it = model.begin();
                order.erase(*it);
                model.erase(it);
            } else {
                const std::int32_t skill = static_cast<std::int32_t>(draw / 7) % skills * spread;
                const TicketKey key{skill, draw % 500 == 1 ? --first : ++last};
                order.insert(key);
                model.insert(key);
            }
            if (draw % 700 == 2) order.settle();
        }
        RC_ASSERT(order.size() == model.size());
        order.settle();
        RC_ASSERT(order.size() == model.size());
        RC_ASSERT(std::ranges::equal(keys_of(order), model));
        for (std::int32_t skill = -1; skill <= skills * spread; skill += (spread + 1) / 2) {
            const auto place = order.from_skill(skill);
            const auto is_below = [&](const TicketKey& key) { return key.skill < skill; };
            const auto expected = std::ranges::find_if_not(model, is_below);
            RC_ASSERT(place.is_end == (expected == model.end()));
            if (place.is_end) continue;
            RC_ASSERT(order.at(place) == *expected);
            const auto last_of_skill =
                order.previous(order.from_skill(std::int64_t{expected->skill} + 1));
            RC_ASSERT(order.at(order.oldest_of_skill(last_of_skill)) == *expected);
        }
        std::vector<TicketKey> backwards;
        for (auto place = order.previous({}); !place.is_end; place = order.previous(place))
            backwards.push_back(order.at(place));
        std::ranges::reverse(backwards);
        RC_ASSERT(std::ranges::equal(backwards, model));
    });
    EXPECT_TRUE(holds);
}

TEST(TicketWalk, GoesOutwardsAndOldestFirst) {
    const bool holds = rc::check("walk", [](const std::vector<std::uint8_t>& skills) {
        TicketOrder order;
        std::vector<TicketKey> keys;
        for (std::size_t i = 0; i < skills.size(); ++i) {
            keys.push_back({skills[i] % 8, static_cast<TicketAge>(i)});
            order.insert(keys.back());
        }
        order.settle();
        for (std::int32_t center = -1; center < 9; ++center) {
            const auto rank = [center](const TicketKey& key) {
                return std::tuple(std::abs(key.skill - center), key.skill, key.age);
            };
            std::ranges::sort(keys, {}, rank);
            TicketWalk walk(order, center);
            for (const TicketKey& key : keys) RC_ASSERT(walk.next() == key);
            RC_ASSERT(!walk.next().has_value());
        }
    });
    EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace playback::matchmaking
